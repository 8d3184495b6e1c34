/**
 * Whether two databases speak of the same samples: what was decided on one may only then be written to the other. What a
 * database says of itself is kept from when it was opened, for a file that was written over no longer says it.
 */
import { type ReadableDb, read } from '../db.ts';

/** Up to so many samples all are kept, of more every second, third, … one. */
const KEPT = 20_000;

interface Row {
  readonly id: number;
  readonly external_id: string;
  readonly question: string;
}

/** When the project was made, and its samples. */
export interface Fingerprint {
  readonly createdAt: string;
  readonly samples: readonly Row[];
}

export function fingerprint(db: ReadableDb): Fingerprint {
  const { created_at: createdAt } = read<{ created_at: string }>(db, 'SELECT created_at FROM project').get()!;
  const newest = newestSampleId(db);
  const step = Math.max(1, Math.ceil(newest / KEPT));
  const samples = read<Row>(
    db,
    `WITH RECURSIVE n(id) AS (SELECT ? UNION ALL SELECT id + ? FROM n WHERE id + ? <= ?)
     SELECT s.id, s.external_id, s.question FROM n JOIN sample s ON s.id = n.id`,
  ).all(step, step, step, newest);
  return { createdAt, samples };
}

/** Zero when there are none. */
export function newestSampleId(db: ReadableDb): number {
  return read<{ id: number | null }>(db, 'SELECT MAX(id) AS id FROM sample').get()!.id ?? 0;
}

/** True when every sample of `before` that `db` has under its id is the same there, by the data's id and its question. */
export function sameSamples(before: Fingerprint, db: ReadableDb): boolean {
  const { created_at: createdAt } = read<{ created_at: string }>(db, 'SELECT created_at FROM project').get()!;
  if (createdAt !== before.createdAt) return false;
  const one = read<Row>(db, 'SELECT id, external_id, question FROM sample WHERE id = ?');
  return before.samples.every(({ id, external_id, question }) => {
    const other = one.get(id);
    return !other || (other.external_id === external_id && other.question === question);
  });
}
