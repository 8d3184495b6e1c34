/** Lines of the journal of one kind, put back or counted: a batch to a transaction, never all of them in memory. */
import { type ReadableDb, type WritableDb, transact } from '../db.ts';
import type { Removed } from '../journal/removal-line.ts';
import { isRemoved, sampleOf } from './replay.ts';

const BATCH = 500;

/** What a line says of its sample: by the data's own words. */
type OfSample = Parameters<typeof sampleOf>[1] & Parameters<typeof isRemoved>[1];

/** The sample of a line that the database lacks; null: it has it, a later word holds, or the sample is not there any more. */
function missingOf<Line extends OfSample>(
  db: ReadableDb,
  line: Line,
  removals: Removed,
  isKnown: (sampleId: number, line: Line) => boolean,
): number | null {
  const sampleId = isRemoved(db, line, removals) ? null : sampleOf(db, line);
  return sampleId === null || isKnown(sampleId, line) ? null : sampleId;
}

/** @param lines in the order they were written. @param putBack says whether it changed something. @returns how many did */
export async function replayLines<Line extends OfSample>(
  db: WritableDb,
  lines: AsyncIterable<Line>,
  removals: Removed,
  isKnown: (sampleId: number, line: Line) => boolean,
  putBack: (sampleId: number, line: Line) => boolean,
): Promise<number> {
  let done = 0;
  let some: Line[] = [];
  const flush = (): void => {
    transact(db, () => {
      for (const line of some) {
        const sampleId = missingOf(db, line, removals, isKnown);
        if (sampleId !== null && putBack(sampleId, line)) done++;
      }
    });
    some = [];
  };
  for await (const line of lines) {
    some.push(line);
    if (some.length === BATCH) flush();
  }
  flush();
  return done;
}

/** How many lines the database lacks. */
export async function countMissingLines<Line extends OfSample>(
  db: ReadableDb,
  lines: AsyncIterable<Line>,
  removals: Removed,
  isKnown: (sampleId: number, line: Line) => boolean,
): Promise<number> {
  let missing = 0;
  for await (const line of lines) if (missingOf(db, line, removals, isKnown) !== null) missing++;
  return missing;
}
