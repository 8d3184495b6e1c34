/**
 * The training job: freezes what is learned from, computes features that are missing, runs the loop, measures the best weights
 * and makes a version of them. Whatever stops it, the next one goes on where the state is.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { RpnMetrics, TrainingPoint, TrainingRun } from '../../../src-shared/contract/training.ts';
import type { Job } from '../../../src-shared/contract/domain.ts';
import { pairedDifference, type PairedDifference } from '../../../src-shared/kernels/measures/bootstrap.ts';
import type { Engine } from '../../engine/protocol.ts';
import {
  addJob,
  askJob,
  claimJob,
  finishJob,
  getJob,
  getJobRecord,
  type Lease,
  unfinishedJobs,
} from '../../store/jobs/job.ts';
import { transact } from '../../store/db.ts';
import type { Project } from '../../store/file/project.ts';
import { patiently } from '../../store/patience.ts';
import {
  addTrainingRun,
  noteTeacher,
  setTrainingState,
  trainingRunOfJob,
} from '../../store/training/training-run.ts';
import type { Trainer, TrainerInfo } from '../../training/protocol.ts';
import { isToGoOn, letGo, whileHeld, type HeldHooks, type JobHooks } from '../lease/held-job.ts';
import { isAlive, thisProcess } from '../lease/process-id.ts';
import { rateMeter } from '../lease/rate.ts';
import { trainingFailure } from './failure.ts';
import { type LoopReport, type LoopTask, trainingLoop } from './loop.ts';
import { meanMeasure } from './measure.ts';
import { trainJobParamsSchema, type TrainJobParams } from './params.ts';
import { StoredCurve } from './points.ts';
import { newRun, prepareRun, type Prepared, type PrepareHooks } from './prepared.ts';
import { RunFolder } from './run-folder.ts';
import { addTrainedVersion } from './version.ts';

/** What a training job tells while it works. */
export interface TrainHooks extends JobHooks, Pick<PrepareHooks, 'onStage'> {
  readonly onOpen?: (run: TrainingRun, info: TrainerInfo) => void;
  readonly onPoint?: (run: TrainingRun, point: TrainingPoint) => void;
}

export interface TrainReport {
  readonly jobId: number;
  readonly trainingRun: number;
  /** The version; null when it was stopped before its end. */
  readonly rpn: number | null;
  readonly ended: LoopReport['ended'] | 'cancelled';
  readonly steps: number;
  readonly loss: number | null;
  readonly metrics: RpnMetrics | null;
  /** AUC of the student minus that of the teacher, sample by sample; null where there is no teacher to compare with. */
  readonly over: PairedDifference | null;
  readonly seconds: number;
  readonly samplesPerSecond: number | null;
  /** Of the process that trains. */
  readonly peakBytes: number;
}

/** Queues a training job with its run, whose data is chosen when its turn comes. @returns the job's id; throws as `modelFingerprint` */
export async function addTrainJob({ db }: Project, params: TrainJobParams): Promise<number> {
  const run = await newRun(params);
  return patiently(() =>
    transact(db, () => {
      const jobId = addJob(db, 'train', null, params);
      addTrainingRun(db, { ...run, jobId });
      return jobId;
    }),
  );
}

/** The training job that was begun last and is not over; null: there is none. */
export function unfinishedTrainJob(project: Project): number | null {
  const ids = unfinishedJobs(project.db).flatMap(({ id, type }) => (type === 'train' ? [id] : []));
  return ids.length > 0 ? Math.max(...ids) : null;
}

/**
 * Trains inline, as `fovea train` does.
 * @param jobId a job that was begun before
 * @throws FoveaError `project_busy` when another process works on it, and whatever training throws; the run is then `failed`
 */
export async function runTrainJob(
  project: Project,
  engine: Engine,
  trainer: Trainer,
  jobId: number,
  hooks: TrainHooks = {},
): Promise<TrainReport> {
  const lease = claimJob(project.db, jobId, thisProcess(), isAlive);
  if (!lease) {
    throw new FoveaError('project_busy', 'another process works on this training run', {
      where: project.path,
      next: 'Let it finish there; if it is gone, try again in half a minute',
    });
  }
  // Who trains now has asked for it since it was paused.
  if (getJobRecord(project.db, jobId).asked === 'pause') askJob(project.db, jobId, null);
  return workOnTrainJob(project, engine, trainer, lease, hooks);
}

/** Works on a claimed training job until it is over. Errors as {@link runTrainJob}. */
export async function workOnTrainJob(
  project: Project,
  engine: Engine,
  trainer: Trainer,
  lease: Lease,
  hooks: TrainHooks,
): Promise<TrainReport> {
  const { db, path } = project;
  const work = async (held: HeldHooks): Promise<TrainReport> => {
    const params = trainJobParamsSchema.parse(getJobRecord(db, lease.jobId).params);
    const job = new TrainJob(project, engine, trainer, lease, params, { ...hooks, ...held });
    try {
      return await job.work();
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (held.signal.aborted && error.code === 'cancelled') return await job.stopped();
      const run = trainingRunOfJob(db, lease.jobId);
      throw run ? trainingFailure(error, run, path) : error;
    }
  };
  return whileHeld(project, lease, hooks, work, (error) => {
    const run = trainingRunOfJob(db, lease.jobId);
    if (!run) return;
    setTrainingState(db, run.id, error.code === 'cancelled' ? 'cancelled' : 'failed', error.toLine());
  });
}

class TrainJob {
  readonly #project: Project;
  readonly #engine: Engine;
  readonly #trainer: Trainer;
  readonly #lease: Lease;
  readonly #params: TrainJobParams;
  readonly #hooks: TrainHooks & HeldHooks;
  #run: TrainingRun | null = null;
  readonly #before: Job;
  #pace = rateMeter(performance.now());

  constructor(
    project: Project,
    engine: Engine,
    trainer: Trainer,
    lease: Lease,
    params: TrainJobParams,
    hooks: TrainHooks & HeldHooks,
  ) {
    this.#project = project;
    this.#engine = engine;
    this.#trainer = trainer;
    this.#lease = lease;
    this.#params = params;
    this.#hooks = hooks;
    this.#before = getJob(project.db, lease.jobId);
  }

  async work(): Promise<TrainReport> {
    const run = await this.#begin();
    if (run.rpnId !== null) return this.#wasDone(run, run.rpnId);
    const { signal, finish } = this.#hooks;
    const prepared = await prepareRun(this.#project, this.#engine, this.#params, run.id, {
      signal,
      onStage: (stage, done, total) => this.#stage(stage, done, total),
    });
    await this.#beginSteps(prepared);
    const report = await trainingLoop(this.#trainer, this.#task(prepared), {
      signal,
      finish,
      onOpen: (info) => this.#hooks.onOpen?.(prepared.run, info),
      onPoint: (point) => {
        this.#progress(point.step, run.settings.steps);
        this.#hooks.onPoint?.(prepared.run, point);
      },
    });
    if (report.ended === 'stopped') return this.stopped(report);
    return this.#finish(prepared, report);
  }

  /** Lets go of a run that was stopped before its end: it rests, or is given up. @param report null: before its first step */
  async stopped(report: LoopReport | null = null): Promise<TrainReport> {
    const run = this.#run!;
    const cancelled = !isToGoOn(this.#project, this.#lease, this.#hooks);
    await this.#setState(run.id, cancelled ? 'cancelled' : 'paused');
    await patiently(() => letGo(this.#project, this.#lease, this.#hooks));
    if (cancelled) await RunFolder.of(this.#project.path, run.id).remove();
    this.#told();
    const { step: steps } = run;
    const told = report ?? { steps, loss: NaN, seconds: 0, peakBytes: 0, ended: 'stopped' };
    return { ...this.#report(run, told), ended: cancelled ? 'cancelled' : 'stopped' };
  }

  /** The run of this job. */
  async #begin(): Promise<TrainingRun> {
    const run = trainingRunOfJob(this.#project.db, this.#lease.jobId);
    if (!run) throw new FoveaError('internal', `job ${this.#lease.jobId} has no training run`);
    this.#run = run;
    if (run.rpnId !== null) return run;
    this.#progress(0, 0);
    await this.#setState(run.id, 'preparing');
    return run;
  }

  /** A death came between the version and the end of its job. */
  async #wasDone(run: TrainingRun, rpn: number): Promise<TrainReport> {
    await patiently(() => finishJob(this.#project.db, this.#lease, 'done', run.message));
    await RunFolder.of(this.#project.path, run.id).remove();
    this.#told();
    const { metrics, step: steps } = run;
    const told = { steps, loss: metrics?.loss ?? NaN, seconds: 0, peakBytes: 0, ended: 'done' as const };
    return { ...this.#report(run, told), rpn, metrics };
  }

  async #beginSteps({ run: { id, teacher }, heldOut }: Prepared): Promise<void> {
    const { db } = this.#project;
    if (teacher === null) {
      const measured = heldOut.teacher(heldOut.some).filter((one) => one !== null);
      const level = { against: heldOut.against, measure: meanMeasure(measured) };
      await patiently(() => noteTeacher(db, id, level));
    }
    await this.#setState(id, 'running');
    this.#pace = rateMeter(performance.now());
  }

  #stage(stage: 'pictures' | 'features', done: number, total: number): void {
    this.#pace.tick(performance.now());
    this.#progress(done, total, false);
    this.#hooks.onStage?.(stage, done, total);
  }

  /** Tells how far the job is: in steps, or in samples before them. */
  #progress(done: number, total: number, ticks = true): void {
    const now = performance.now();
    if (ticks && done > 0) this.#pace.tick(now);
    const rate = this.#pace.perSecond(now);
    const etaSeconds = rate === null || rate === 0 ? null : (total - done) / rate;
    this.#hooks.onProgress?.({ ...this.#before, state: 'running', done, total, rate, etaSeconds });
  }

  #told(): void {
    this.#hooks.onProgress?.(getJob(this.#project.db, this.#lease.jobId));
  }

  #task({ run, train, samples, heldOut, folder }: Prepared): LoopTask {
    const { model, fresh, settings, data } = this.#params;
    return {
      start: { model, fresh, settings },
      seed: data.seed,
      data: {
        samples: train.length,
        using: (indices, work) =>
          samples.using(
            indices.map((index) => train[index]!),
            work,
          ),
        look: (score) => heldOut.look(score),
      },
      folder,
      curve: (step) => StoredCurve.open(this.#project.db, run.id, step),
    };
  }

  async #finish({ run, heldOut, folder }: Prepared, report: LoopReport): Promise<TrainReport> {
    const { model, settings, name, parent } = this.#params;
    const best = folder.best(report.best.step);
    // A look may see a part of them; the version is measured on all, as it will be loaded.
    await this.#trainer.open({ model: { ...model, rpnDir: best }, fresh: null, settings, state: null });
    const student = await heldOut.measure((examples, roi) => this.#trainer.score(examples, roi), heldOut.ids);
    const teacher = heldOut.teacher(heldOut.ids);
    const metrics: RpnMetrics = {
      against: heldOut.against,
      student: meanMeasure(student.filter((one) => one !== null)),
      teacher: meanMeasure(teacher.filter((one) => one !== null)),
      parent: parent === null ? null : { ...report.first },
      loss: report.loss,
      step: report.best.step,
    };
    const message = endedEarly(report, settings.steps);
    const rpn = await addTrainedVersion(this.#project, run, best, { name, metrics, message });
    await patiently(() => finishJob(this.#project.db, this.#lease, 'done', message));
    const peakBytes = Math.max(report.peakBytes, await this.#trainer.peakBytes());
    await folder.remove();
    this.#told();
    return {
      ...this.#report(run, report),
      rpn,
      metrics,
      over: overTeacher(student, teacher, heldOut.pictures(heldOut.ids), run.seed),
      peakBytes,
    };
  }

  #report(
    run: TrainingRun,
    {
      steps,
      loss,
      seconds,
      peakBytes,
      ended,
    }: Pick<LoopReport, 'steps' | 'loss' | 'seconds' | 'peakBytes' | 'ended'>,
  ): TrainReport {
    const samplesPerSecond = seconds > 0 ? (steps * this.#params.settings.batch) / seconds : null;
    const { jobId } = this.#lease;
    return {
      jobId,
      trainingRun: run.id,
      rpn: null,
      ended,
      steps,
      loss: Number.isFinite(loss) ? loss : null,
      metrics: null,
      over: null,
      seconds,
      samplesPerSecond,
      peakBytes,
    };
  }

  async #setState(id: number, state: TrainingRun['state']): Promise<void> {
    await patiently(() => setTrainingState(this.#project.db, id, state));
  }
}

/** What people are to know of a run that did not make all its steps; null: it did. */
function endedEarly({ ended, steps }: LoopReport, of: number): string | null {
  if (ended === 'exploded')
    return `the loss ran away after step ${steps}: this is the best before that. Train with a smaller learning rate or a longer warm-up`;
  if (ended === 'finished')
    return `ended early, after step ${steps} of ${of}: the best weights until then are kept`;
  return null;
}

function overTeacher(
  student: readonly ({ readonly auc: number | null } | null)[],
  teacher: readonly ({ readonly auc: number | null } | null)[],
  pictures: readonly number[],
  seed: number,
): PairedDifference | null {
  const pairs = student.flatMap((one, i) => {
    const [a, b] = [one?.auc, teacher[i]?.auc];
    return typeof a === 'number' && typeof b === 'number' ? [[a, b, pictures[i]!] as const] : [];
  });
  return pairedDifference(
    pairs.map(([a]) => a),
    pairs.map(([, b]) => b),
    seed,
    { pictures: pairs.map(([, , picture]) => picture) },
  );
}
