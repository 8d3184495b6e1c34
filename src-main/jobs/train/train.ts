/**
 * The training job: freezes what is learned from, computes features that are missing, runs the loop, measures the best weights
 * and makes a version of them. Whatever stops it, the next one goes on where the state is.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { RpnMetrics, TrainingPoint, TrainingRun } from '../../../src-shared/contract/training.ts';
import { pairedDifference, type PairedDifference } from '../../../src-shared/kernels/measures/bootstrap.ts';
import type { Engine } from '../../engine/protocol.ts';
import {
  addJob,
  claimJob,
  finishJob,
  getJobRecord,
  type Lease,
  noteJob,
  unfinishedJobs,
} from '../../store/jobs/job.ts';
import { transact } from '../../store/db.ts';
import type { Project } from '../../store/file/project.ts';
import { patiently } from '../../store/patience.ts';
import {
  addTrainingRun,
  getTrainingRun,
  setTrainingState,
  trainingRunOfJob,
} from '../../store/training/training-run.ts';
import { trainingSampleIds } from '../../store/training/training-sample.ts';
import type { Trainer, TrainerInfo } from '../../training/protocol.ts';
import { modelFingerprint } from '../asking/model-fingerprint.ts';
import { letGo, wasCancelled, whileHeld, type HeldHooks, type JobHooks } from '../lease/held-job.ts';
import { isAlive, thisProcess } from '../lease/process-id.ts';
import { chooseTrainingData, freezeTrainingData } from '../training-data/choose.ts';
import { HeldOut } from './held-out.ts';
import { type LoopReport, type LoopTask, trainingLoop } from './loop.ts';
import { meanMeasure } from './measure.ts';
import { trainJobParamsSchema, type TrainJobParams } from './params.ts';
import { StoredCurve } from './points.ts';
import { RunFolder } from './run-folder.ts';
import { RunSamples } from './samples.ts';
import { addTrainedVersion } from './version.ts';

/** What a training job tells while it works. */
export interface TrainHooks extends JobHooks {
  /** Data is chosen, features are computed: in whole samples. */
  readonly onStage?: (stage: 'pictures' | 'features', done: number, total: number) => void;
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

/** Queues a training job. @returns its id */
export function addTrainJob(project: Project, params: TrainJobParams): number {
  return addJob(project.db, 'train', null, params);
}

/** The training job that was begun last and is not over; null: there is none. */
export function unfinishedTrainJob(project: Project): number | null {
  return unfinishedJobs(project.db).findLast(({ type }) => type === 'train')?.id ?? null;
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
  return whileHeld(project, lease, hooks, async (held) => {
    const params = trainJobParamsSchema.parse(getJobRecord(project.db, lease.jobId).params);
    const job = new TrainJob(project, engine, trainer, lease, params, { ...hooks, ...held });
    try {
      return await job.work();
    } catch (thrown) {
      await job.failed(FoveaError.from(thrown));
      throw thrown;
    }
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
  }

  async work(): Promise<TrainReport> {
    const { db, path } = this.#project;
    const run = await this.#begin();
    const samples = await RunSamples.open(
      this.#project,
      this.#engine,
      run.id,
      await this.#source(),
      this.#hooks.signal,
    );
    const train = trainingSampleIds(db, run.id, 'train');
    const { preset, truth, data } = this.#params;
    const heldOut = new HeldOut(this.#project, run.id, samples, { roi: preset.roi, truth, seed: data.seed });
    await samples.prepare([...train, ...heldOut.ids], (done, total) =>
      this.#hooks.onStage?.('features', done, total),
    );
    await this.#setState(run.id, 'running');
    const folder = new RunFolder(path, run.id);
    const report = await trainingLoop(this.#trainer, this.#task(run, train, samples, heldOut, folder), {
      signal: this.#hooks.signal,
      onOpen: (info) => this.#hooks.onOpen?.(run, info),
      onPoint: (point) => this.#hooks.onPoint?.(run, point),
    });
    if (report.ended === 'stopped') return this.#stopped(run, report);
    return this.#finish(run, report, heldOut, folder);
  }

  async failed(error: FoveaError): Promise<void> {
    const run = this.#run;
    if (!run) return;
    // Where the disk is full there is no writing it down; the error itself says enough.
    const state = error.code === 'cancelled' ? 'cancelled' : 'failed';
    await patiently(() => setTrainingState(this.#project.db, run.id, state, error.toLine())).catch(
      () => undefined,
    );
  }

  /** The run of this job, with its data chosen: what a death left half chosen is chosen again. */
  async #begin(): Promise<TrainingRun> {
    const { db } = this.#project;
    const { model, parent, data, settings, environment } = this.#params;
    const base = {
      dir: model.dir,
      ...(model.adapterDir === undefined ? {} : { adapterDir: model.adapterDir }),
    };
    const baseFingerprint = await modelFingerprint(base);
    const known = trainingRunOfJob(db, this.#lease.jobId);
    const id =
      known?.id ??
      (await patiently(() =>
        addTrainingRun(db, {
          jobId: this.#lease.jobId,
          parentRpnId: parent,
          baseFingerprint,
          data,
          settings,
          seed: data.seed,
          environment,
        }),
      ));
    this.#run = getTrainingRun(db, id);
    if (this.#run.dataSha256 === null) {
      const choice = await chooseTrainingData(this.#project, data, {
        signal: this.#hooks.signal,
        onProgress: (done, total) => this.#hooks.onStage?.('pictures', done, total),
      });
      await freezeTrainingData(this.#project, id, choice);
    }
    return (this.#run = getTrainingRun(db, id));
  }

  async #source() {
    const { model, preset, fresh } = this.#params;
    if (fresh) return { model, preset, layer: fresh.k };
    const { rpn, dir } = await this.#engine.modelInfo(model, this.#hooks.signal);
    if (rpn) return { model, preset, layer: rpn.k };
    throw new FoveaError('bad_input', 'the model has no RPN to train', {
      where: dir,
      next: 'Say from which layer a new one starts (--new-rpn K,T), or give one (--rpn)',
    });
  }

  #task(
    run: TrainingRun,
    train: readonly number[],
    samples: RunSamples,
    heldOut: HeldOut,
    folder: RunFolder,
  ): LoopTask {
    const { model, fresh, settings, data } = this.#params;
    return {
      start: { model, fresh, settings },
      seed: data.seed,
      data: {
        samples: train.length,
        examples: (indices) => samples.examples(indices.map((index) => train[index]!)),
        look: (score) => heldOut.look(score),
      },
      folder,
      curve: (step) => StoredCurve.open(this.#project.db, run.id, step),
    };
  }

  async #finish(
    run: TrainingRun,
    report: LoopReport,
    heldOut: HeldOut,
    folder: RunFolder,
  ): Promise<TrainReport> {
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
    const message =
      report.ended === 'exploded'
        ? `the loss ran away after step ${report.steps}: the best weights before it are kept`
        : null;
    const rpn = await addTrainedVersion(this.#project, run, best, { name, metrics, message });
    await patiently(() => finishJob(this.#project.db, this.#lease, 'done', message));
    const peakBytes = Math.max(report.peakBytes, await this.#trainer.peakBytes());
    await folder.remove();
    return {
      ...this.#report(run, report),
      rpn,
      metrics,
      over: overTeacher(student, teacher, run.seed),
      peakBytes,
    };
  }

  async #stopped(run: TrainingRun, report: LoopReport): Promise<TrainReport> {
    const cancelled = wasCancelled(this.#project, this.#lease) || this.#hooks.onAbort !== 'release';
    await this.#setState(run.id, cancelled ? 'cancelled' : 'paused');
    await patiently(() => letGo(this.#project, this.#lease, this.#hooks));
    return { ...this.#report(run, report), ended: cancelled ? 'cancelled' : 'stopped' };
  }

  #report(run: TrainingRun, { steps, loss, seconds, peakBytes, ended }: LoopReport): TrainReport {
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
    const { db } = this.#project;
    await patiently(() =>
      transact(db, () => {
        setTrainingState(db, id, state);
        if (state === 'running') noteJob(db, this.#lease.jobId, { message: `training run ${id}` });
      }),
    );
  }
}

function overTeacher(
  student: readonly ({ readonly auc: number | null } | null)[],
  teacher: readonly ({ readonly auc: number | null } | null)[],
  seed: number,
): PairedDifference | null {
  const pairs = student.flatMap((one, i) => {
    const [a, b] = [one?.auc, teacher[i]?.auc];
    return typeof a === 'number' && typeof b === 'number' ? [[a, b] as const] : [];
  });
  return pairedDifference(
    pairs.map(([a]) => a),
    pairs.map(([, b]) => b),
    seed,
  );
}
