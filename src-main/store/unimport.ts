/**
 * Takes back what an import added, for somebody who stopped it: an import is there whole or not at all. What was worked
 * with meanwhile (labelled, decided, flagged, noted, queued) stays: that is no longer only the import's.
 */
import { type WritableDb, read, transact, write } from './db.ts';
import { writeSearch } from './search-text.ts';

/** One commit; a few ms. */
export const UNIMPORT_CHUNK = 500;

const UNTOUCHED = `
SELECT id FROM sample s WHERE id IN (SELECT value FROM json_each(?))
  AND NOT EXISTS (SELECT 1 FROM prediction WHERE sample_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM review WHERE sample_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM sample_flag WHERE sample_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM sample_note WHERE sample_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM job_item WHERE sample_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM batch_item WHERE sample_id = s.id)`;

/** Removes these samples (at most {@link UNIMPORT_CHUNK}) as far as nobody worked with them. @returns how many went */
export function forgetSamples(db: WritableDb, ids: readonly number[]): number {
  return transact(db, () => {
    const gone = read<{ id: number }>(db, UNTOUCHED)
      .all(JSON.stringify(ids))
      .map(({ id }) => id)
      .sort((a, b) => a - b);
    const list = JSON.stringify(gone);
    for (const table of ['sample_tag', 'sample_state', 'sample_run']) {
      write(db, `DELETE FROM ${table} WHERE sample_id IN (SELECT value FROM json_each(?))`).run(list);
    }
    write(db, 'DELETE FROM sample WHERE id IN (SELECT value FROM json_each(?))').run(list);
    writeSearch(
      db,
      gone.map((id) => [id, null] as const),
    );
    return gone.length;
  });
}
