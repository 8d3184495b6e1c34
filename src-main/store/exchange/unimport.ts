/**
 * Takes back what an import added, for somebody who stopped it: an import is there whole or not at all. What was worked
 * with meanwhile (labelled, decided, flagged, noted, queued) stays: that is no longer only the import's.
 */
import { type WritableDb, read, transact } from '../db.ts';
import { removeSamples } from '../samples/removal.ts';

const UNTOUCHED = `
SELECT id FROM sample s WHERE id IN (SELECT value FROM json_each(?))
  AND NOT EXISTS (SELECT 1 FROM prediction WHERE sample_id = s.id AND run_id NOT IN (SELECT value FROM json_each(?)))
  AND NOT EXISTS (SELECT 1 FROM review WHERE sample_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM sample_flag WHERE sample_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM sample_note WHERE sample_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM answer_verdict WHERE sample_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM dealt WHERE sample_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM outside_answer WHERE sample_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM proposal WHERE sample_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM evaluation_sample WHERE sample_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM job_item WHERE sample_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM batch_item WHERE sample_id = s.id)
ORDER BY id`;

/**
 * Removes these samples, of one chunk (`chunksOf`), as far as nobody worked with them.
 * @param ownRuns runs whose labels came with the import itself
 * @returns how many went
 */
export function forgetSamples(
  db: WritableDb,
  ids: readonly number[],
  ownRuns: readonly number[] = [],
): number {
  return transact(db, () => {
    const untouched = read<{ id: number }>(db, UNTOUCHED).all(JSON.stringify(ids), JSON.stringify(ownRuns));
    return removeSamples(
      db,
      untouched.map(({ id }) => id),
    );
  });
}
