/** Changes of tags of the journal that a database lacks, put back into it as they were made: same tag, person and time. */
import { type ReadableDb, type WritableDb, read } from '../db.ts';
import type { Removed } from '../journal/removal-line.ts';
import type { TagLine } from '../journal/tag-line.ts';
import { changeTag } from '../samples/tag.ts';
import { countMissingLines, replayLines } from './replay-lines.ts';

/** @param lines in the order they were written. @returns how many were put back */
export function replayTags(
  db: WritableDb,
  lines: AsyncIterable<TagLine>,
  removals: Removed,
): Promise<number> {
  return replayLines(
    db,
    lines,
    removals,
    (sampleId, line) => isKnown(db, sampleId, line),
    (sampleId, { tag, added, reviewer, at }) =>
      changeTag(db, [sampleId], { tag, on: added, reviewer, at }).length > 0,
  );
}

/** How many lines {@link replayTags} would put back. */
export function countMissingTags(
  db: ReadableDb,
  lines: AsyncIterable<TagLine>,
  removals: Removed,
): Promise<number> {
  return countMissingLines(db, lines, removals, (sampleId, line) => isKnown(db, sampleId, line));
}

/** It is there, or a later word on this tag of the sample holds; times are text that sorts. */
function isKnown(db: ReadableDb, sampleId: number, { tag, at }: TagLine): boolean {
  return (
    read(db, 'SELECT 1 FROM tag_change WHERE sample_id = ? AND tag = ? AND created_at >= ? LIMIT 1').get(
      sampleId,
      tag,
      at,
    ) !== undefined
  );
}
