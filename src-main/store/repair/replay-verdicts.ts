/** Verdicts on answers of the journal that a database lacks, put back into it as they were made: same text, word, person and time. */
import { type ReadableDb, type WritableDb, read, transact } from '../db.ts';
import type { Removed } from '../journal/removal-line.ts';
import type { VerdictLine } from '../journal/verdict-line.ts';
import { judgeAnswer } from '../samples/answer-verdict.ts';
import { isRemoved, sampleOf } from './replay.ts';

const BATCH = 500;

/** @param lines in the order they were written. @returns how many were put back */
export async function replayVerdicts(
  db: WritableDb,
  lines: AsyncIterable<VerdictLine>,
  removals: Removed,
): Promise<number> {
  let putBack = 0;
  let some: VerdictLine[] = [];
  const flush = (): void => {
    transact(db, () => {
      for (const line of some) if (replayOne(db, line, removals)) putBack++;
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

/** How many lines {@link replayVerdicts} would put back. */
export async function countMissingVerdicts(
  db: ReadableDb,
  lines: AsyncIterable<VerdictLine>,
  removals: Removed,
): Promise<number> {
  let missing = 0;
  for await (const line of lines) {
    const sampleId = sampleOf(db, line);
    if (sampleId !== null && !isRemoved(db, line, removals) && !isKnown(db, sampleId, line)) missing++;
  }
  return missing;
}

function replayOne(db: WritableDb, line: VerdictLine, removals: Removed): boolean {
  const sampleId = isRemoved(db, line, removals) ? null : sampleOf(db, line);
  if (sampleId === null || isKnown(db, sampleId, line)) return false;
  const { answer, judged, reviewer, at } = line;
  return judgeAnswer(db, { sampleId, answer, verdict: judged, reviewer, at });
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
