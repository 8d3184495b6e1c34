/** Changes of tags of the journal that a database lacks, put back into it as they were made: same tag, person and time. */
import { type ReadableDb, type WritableDb, read, transact } from '../db.ts';
import type { Removed } from '../journal/removal-line.ts';
import type { TagLine } from '../journal/tag-line.ts';
import { changeTag } from '../samples/tag.ts';
import { isRemoved, sampleOf } from './replay.ts';

const BATCH = 500;

/** @param lines in the order they were written. @returns how many were put back */
export async function replayTags(
  db: WritableDb,
  lines: AsyncIterable<TagLine>,
  removals: Removed,
): Promise<number> {
  let putBack = 0;
  let some: TagLine[] = [];
  const flush = (): void => {
    transact(db, () => {
      for (const line of some) putBack += replayOne(db, line, removals);
    });
    some = [];
  };
  for await (const line of lines) {
    some.push(line);
    if (some.length === BATCH) flush();
  }
  flush();
  return putBack;
}

/** How many lines {@link replayTags} would put back. */
export async function countMissingTags(
  db: ReadableDb,
  lines: AsyncIterable<TagLine>,
  removals: Removed,
): Promise<number> {
  let missing = 0;
  for await (const line of lines) {
    const sampleId = sampleOf(db, line);
    if (sampleId !== null && !isRemoved(db, line, removals) && !isKnown(db, sampleId, line)) missing++;
  }
  return missing;
}

function replayOne(db: WritableDb, line: TagLine, removals: Removed): number {
  const sampleId = isRemoved(db, line, removals) ? null : sampleOf(db, line);
  if (sampleId === null || isKnown(db, sampleId, line)) return 0;
  const { tag, added, reviewer, at } = line;
  return changeTag(db, [sampleId], { tag, on: added, reviewer, at }).length;
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
