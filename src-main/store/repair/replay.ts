/** Decisions of the journal that a database lacks, put back into it as they were made: same words, person and time. */
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';
import { labelOfLetters, type JournalLine } from '../journal/line.ts';
import { isPutBack, Removed } from '../journal/removal-line.ts';
import { chunksOf, forgetEmptyImports, removeSamples } from '../samples/removal.ts';
import { refreshSampleState } from '../samples/state.ts';

export interface Replayed {
  /** Decisions put back. */
  readonly replayed: number;
  /** There already, or overtaken by a later decision on the sample. */
  readonly known: number;
  /** Of samples that this database does not have. */
  readonly withoutSample: number;
  /** Labels of samples that have no prediction with that grid: label them again, then repair again. */
  readonly withoutPrediction: number;
  /** Of samples that were removed after them: whoever imports them again begins anew. */
  readonly removed: number;
}

/** What a line of the journal says of which sample it is about. */
type About = Pick<JournalLine, 'at' | 'sample' | 'folder' | 'image' | 'question'>;

type Outcome = keyof Replayed;

const BATCH = 500;

/** @param lines in the order they were written */
export async function replay(
  db: WritableDb,
  lines: AsyncIterable<JournalLine>,
  removals = new Removed(),
): Promise<Replayed> {
  const counts: Record<Outcome, number> = {
    replayed: 0,
    known: 0,
    withoutSample: 0,
    withoutPrediction: 0,
    removed: 0,
  };
  let some: JournalLine[] = [];
  const flush = (): void => {
    transact(db, () => {
      for (const line of some) counts[isRemoved(db, line, removals) ? 'removed' : replayOne(db, line)]++;
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
export async function countMissing(
  db: ReadableDb,
  lines: AsyncIterable<JournalLine>,
  removals: Removed,
): Promise<number> {
  let missing = 0;
  for await (const line of lines) {
    if (isRemoved(db, line, removals)) continue;
    const sampleId = sampleOf(db, line);
    if (sampleId === null || !isKnown(db, sampleId, line)) missing++;
  }
  return missing;
}

/** Decided before its sample was removed, and that sample is not back under its number. */
export function isRemoved(db: ReadableDb, line: About, removals: Removed): boolean {
  if (!removals.has(line)) return false;
  const sampleId = sampleOf(db, line);
  return sampleId === null || !isPutBack(removals, madeAt(db), sampleId);
}

function madeAt(db: ReadableDb): string {
  return read<{ at: string }>(db, 'SELECT created_at AS at FROM project').get()!.at;
}

function replayOne(db: WritableDb, line: JournalLine): Outcome {
  const sampleId = sampleOf(db, line);
  if (sampleId === null) return 'withoutSample';
  if (isKnown(db, sampleId, line)) return 'known';
  const predictionId = predictionOf(db, sampleId, line);
  if (line.label !== null && predictionId === null) return 'withoutPrediction';
  write(
    db,
    `INSERT INTO review (sample_id, decision, label, prediction_id, reviewer, note, reason, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    sampleId,
    line.decision,
    line.label === null ? null : labelOfLetters(line.label),
    predictionId,
    line.reviewer,
    line.note,
    line.decision === 'reject' ? line.reason : null,
    line.at,
  );
  refreshSampleState(db, sampleId);
  return 'replayed';
}

/** By the data's own words: numbers of a database that was made anew may be others. */
export function sampleOf(db: ReadableDb, { sample, question, image, folder }: About): number | null {
  const found = read<{ id: number; folder: string }>(
    db,
    `SELECT s.id, f.path AS folder FROM sample s JOIN image i ON i.id = s.image_id JOIN root f ON f.id = i.root_id
     WHERE s.external_id = ? AND s.question = ? AND i.path = ?`,
  ).all(sample, question, image);
  // A folder may have been given another name since; two that are there tell samples apart.
  if (found.length === 1) return found[0]!.id;
  return found.find((one) => one.folder === folder)?.id ?? null;
}

/**
 * It is there, or a later decision of the sample stands over it; times are text that sorts. Of a sample that was dealt, what each of its
 * reviewers said stands beside the others', and what others said over neither.
 */
function isKnown(db: ReadableDb, sampleId: number, { at, decision, reviewer }: JournalLine): boolean {
  return (
    read<{ id: number }>(
      db,
      `SELECT v.id FROM (SELECT ? AS sample, ? AS at, ? AS decision, ? AS reviewer) g
       JOIN review v ON v.sample_id = g.sample
         AND (v.created_at > g.at OR (v.created_at = g.at AND v.decision = g.decision AND v.reviewer = g.reviewer))
       WHERE (SELECT d.reviewer FROM dealt d WHERE d.sample_id = g.sample AND d.reviewer = v.reviewer)
         IS (SELECT d.reviewer FROM dealt d WHERE d.sample_id = g.sample AND d.reviewer = g.reviewer) LIMIT 1`,
    ).get(sampleId, at, decision, reviewer) !== undefined
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

/**
 * Removes again what was removed after the database was copied that a project was put back from. Numbers are never given
 * twice in one project. @returns how many
 */
export function removeAgain(db: WritableDb, removals: Removed): number {
  const project = madeAt(db);
  let gone = 0;
  for (const { ranges } of removals.ranges.filter((line) => line.project === project)) {
    for (const [first, last] of ranges) {
      const ids = read<{ id: number }>(db, 'SELECT id FROM sample WHERE id BETWEEN ? AND ?')
        .all(first, last)
        .map(({ id }) => id);
      for (const chunk of chunksOf(ids)) gone += removeSamples(db, chunk);
    }
  }
  if (gone > 0) forgetEmptyImports(db);
  return gone;
}
