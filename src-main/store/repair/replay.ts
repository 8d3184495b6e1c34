/** Decisions of the journal that a database lacks, put back into it as they were made: same words, person and time. */
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';
import { labelOfLetters, type JournalLine } from '../journal/line.ts';
import { refreshSampleState } from '../sample-state.ts';

export interface Replayed {
  /** Decisions put back. */
  readonly replayed: number;
  /** There already, or overtaken by a later decision on the sample. */
  readonly known: number;
  /** Of samples that this database does not have. */
  readonly withoutSample: number;
  /** Labels of samples that have no prediction with that grid: label them again, then repair again. */
  readonly withoutPrediction: number;
}

type Outcome = keyof Replayed;

const BATCH = 500;

/** @param lines in the order they were written */
export async function replay(db: WritableDb, lines: AsyncIterable<JournalLine>): Promise<Replayed> {
  const counts: Record<Outcome, number> = { replayed: 0, known: 0, withoutSample: 0, withoutPrediction: 0 };
  let some: JournalLine[] = [];
  const flush = (): void => {
    transact(db, () => {
      for (const line of some) counts[replayOne(db, line)]++;
    });
    some = [];
  };
  for await (const line of lines) {
    some.push(line);
    if (some.length === BATCH) flush();
  }
  flush();
  return counts;
}

/** How many lines {@link replay} would put back, or could not. */
export async function countMissing(db: ReadableDb, lines: AsyncIterable<JournalLine>): Promise<number> {
  let missing = 0;
  for await (const line of lines) {
    const sampleId = sampleOf(db, line);
    if (sampleId === null || !isKnown(db, sampleId, line)) missing++;
  }
  return missing;
}

function replayOne(db: WritableDb, line: JournalLine): Outcome {
  const sampleId = sampleOf(db, line);
  if (sampleId === null) return 'withoutSample';
  if (isKnown(db, sampleId, line)) return 'known';
  const predictionId = predictionOf(db, sampleId, line);
  if (line.label !== null && predictionId === null) return 'withoutPrediction';
  write(
    db,
    `INSERT INTO review (sample_id, decision, label, prediction_id, reviewer, note, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    sampleId,
    line.decision,
    line.label === null ? null : labelOfLetters(line.label),
    predictionId,
    line.reviewer,
    line.note,
    line.at,
  );
  refreshSampleState(db, sampleId);
  return 'replayed';
}

/** By the data's own words: numbers of a database that was made anew may be others. */
function sampleOf(db: ReadableDb, { sample, question, image, folder }: JournalLine): number | null {
  const found = read<{ id: number; folder: string }>(
    db,
    `SELECT s.id, f.path AS folder FROM sample s JOIN image i ON i.id = s.image_id JOIN root f ON f.id = i.root_id
     WHERE s.external_id = ? AND s.question = ? AND i.path = ?`,
  ).all(sample, question, image);
  // A folder may have been given another name since; two that are there tell samples apart.
  if (found.length === 1) return found[0]!.id;
  return found.find((one) => one.folder === folder)?.id ?? null;
}

/** It is there, or a later decision of the sample stands over it; times are text that sorts. */
function isKnown(db: ReadableDb, sampleId: number, { at, decision, reviewer }: JournalLine): boolean {
  return (
    read<{ id: number }>(
      db,
      `SELECT id FROM review WHERE sample_id = ?
         AND (created_at > ? OR (created_at = ? AND decision = ? AND reviewer = ?)) LIMIT 1`,
    ).get(sampleId, at, at, decision, reviewer) !== undefined
  );
}

function predictionOf(db: ReadableDb, sampleId: number, { prediction, grid }: JournalLine): number | null {
  if (grid === null) return null;
  const fitting = read<{ id: number }>(
    db,
    'SELECT id FROM prediction WHERE sample_id = ? AND grid_rows = ? AND grid_cols = ? ORDER BY id DESC',
  ).all(sampleId, grid[0], grid[1]);
  return (fitting.find(({ id }) => id === prediction) ?? fitting[0])?.id ?? null;
}
