/**
 * Which run a sample shows where that is not the active one. A label takes the place of another sample by sample, each when
 * it is there, and what was shown before is noted (`run-shown.ts` goes back to it). Decisions are not touched by any of this.
 */
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';
import { activeRunId, getRun } from '../runs/run.ts';
import { refreshSampleState } from '../samples/state.ts';

/** The run whose prediction a sample shows; null where it shows none. */
export function shownRun(db: ReadableDb, sampleId: number): number | null {
  const row = read<{ run_id: number }>(
    db,
    'SELECT p.run_id FROM sample_state t JOIN prediction p ON p.id = t.prediction_id WHERE t.sample_id = ?',
  ).get(sampleId);
  return row?.run_id ?? null;
}

/**
 * Shows a run's prediction of one sample from now on, in the caller's transaction, and notes what it showed.
 * @param before what it showed, where that is known to the caller (a prediction just stored may show already)
 */
export function showRun(
  db: WritableDb,
  sampleId: number,
  runId: number,
  before: number | null = shownRun(db, sampleId),
): void {
  if (before !== runId) {
    write(
      db,
      `INSERT INTO run_shown (run_id, sample_id, before_run_id) VALUES (?, ?, ?)
       ON CONFLICT (run_id, sample_id) DO UPDATE SET before_run_id = excluded.before_run_id, taken_back = 0`,
    ).run(runId, sampleId, before);
  }
  if (activeRunId(db) === runId) write(db, 'DELETE FROM sample_run WHERE sample_id = ?').run(sampleId);
  else {
    write(
      db,
      `INSERT INTO sample_run (sample_id, run_id) VALUES (?, ?)
       ON CONFLICT (sample_id) DO UPDATE SET run_id = excluded.run_id`,
    ).run(sampleId, runId);
  }
  refreshSampleState(db, sampleId);
}

/** Whether nobody's decision stands on the sample: what it shows may change. */
export function isUndecided(db: ReadableDb, sampleId: number): boolean {
  const found = read(db, 'SELECT 1 FROM sample_state WHERE sample_id = ? AND review_id IS NULL').get(
    sampleId,
  );
  return found !== undefined;
}

/** Up to `limit` samples that show no prediction, or one whose maps are lost. */
export function samplesWithoutMaps(db: ReadableDb, limit: number): number[] {
  return read<{ id: number }>(
    db,
    `SELECT t.sample_id AS id FROM sample_state t LEFT JOIN prediction p ON p.id = t.prediction_id
     WHERE p.id IS NULL OR NOT EXISTS (SELECT 1 FROM maps.map_set m WHERE m.key = p.maps_key) LIMIT ?`,
  )
    .all(limit)
    .map(({ id }) => id);
}

/**
 * Makes the run the active one without changing what any sample shows: those with another run's prediction keep it,
 * those without any wait for one of this run. Throws `not_found`.
 */
export function settleOnRun(db: WritableDb, runId: number): void {
  transact(db, () => {
    getRun(db, runId);
    if (activeRunId(db) === runId) return;
    pinOthers(db, runId);
    write(db, 'DELETE FROM sample_run WHERE run_id = ?').run(runId);
    write(db, 'UPDATE project SET active_run_id = ?').run(runId);
  });
}

/** Makes no run the active one; what samples show stays. */
export function settleOnNone(db: WritableDb): void {
  pinOthers(db, null);
  write(db, 'UPDATE project SET active_run_id = NULL').run();
}

function pinOthers(db: WritableDb, runId: number | null): void {
  write(
    db,
    `INSERT INTO sample_run (sample_id, run_id)
     SELECT t.sample_id, p.run_id FROM sample_state t JOIN prediction p ON p.id = t.prediction_id
     WHERE p.run_id IS NOT ? ON CONFLICT (sample_id) DO NOTHING`,
  ).run(runId);
}
