/** Every run of a project and what its labels are shown on, for people who want to go on with one or take one back. */
import { basename, dirname } from 'node:path';
import type { RunStanding } from '../../../src-shared/contract/procedures.ts';
import { type ReadableDb, read } from '../db.ts';
import { unfinishedJobs } from '../jobs/job.ts';
import { CAN_PUT_BACK, CAN_TAKE_BACK } from './run-shown.ts';
import { activeRunId, listRuns, overlaysOfRun } from '../runs/run.ts';
import { countGated } from '../predictions/prediction.ts';
import { listRpns, rpnFolder } from '../training/rpn.ts';

/** The newest first. */
export function runStandings({ db, path }: OpenFolder): RunStanding[] {
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
  const labelled = numbers(db, 'SELECT run_id AS id, COUNT(*) AS n FROM prediction GROUP BY run_id');
  const versions = listRpns(db);
  const failed = numbers(
    db,
    `SELECT j.run_id AS id, COUNT(DISTINCT i.sample_id) AS n
     FROM job j JOIN job_item i ON i.job_id = j.id AND i.state = 'failed'
     WHERE j.run_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM prediction p WHERE p.run_id = j.run_id AND p.sample_id = i.sample_id)
     GROUP BY j.run_id`,
  );
  const count = (sql: string, runId: number): number =>
    read<{ n: number }>(db, `SELECT COUNT(*) AS n ${sql}`).get(runId)!.n;
  return listRuns(db)
    .map((run) => ({
      run,
      active: run.id === active,
      rpn: rpnOf({ db, path }, run.id, versions),
      labelled: labelled.get(run.id) ?? 0,
      failed: failed.get(run.id) ?? 0,
      gated: run.preset.gate ? countGated(db, run.id) : null,
      shown: shown.get(run.id)?.shown ?? 0,
      decided: shown.get(run.id)?.decided ?? 0,
      canTakeBack: count(CAN_TAKE_BACK, run.id),
      takenBack: count(CAN_PUT_BACK, run.id),
      unfinished: working.has(run.id) ? null : unfinishedJob(db, run.id),
      working: working.has(run.id),
    }))
    .reverse();
}

/** An open project: its rows, and its folder. */
interface OpenFolder {
  readonly db: ReadableDb;
  readonly path: string;
}

/** Samples that a run has a label of. */
export function countLabels(db: ReadableDb, runId: number): number {
  return read<{ n: number }>(db, 'SELECT COUNT(*) AS n FROM prediction WHERE run_id = ?').get(runId)!.n;
}

function numbers(db: ReadableDb, sql: string): Map<number, number> {
  return new Map(
    read<{ id: number; n: number }>(db, sql)
      .all()
      .map(({ id, n }) => [id, n]),
  );
}

/** A version is known by its folder in the project, which may have lain elsewhere when the run was made. */
function rpnOf(
  { db, path }: OpenFolder,
  runId: number,
  versions: ReturnType<typeof listRpns>,
): RunStanding['rpn'] {
  const { rpnDir } = overlaysOfRun(db, runId);
  if (rpnDir === undefined) return null;
  const place = (dir: string): string =>
    [dirname(dirname(dir)), dirname(dir), dir].map((one) => basename(one)).join('/');
  const own = versions.find(({ id }) => place(rpnFolder(path, id)) === place(rpnDir));
  return own ? { versionId: own.id, name: own.name } : { versionId: null, name: basename(rpnDir) };
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
