/**
 * A run's labels on many samples at once: shown where they are there already, taken back to what each sample showed before,
 * and put back again. Only samples that nobody decided on change; predictions always stay.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { RunChange } from '../../../src-shared/contract/procedures.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';
import { OF_THIS_PICTURE } from '../pictures/change.ts';
import { unfinishedJobs } from '../jobs/job.ts';
import { FORMER_ANSWER } from '../predictions/prediction.ts';
import { activeRunId, getRun } from '../runs/run.ts';
import { settleOnNone, settleOnRun } from './sample-run.ts';
import { type SampleScope, scopeSql } from '../samples/scope.ts';
import { refreshSampleStates } from '../samples/state.ts';

interface Shown {
  readonly id: number;
  /** The run it showed before, or is to show; null: none. */
  readonly run: number | null;
}

/** Shows the run's label on undecided samples of the scope (null: all) that have one, maps and all. @returns how many changed */
export function showWhereLabelled(db: WritableDb, runId: number, scope: SampleScope | null): number {
  const within = scope ? scopeSql(db, scope) : { sql: 'true', params: [] };
  return transact(db, () => {
    const found = read<Shown>(
      db,
      `SELECT t.sample_id AS id, now.run_id AS run
       FROM prediction p JOIN sample_state t ON t.sample_id = p.sample_id
       JOIN run r ON r.id = p.run_id JOIN sample s ON s.id = p.sample_id JOIN image i ON i.id = s.image_id
       LEFT JOIN prediction now ON now.id = t.prediction_id
       WHERE p.run_id = ? AND t.review_id IS NULL AND t.prediction_id IS NOT p.id AND ${within.sql}
         AND NOT ${FORMER_ANSWER} AND ${OF_THIS_PICTURE}
         AND EXISTS (SELECT 1 FROM maps.map_set m WHERE m.key = p.maps_key)`,
    ).all(runId, ...within.params);
    note(db, runId, found);
    pin(
      db,
      found.map(({ id }) => ({ id, run: runId })),
    );
    return found.length;
  });
}

/**
 * Undecided samples that show the run's label show what they showed before. When it is the active run, the one that most of
 * them go back to takes its place. Throws `not_found`, and `conflict` while a job of the run is under way.
 */
export function takeBackRun(db: WritableDb, runId: number): RunChange {
  return transact(db, () => {
    getRun(db, runId);
    requireIdle(db, runId);
    const back = read<Shown>(db, `SELECT t.sample_id AS id, u.before_run_id AS run ${CAN_TAKE_BACK}`).all(
      runId,
    );
    const { decided, unknown } = staying(db, runId, back.length);
    if (activeRunId(db) === runId && back.length > 0) settleOnMost(db, back);
    write(
      db,
      `UPDATE run_shown SET taken_back = 1
       WHERE run_id = ? AND sample_id IN (SELECT value FROM json_each(?))`,
    ).run(runId, JSON.stringify(back.map(({ id }) => id)));
    passOver(db, runId);
    pin(db, back);
    const none = back.filter(({ run }) => run === null).length;
    return { changed: back.length - none, unlabelled: none, decided, unknown };
  });
}

/** The way back from {@link takeBackRun}. Throws as it does. */
export function putBackRun(db: WritableDb, runId: number): RunChange {
  return transact(db, () => {
    getRun(db, runId);
    requireIdle(db, runId);
    const again = read<{ id: number }>(db, `SELECT t.sample_id AS id ${CAN_PUT_BACK}`)
      .all(runId)
      .map(({ id }) => ({ id, run: runId }));
    write(
      db,
      `UPDATE run_shown SET taken_back = 0
       WHERE run_id = ? AND sample_id IN (SELECT value FROM json_each(?))`,
    ).run(runId, JSON.stringify(again.map(({ id }) => id)));
    if (activeRunId(db) === null) settleOnRun(db, runId);
    pin(db, again);
    const left = read<{ n: number }>(
      db,
      'SELECT COUNT(*) AS n FROM run_shown WHERE run_id = ? AND taken_back = 1',
    ).get(runId)!.n;
    return { changed: again.length, unlabelled: 0, decided: left, unknown: 0 };
  });
}

/** Undecided samples that show the run's label and of which it is known what they showed before; `t`, `u`, one parameter. */
export const CAN_TAKE_BACK = `
FROM run_shown u JOIN sample_state t ON t.sample_id = u.sample_id AND t.review_id IS NULL
JOIN prediction p ON p.id = t.prediction_id AND p.run_id = u.run_id
WHERE u.run_id = ? AND u.taken_back = 0`;

/** Undecided samples that show what they went back to; `t`, `u`, one parameter. */
export const CAN_PUT_BACK = `
FROM run_shown u JOIN sample_state t ON t.sample_id = u.sample_id AND t.review_id IS NULL
LEFT JOIN prediction p ON p.id = t.prediction_id
WHERE u.run_id = ? AND u.taken_back = 1 AND p.run_id IS u.before_run_id
  AND EXISTS (SELECT 1 FROM prediction own WHERE own.run_id = u.run_id AND own.sample_id = u.sample_id)`;

function staying(db: ReadableDb, runId: number, going: number): Pick<RunChange, 'decided' | 'unknown'> {
  const { shown, decided } = read<{ shown: number; decided: number }>(
    db,
    `SELECT COUNT(*) AS shown, COUNT(t.review_id) AS decided
     FROM sample_state t JOIN prediction p ON p.id = t.prediction_id WHERE p.run_id = ?`,
  ).get(runId)!;
  return { decided, unknown: shown - decided - going };
}

/** Where a later run took this one's place, taking that one back leads past this one. */
function passOver(db: WritableDb, runId: number): void {
  write(
    db,
    `UPDATE run_shown SET before_run_id = own.before_run_id FROM run_shown own
     WHERE own.run_id = ? AND own.sample_id = run_shown.sample_id
       AND run_shown.before_run_id = own.run_id AND run_shown.taken_back = 0`,
  ).run(runId);
  // A sample that went from one run to this one and back again has nothing before.
  write(db, 'DELETE FROM run_shown WHERE before_run_id = run_id').run();
}

function settleOnMost(db: WritableDb, back: readonly Shown[]): void {
  const counts = new Map<number, number>();
  for (const { run } of back) if (run !== null) counts.set(run, (counts.get(run) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  if (most) settleOnRun(db, most[0]);
  else settleOnNone(db);
}

function note(db: WritableDb, runId: number, found: readonly Shown[]): void {
  const insert = write(
    db,
    `INSERT INTO run_shown (run_id, sample_id, before_run_id) VALUES (?, ?, ?)
     ON CONFLICT (run_id, sample_id) DO UPDATE SET before_run_id = excluded.before_run_id, taken_back = 0`,
  );
  for (const { id, run } of found) insert.run(runId, id, run);
}

/** Each sample shows its run from now on; null: the active run's label, if there is one. */
function pin(db: WritableDb, samples: readonly Shown[]): void {
  const active = activeRunId(db);
  const drop = write(db, 'DELETE FROM sample_run WHERE sample_id = ?');
  const keep = write(
    db,
    `INSERT INTO sample_run (sample_id, run_id) VALUES (?, ?)
     ON CONFLICT (sample_id) DO UPDATE SET run_id = excluded.run_id`,
  );
  for (const { id, run } of samples) {
    if (run === null || run === active) drop.run(id);
    else keep.run(id, run);
  }
  refreshSampleStates(
    db,
    samples.map(({ id }) => id),
  );
}

function requireIdle(db: ReadableDb, runId: number): void {
  const job = unfinishedJobs(db).find((one) => one.runId === runId);
  if (!job) return;
  throw new FoveaError('conflict', `job ${job.id} is labelling with run ${runId}`, {
    next: 'Cancel it first, or wait until it is done',
  });
}
