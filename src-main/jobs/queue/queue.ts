/**
 * The backend's worker: takes the jobs of the project one after another, those left behind by a crash first. Three lanes:
 * one job at a time for the engine, because there is one; one for what needs none and must not wait for it; and one for training,
 * which takes hours in a process of its own. A job that somebody paused stays where it is until it is asked to go on, and so
 * does one that workers of a shared queue do.
 */
import type { Job } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Engine } from '../../engine/protocol.ts';
import { type JobRecord, type Lease, claimJob, unfinishedJobs } from '../../store/jobs/job.ts';
import type { Project } from '../../store/file/project.ts';
import { workOnEmbedJob } from '../embed/embed.ts';
import { workOnEvaluateJob } from '../evaluate/evaluate.ts';
import { workOnLabelJob } from '../label/label.ts';
import { isShared } from '../label/run.ts';
import { patiently } from '../../store/patience.ts';
import { isAlive, thisProcess } from '../lease/process-id.ts';
import { workOnPredictJob } from '../predict/predict.ts';
import { workOnRelabelJob } from '../relabel/relabel.ts';
import type { Trainer } from '../../training/protocol.ts';
import { workOnTrainJob, type TrainHooks } from '../train/train.ts';

interface Task {
  readonly project: Project;
  readonly engine: Engine;
  readonly startTrainer: StartTrainer;
  readonly lease: Lease;
  readonly hooks: TrainHooks;
}

/** A trainer whose process starts with the branch that it is given. */
export type StartTrainer = () => Trainer;

/** The lanes, and how each kind of job in them is worked on. */
const LANES: readonly Readonly<Partial<Record<Job['type'], (task: Task) => Promise<unknown>>>>[] = [
  {
    label: ({ project, engine, lease, hooks }) => workOnLabelJob(project, engine, lease, hooks),
    predict: ({ project, engine, lease, hooks }) => workOnPredictJob(project, engine, lease, hooks),
    embed: ({ project, engine, lease, hooks }) => workOnEmbedJob(project, engine, lease, hooks),
    evaluate: ({ project, engine, lease, hooks }) => workOnEvaluateJob(project, engine, lease, hooks),
  },
  { relabel: ({ project, engine, lease, hooks }) => workOnRelabelJob(project, lease, hooks, engine) },
  { train: trainAlone },
];

/** The lane in which a kind of job waits for its turn; null: it works where it is begun. */
export function laneOf(type: Job['type']): number | null {
  const at = LANES.findIndex((works) => type in works);
  return at < 0 ? null : at;
}

/** The process that trains lives as long as the job: what it held is given back for certain. */
async function trainAlone({ project, engine, startTrainer, lease, hooks }: Task): Promise<void> {
  const trainer = startTrainer();
  try {
    await workOnTrainJob(project, engine, trainer, lease, hooks);
  } finally {
    await trainer.dispose();
  }
}

export interface JobQueueHooks extends Pick<TrainHooks, 'onStage' | 'onPoint'> {
  readonly onProgress: (job: Job) => void;
  readonly onSample: (sampleId: number, predictionId: number) => void;
  /** Many samples changed at once. */
  readonly onSamples?: () => void;
  /** A job ended with an error; the job itself says which. */
  readonly onFailure?: (error: FoveaError) => void;
}

export interface JobQueue {
  /** Says that there may be work. */
  wake(): void;
  /** Stops; a job in progress goes on at the next start. Resolves once nothing is written any more. */
  stop(): Promise<void>;
  /** Resolves when no work is left (for tests and for hosts that end after it). */
  idle(): Promise<void>;
}

/** Starts working at once on what is left. */
export function startJobQueue(
  project: Project,
  engine: Engine,
  hooks: JobQueueHooks,
  startTrainer: StartTrainer = noTrainer,
): JobQueue {
  const stopping = new AbortController();
  const { signal } = stopping;

  const lanes = LANES.map((works) => {
    const workOn = async ({ id, type, asked, params }: JobRecord): Promise<void> => {
      const work = asked === 'pause' || isShared(params) ? undefined : works[type];
      const lease = work && (await patiently(() => claimJob(project.db, id, thisProcess(), isAlive)));
      if (lease)
        await work({ project, engine, startTrainer, lease, hooks: { ...hooks, signal, onAbort: 'release' } });
    };
    return startLane(project, workOn, hooks, signal);
  });
  // What is left in a project that cannot be written goes on where it can be.
  const wake = (): void => {
    if (!project.readOnly) lanes.forEach((lane) => lane.wake());
  };
  wake();
  return {
    wake,
    idle: async () => void (await Promise.all(lanes.map((lane) => lane.idle()))),
    async stop() {
      stopping.abort();
      await Promise.all(lanes.map((lane) => lane.idle()));
    },
  };
}

function startLane(
  project: Project,
  workOn: (job: JobRecord) => Promise<void>,
  hooks: JobQueueHooks,
  stopping: AbortSignal,
): Pick<JobQueue, 'wake' | 'idle'> {
  let working: Promise<void> = Promise.resolve();
  let again = false;
  let busy = false;
  const failed = (thrown: unknown): void => hooks.onFailure?.(FoveaError.from(thrown));

  const drain = async (): Promise<void> => {
    busy = true;
    try {
      while (again && !stopping.aborted) {
        again = false;
        const seen = new Set<number>();
        // Looked up anew each time: what is queued may have been moved, paused or cancelled meanwhile.
        for (let job = nextJob(project, seen); job && !stopping.aborted; job = nextJob(project, seen)) {
          seen.add(job.id);
          await workOn(job).catch(failed);
        }
      }
    } catch (thrown) {
      failed(thrown);
    } finally {
      busy = false;
    }
  };
  return {
    wake() {
      again = true;
      if (!busy) working = drain();
    },
    idle: () => working,
  };
}

function nextJob({ db }: Project, seen: ReadonlySet<number>): JobRecord | undefined {
  return unfinishedJobs(db).find(({ id }) => !seen.has(id));
}

function noTrainer(): never {
  throw new FoveaError('internal', 'this queue was started without a way to train');
}
