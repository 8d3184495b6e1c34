/**
 * Takes a run out of a project with what only it made: labels, maps and scores of samples that nobody decided on under it. What a
 * person decided on, or looked at in a batch, stays as it is, and the run with it for as long as there is such a label. Samples
 * that showed the run's label show the one that was decided on, else what they showed before, else the newest other one.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';
import { unfinishedJobs } from '../jobs/job.ts';
import { activeRunId, forgetRun, getRun } from '../runs/run.ts';
import { refreshSampleStates } from '../samples/state.ts';
import { settleOnNone, settleOnRun } from './sample-run.ts';

/** Labels of one commit; texts that samples are found by are written one by one up to so many. */
export const RUN_REMOVAL_CHUNK = 500;

/** What would go of some labels in a row. */
export interface GoingPage {
  readonly labels: number;
  /** Undecided samples that would show another label, by whose: null for none any more. */
  readonly to: ReadonlyMap<number | null, number>;
  /** The last sample that was looked at; null: there are no more. */
  readonly next: number | null;
}

/** Predictions `p` that a person decided on, or looked at in a batch. */
const STAYS = `(EXISTS (SELECT 1 FROM review v WHERE v.prediction_id = p.id)
  OR EXISTS (SELECT 1 FROM batch_item b WHERE b.prediction_id = p.id
    AND (b.verdict IS NOT NULL OR b.review_id IS NOT NULL)))`;

/** Whose label a sample `t` shows instead of prediction `p`. */
const INSTEAD = `COALESCE(
  (SELECT q.run_id FROM review v JOIN prediction q ON q.id = v.prediction_id
   WHERE v.id = t.review_id AND q.run_id <> p.run_id),
  (SELECT q.run_id FROM run_shown u JOIN prediction q ON q.run_id = u.before_run_id AND q.sample_id = u.sample_id
   WHERE u.run_id = p.run_id AND u.sample_id = p.sample_id AND u.taken_back = 0),
  (SELECT q.run_id FROM prediction q JOIN sample s ON s.id = q.sample_id JOIN image i ON i.id = s.image_id
   WHERE q.sample_id = p.sample_id AND q.run_id <> p.run_id
   ORDER BY q.picture_version = i.version DESC, q.run_id DESC LIMIT 1))`;

/** Of one run, samples after one, at most so many: three parameters. */
const GOING = `
SELECT p.id AS prediction, p.sample_id AS id, p.maps_key AS maps, t.review_id IS NOT NULL AS decided,
  t.prediction_id IS p.id AS shown, CASE WHEN t.prediction_id IS p.id THEN ${INSTEAD} END AS instead
FROM prediction p JOIN sample_state t ON t.sample_id = p.sample_id
WHERE p.run_id = ? AND p.sample_id > ? AND NOT ${STAYS} ORDER BY p.sample_id LIMIT ?`;

interface Going {
  readonly prediction: number;
  readonly id: number;
  readonly maps: number;
  readonly decided: number;
  readonly shown: number;
  readonly instead: number | null;
}

/**
 * Throws `not_found`, and `conflict` while something works with the run's labels: a job, a batch that is looked through, a training
 * that learns from them.
 */
export function requireRemovable(db: ReadableDb, runId: number): void {
  getRun(db, runId);
  const job = unfinishedJobs(db).find(
    (one) => one.runId === runId || READERS.some((type) => type === one.type),
  );
  if (job) {
    const does = job.runId === runId ? 'is labelling with' : 'may be reading the labels of';
    throw new FoveaError('conflict', `job ${job.id} (${job.type}) ${does} run ${runId}`, {
      next: 'Cancel it first, or wait until it is done',
    });
  }
  const batch = read<{ id: number }>(
    db,
    `SELECT b.id FROM batch b WHERE b.state IN ('auditing', 'applying') AND EXISTS (
       SELECT 1 FROM batch_item i JOIN prediction p ON p.id = i.prediction_id WHERE i.batch_id = b.id AND p.run_id = ?)`,
  ).get(runId);
  if (batch) {
    throw new FoveaError('conflict', `batch ${batch.id} is about labels of run ${runId}`, {
      next: 'Finish or dismiss the batch first',
    });
  }
  const training = read<{ id: number }>(
    db,
    `SELECT r.id FROM training_run r WHERE r.state IN ('preparing', 'running', 'paused') AND EXISTS (
       SELECT 1 FROM training_sample l JOIN prediction p ON p.id = l.prediction_id
       WHERE l.training_run_id = r.id AND l.review_id IS NULL AND p.run_id = ?)`,
  ).get(runId);
  if (!training) return;
  throw new FoveaError('conflict', `training run ${training.id} learns from labels of run ${runId}`, {
    next: 'Let it end, or cancel it on the Training page',
  });
}

/** Jobs that read whatever labels there are. */
const READERS = ['relabel', 'predict', 'export', 'train'] as const;

/** Labels of a run that stay: those that a person decided on or looked at. */
export function countStaying(db: ReadableDb, runId: number): number {
  return read<{ n: number }>(
    db,
    `SELECT COUNT(*) AS n FROM prediction p WHERE p.run_id = ? AND ${STAYS}`,
  ).get(runId)!.n;
}

/** What would go of up to `limit` labels, of samples after one. */
export function countGoing(db: ReadableDb, runId: number, after: number, limit: number): GoingPage {
  const rows = read<{ to: number | null; shown: number; labels: number; last: number }>(
    db,
    `SELECT instead AS "to", shown AND NOT decided AS shown, COUNT(*) AS labels, MAX(id) AS last FROM (${GOING})
     GROUP BY 1, 2`,
  ).all(runId, after, limit);
  const labels = rows.reduce((sum, row) => sum + row.labels, 0);
  const to = new Map(rows.filter(({ shown }) => shown === 1).map((row) => [row.to, row.labels] as const));
  return { labels, to, next: labels === 0 ? null : Math.max(...rows.map(({ last }) => last)) };
}

/** Labelling goes on with another run from now on, where it went on with this one. @param next null: with none */
export function leaveRun(db: WritableDb, runId: number, next: number | null): void {
  transact(db, () => {
    requireRemovable(db, runId);
    if (activeRunId(db) !== runId) return;
    if (next === null) settleOnNone(db);
    else settleOnRun(db, next);
  });
}

/**
 * Removes up to `limit` labels in one transaction, of samples after one and of a run that labelling does not go on with. Throws as
 * {@link requireRemovable}.
 * @returns how many, and the last of their samples; null: there are no more
 */
export function removeLabels(
  db: WritableDb,
  runId: number,
  after: number,
  limit = RUN_REMOVAL_CHUNK,
): { readonly removed: number; readonly last: number } | null {
  return transact(db, () => {
    requireRemovable(db, runId);
    if (activeRunId(db) === runId) {
      throw new FoveaError('conflict', `labelling goes on with run ${runId} again`, {
        next: 'Another window shows it since; remove it once more',
      });
    }
    const going = read<Going>(db, GOING).all(runId, after, limit);
    if (going.length === 0) return null;
    const samples = JSON.stringify(going.map(({ id }) => id));
    const predictions = JSON.stringify(going.map(({ prediction }) => prediction));
    passOver(db, runId, samples);
    showInstead(
      db,
      runId,
      going.filter(({ shown }) => shown === 1),
    );
    const these = 'IN (SELECT value FROM json_each(?))';
    // Those of batches that are over, and which nobody looked at.
    write(db, `DELETE FROM batch_item WHERE prediction_id ${these}`).run(predictions);
    write(db, `DELETE FROM prediction WHERE id ${these}`).run(predictions);
    write(db, `DELETE FROM maps.map_set WHERE key ${these}`).run(
      JSON.stringify(going.map(({ maps }) => maps)),
    );
    return { removed: going.length, last: going.at(-1)!.id };
  });
}

/** Once no label is left that may go: forgets the run if it has none at all. @returns how many it keeps */
export function endRemoval(db: WritableDb, runId: number): number {
  return transact(db, () => {
    const none = 'NOT EXISTS (SELECT 1 FROM prediction p WHERE p.run_id = ? AND p.sample_id = x.sample_id)';
    const waiting = read<{ id: number }>(
      db,
      `SELECT x.sample_id AS id FROM sample_run x WHERE x.run_id = ? AND ${none}`,
    ).all(runId, runId);
    write(db, `DELETE FROM sample_run AS x WHERE x.run_id = ? AND ${none}`).run(runId, runId);
    if (waiting.length > 0)
      refreshSampleStates(
        db,
        waiting.map(({ id }) => id),
      );
    write(db, `DELETE FROM run_shown AS x WHERE (x.run_id = ? OR x.before_run_id = ?) AND ${none}`).run(
      runId,
      runId,
      runId,
    );
    const kept = countStaying(db, runId);
    if (kept === 0) forgetRun(db, runId);
    return kept;
  });
}

/** Taking a later run back leads past this one; what was shown before this one alone is not known any more. */
function passOver(db: WritableDb, runId: number, samples: string): void {
  write(
    db,
    `UPDATE run_shown SET before_run_id = own.before_run_id FROM run_shown own
     WHERE own.run_id = ? AND own.sample_id = run_shown.sample_id AND own.taken_back = 0
       AND run_shown.before_run_id = own.run_id AND run_shown.sample_id IN (SELECT value FROM json_each(?))`,
  ).run(runId, samples);
  write(
    db,
    `DELETE FROM run_shown WHERE (run_id = ? OR before_run_id = ? OR before_run_id = run_id)
       AND sample_id IN (SELECT value FROM json_each(?))`,
  ).run(runId, runId, samples);
}

function showInstead(db: WritableDb, runId: number, going: readonly Going[]): void {
  const active = activeRunId(db);
  const drop = write(db, 'DELETE FROM sample_run WHERE sample_id = ? AND run_id = ?');
  const keep = write(
    db,
    `INSERT INTO sample_run (sample_id, run_id) VALUES (?, ?)
     ON CONFLICT (sample_id) DO UPDATE SET run_id = excluded.run_id`,
  );
  for (const { id, instead } of going) {
    if (instead === null || instead === active) drop.run(id, runId);
    else keep.run(id, instead);
  }
  refreshSampleStates(
    db,
    going.map(({ id }) => id),
  );
}
