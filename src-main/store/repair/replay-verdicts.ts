/** Verdicts on answers of the journal that a database lacks, put back into it as they were made: same text, word, person and time. */
import { type ReadableDb, type WritableDb, read } from '../db.ts';
import type { Removed } from '../journal/removal-line.ts';
import type { VerdictLine } from '../journal/verdict-line.ts';
import { judgeAnswer } from '../samples/answer-verdict.ts';
import { countMissingLines, replayLines } from './replay-lines.ts';

/** @param lines in the order they were written. @returns how many were put back */
export function replayVerdicts(
  db: WritableDb,
  lines: AsyncIterable<VerdictLine>,
  removals: Removed,
): Promise<number> {
  return replayLines(
    db,
    lines,
    removals,
    (sampleId, line) => isKnown(db, sampleId, line),
    (sampleId, { answer, judged, reviewer, at }) =>
      judgeAnswer(db, { sampleId, answer, verdict: judged, reviewer, at }),
  );
}

/** How many lines {@link replayVerdicts} would put back. */
export function countMissingVerdicts(
  db: ReadableDb,
  lines: AsyncIterable<VerdictLine>,
  removals: Removed,
): Promise<number> {
  return countMissingLines(db, lines, removals, (sampleId, line) => isKnown(db, sampleId, line));
}

/** It is there, or a later word on this answer of the sample holds; times are text that sorts. */
function isKnown(db: ReadableDb, sampleId: number, { answer, at }: VerdictLine): boolean {
  return (
    read(
      db,
      'SELECT 1 FROM answer_verdict WHERE sample_id = ? AND answer = ? AND created_at >= ? LIMIT 1',
    ).get(sampleId, answer, at) !== undefined
  );
}
