/**
 * Which run a sample shows where that is not the active one: a recipe applied to part of a project makes a run of that
 * part, and the others go on showing what they showed. Decisions are not touched by any of this.
 */
import { type ReadableDb, type WritableDb, read, transact, write } from './db.ts';
import { getRun } from './run.ts';
import { refreshAllSampleStates, refreshSampleState } from './sample-state.ts';

/** Shows a run's prediction of one sample, in the caller's transaction. */
export function showRun(db: WritableDb, sampleId: number, runId: number): void {
  write(
    db,
    `INSERT INTO sample_run (sample_id, run_id) VALUES (?, ?)
     ON CONFLICT (sample_id) DO UPDATE SET run_id = excluded.run_id`,
  ).run(sampleId, runId);
  refreshSampleState(db, sampleId);
}

/** Samples that show the run although it is not the active one. */
export function countShown(db: ReadableDb, runId: number): number {
  return read<{ n: number }>(db, 'SELECT COUNT(*) AS n FROM sample_run WHERE run_id = ?').get(runId)!.n;
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
    write(
      db,
      `INSERT INTO sample_run (sample_id, run_id)
       SELECT t.sample_id, p.run_id FROM sample_state t JOIN prediction p ON p.id = t.prediction_id
       WHERE p.run_id <> ? ON CONFLICT (sample_id) DO NOTHING`,
    ).run(runId);
    write(db, 'DELETE FROM sample_run WHERE run_id = ?').run(runId);
    write(db, 'UPDATE project SET active_run_id = ?').run(runId);
  });
}

/**
 * Takes the run off the screen again: what showed it shows `instead`, whether it was the active run or that of some
 * samples. Its predictions stay. Throws `not_found`.
 */
export function leaveRun(db: WritableDb, runId: number, instead: number): void {
  transact(db, () => {
    getRun(db, instead);
    const active = read<{ id: number | null }>(db, 'SELECT active_run_id AS id FROM project').get()?.id;
    if (active === runId) {
      write(db, 'UPDATE project SET active_run_id = ?').run(instead);
      write(db, 'DELETE FROM sample_run WHERE run_id IN (?, ?)').run(runId, instead);
    } else if (active === instead) {
      write(db, 'DELETE FROM sample_run WHERE run_id = ?').run(runId);
    } else {
      write(db, 'UPDATE sample_run SET run_id = ? WHERE run_id = ?').run(instead, runId);
    }
    refreshAllSampleStates(db);
  });
}
