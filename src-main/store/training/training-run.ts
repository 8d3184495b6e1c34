/** Training runs: what each was asked, how far it is, and what came of it. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import {
  type RpnMetrics,
  type TrainingCounts,
  type TrainingData,
  type TrainingEnvironment,
  type TrainingPoint,
  type TrainingRun,
  type TrainingRunSettings,
  type TeacherLevel,
  type TrainingState,
  trainingPointSchema,
  trainingRunSchema,
} from '../../../src-shared/contract/training.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';

export interface NewTrainingRun {
  readonly jobId: number | null;
  readonly parentRpnId: number | null;
  readonly baseFingerprint: string;
  readonly data: TrainingData;
  readonly settings: TrainingRunSettings;
  readonly seed: number;
  readonly environment: TrainingEnvironment;
}

interface Row {
  readonly id: number;
  readonly job_id: number | null;
  readonly parent_rpn_id: number | null;
  readonly rpn_id: number | null;
  readonly base_fingerprint: string;
  readonly data: string;
  readonly settings: string;
  readonly seed: number;
  readonly environment: string;
  readonly state: TrainingState;
  readonly step: number;
  readonly best_step: number | null;
  readonly counts: string | null;
  readonly data_sha256: Uint8Array | null;
  readonly metrics: string | null;
  readonly teacher: string | null;
  readonly message: string | null;
  readonly created_at: string;
  readonly ended_at: string | null;
}

/** Notes a run before its data is chosen. @returns its id */
export function addTrainingRun(db: WritableDb, run: NewTrainingRun): number {
  return write(
    db,
    `INSERT INTO training_run (job_id, parent_rpn_id, base_fingerprint, data, settings, seed, environment, state, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'preparing', ?)`,
  ).run(
    run.jobId,
    run.parentRpnId,
    run.baseFingerprint,
    JSON.stringify(run.data),
    JSON.stringify(run.settings),
    run.seed,
    JSON.stringify(run.environment),
    new Date().toISOString(),
  ).lastId;
}

/** Throws `not_found`. */
export function getTrainingRun(db: ReadableDb, id: number): TrainingRun {
  const row = read<Row>(db, 'SELECT * FROM training_run WHERE id = ?').get(id);
  if (row) return toRun(row);
  throw new FoveaError('not_found', `there is no training run ${id}`, {
    next: 'List the runs of the project',
  });
}

/** The run that a job works on; null: none yet. */
export function trainingRunOfJob(db: ReadableDb, jobId: number): TrainingRun | null {
  const row = read<Row>(db, 'SELECT * FROM training_run WHERE job_id = ? ORDER BY id DESC LIMIT 1').get(
    jobId,
  );
  return row ? toRun(row) : null;
}

/** All runs, oldest first. */
export function listTrainingRuns(db: ReadableDb): TrainingRun[] {
  return read<Row>(db, 'SELECT * FROM training_run ORDER BY id').all().map(toRun);
}

/** Notes that the frozen list is whole: from here on the run can go on after a kill. */
export function noteTrainingData(
  db: WritableDb,
  id: number,
  chosen: { readonly counts: TrainingCounts; readonly sha256: Uint8Array },
): void {
  write(db, 'UPDATE training_run SET counts = ?, data_sha256 = ? WHERE id = ?').run(
    JSON.stringify(chosen.counts),
    chosen.sha256,
    id,
  );
}

/** Another job goes on with the run. */
export function setTrainingJob(db: WritableDb, id: number, jobId: number): void {
  write(db, 'UPDATE training_run SET job_id = ? WHERE id = ?').run(jobId, id);
}

/** A run that ends keeps when; one that goes on again has no end. */
export function setTrainingState(
  db: WritableDb,
  id: number,
  state: TrainingState,
  message: string | null = null,
): void {
  const ended = state === 'done' || state === 'failed' || state === 'cancelled';
  write(db, 'UPDATE training_run SET state = ?, message = ?, ended_at = ? WHERE id = ?').run(
    state,
    message,
    ended ? new Date().toISOString() : null,
    id,
  );
}

/** Notes how far the weights on disk are, and the points of the curve up to there. */
export function noteTrainingSteps(
  db: WritableDb,
  id: number,
  at: { readonly step: number; readonly bestStep: number | null },
  points: readonly TrainingPoint[],
): void {
  transact(db, () => {
    const insert = write(
      db,
      `INSERT INTO training_point (training_run_id, step, loss, learning_rate, gradient_norm, held_out, seconds)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (training_run_id, step) DO UPDATE SET loss = excluded.loss,
         learning_rate = excluded.learning_rate, gradient_norm = excluded.gradient_norm, held_out = excluded.held_out,
         seconds = excluded.seconds`,
    );
    for (const { step, loss, learningRate, gradientNorm, heldOut, seconds } of points) {
      insert.run(id, step, loss, learningRate, gradientNorm, heldOut && JSON.stringify(heldOut), seconds);
    }
    write(db, 'UPDATE training_run SET step = ?, best_step = ? WHERE id = ?').run(at.step, at.bestStep, id);
  });
}

/** Notes how the teacher does on the samples that every look is taken at. */
export function noteTeacher(db: WritableDb, id: number, teacher: TeacherLevel): void {
  write(db, 'UPDATE training_run SET teacher = ? WHERE id = ?').run(JSON.stringify(teacher), id);
}

/** Takes away the points behind a step: the weights that are there are of that step, and the rest is done again. */
export function dropTrainingPoints(db: WritableDb, id: number, after: number): void {
  write(db, 'DELETE FROM training_point WHERE training_run_id = ? AND step > ?').run(id, after);
}

/** Up to `limit` points of the curve after a step. */
export function trainingPoints(db: ReadableDb, id: number, after: number, limit: number): TrainingPoint[] {
  return read<Omit<TrainingPoint, 'heldOut'> & { heldOut: string | null }>(
    db,
    `SELECT step, loss, learning_rate AS learningRate, gradient_norm AS gradientNorm, held_out AS heldOut, seconds
     FROM training_point WHERE training_run_id = ? AND step > ? ORDER BY step LIMIT ?`,
  )
    .all(id, after, limit)
    .map((row) =>
      trainingPointSchema.parse({ ...row, heldOut: row.heldOut === null ? null : JSON.parse(row.heldOut) }),
    );
}

/** Notes what came of a run: the version with its best weights. */
export function noteTrainedRpn(db: WritableDb, id: number, rpnId: number, metrics: RpnMetrics | null): void {
  write(db, 'UPDATE training_run SET rpn_id = ?, metrics = ? WHERE id = ?').run(
    rpnId,
    metrics && JSON.stringify(metrics),
    id,
  );
}

function toRun(row: Row): TrainingRun {
  return trainingRunSchema.parse({
    id: row.id,
    jobId: row.job_id,
    parentRpnId: row.parent_rpn_id,
    rpnId: row.rpn_id,
    baseFingerprint: row.base_fingerprint,
    data: JSON.parse(row.data),
    settings: JSON.parse(row.settings),
    seed: row.seed,
    environment: JSON.parse(row.environment),
    state: row.state,
    step: row.step,
    bestStep: row.best_step,
    counts: row.counts === null ? null : JSON.parse(row.counts),
    dataSha256: row.data_sha256 && Buffer.from(row.data_sha256).toString('hex'),
    metrics: row.metrics === null ? null : JSON.parse(row.metrics),
    teacher: row.teacher === null ? null : JSON.parse(row.teacher),
    message: row.message,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  });
}
