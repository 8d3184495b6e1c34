/** Every run of a project and what its labels are shown on, for people who want to go on with one or take one back. */
import type { RunStanding } from '../../../src-shared/contract/procedures.ts';
import { type ReadableDb, read } from '../db.ts';
import { unfinishedJobs } from '../jobs/job.ts';
import { CAN_PUT_BACK, CAN_TAKE_BACK } from './run-shown.ts';
import { activeRunId, listRuns } from '../runs/run.ts';

/** The newest first. */
export function runStandings(db: ReadableDb): RunStanding[] {
  const active = activeRunId(db);
  const working = new Set(unfinishedJobs(db).map(({ runId }) => runId));
  const shown = new Map(
    read<{ id: number; shown: number; decided: number }>(
      db,
      `SELECT p.run_id AS id, COUNT(*) AS shown, COUNT(t.review_id) AS decided
       FROM sample_state t JOIN prediction p ON p.id = t.prediction_id GROUP BY p.run_id`,
    )
      .all()
      .map((row) => [row.id, row] as const),
  );
  const count = (sql: string, runId: number): number =>
    read<{ n: number }>(db, `SELECT COUNT(*) AS n ${sql}`).get(runId)!.n;
  return listRuns(db)
    .map((run) => ({
      run,
      active: run.id === active,
      shown: shown.get(run.id)?.shown ?? 0,
      decided: shown.get(run.id)?.decided ?? 0,
      canTakeBack: count(CAN_TAKE_BACK, run.id),
      takenBack: count(CAN_PUT_BACK, run.id),
      unfinished: working.has(run.id) ? null : unfinishedJob(db, run.id),
      working: working.has(run.id),
    }))
    .reverse();
}

/** The run's last job, when it stopped with samples left; null otherwise. Those that only try failed samples again do not count. */
export function unfinishedJob(db: ReadableDb, runId: number): { jobId: number; left: number } | null {
  const last = read<{ id: number; state: string }>(
    db,
    `SELECT id, state FROM job WHERE run_id = ? AND retry_of IS NULL AND type IN ('label', 'relabel', 'predict')
     ORDER BY id DESC LIMIT 1`,
  ).get(runId);
  if (!last || last.state === 'done') return null;
  const { left } = read<{ left: number }>(
    db,
    "SELECT COUNT(*) AS left FROM job_item WHERE job_id = ? AND state = 'queued'",
  ).get(last.id)!;
  return left > 0 ? { jobId: last.id, left } : null;
}
