/** What a person asks of a training run: to rest, to go on, to end with the best so far, to be given up. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { TrainingRun } from '../../../src-shared/contract/training.ts';
import { transact } from '../../store/db.ts';
import type { Project } from '../../store/file/project.ts';
import { addJob, askJob, getJobRecord, type JobRecord, requestCancel } from '../../store/jobs/job.ts';
import {
  getTrainingRun,
  listTrainingRuns,
  setTrainingJob,
  setTrainingState,
  trainingRunOfJob,
} from '../../store/training/training-run.ts';
import { writeEndings } from '../lease/ending.ts';
import { RunFolder } from './run-folder.ts';
import { isLive } from './standing.ts';
import { unfinishedTrainJob } from './train.ts';

/** The step in flight is ended and the state saved; it stays so until {@link resumeTraining}. Throws `conflict` when it is over. */
export function pauseTraining({ db }: Project, runId: number): void {
  transact(db, () => {
    const { job } = live(db, runId);
    askJob(db, job.id, 'pause');
    if (job.holder === null) setTrainingState(db, runId, 'paused');
  });
}

/**
 * Goes on where the state is: with the job that was paused, or a new one with the same parameters after one that failed.
 * Throws `conflict` when nothing of it is left to do.
 */
export function resumeTraining({ db }: Project, runId: number): void {
  writeEndings(db);
  transact(db, () => {
    const { run, job } = withJob(db, runId);
    if (isLive(job)) return void askJob(db, job.id, null);
    if (job.state !== 'failed') throw over(run);
    setTrainingJob(db, runId, addJob(db, 'train', null, job.params));
  });
}

/**
 * The job to go on with where nobody says which: the unfinished one that was begun last, else a new one for the run that failed
 * last, where its data was chosen; null: there is nothing to go on with.
 */
export function jobToResume(project: Project): number | null {
  const { db } = project;
  const unfinished = unfinishedTrainJob(project);
  if (unfinished !== null) return unfinished;
  const last = listTrainingRuns(db).findLast(({ jobId }) => jobId !== null);
  if (last?.state !== 'failed' || last.dataSha256 === null) return null;
  resumeTraining(project, last.id);
  return getTrainingRun(db, last.id).jobId;
}

/**
 * Ends with the best weights so far, which become a version. One that rests is taken up for that. Throws `conflict` when it is over,
 * or has nothing learned yet.
 */
export function finishTraining({ db }: Project, runId: number): void {
  transact(db, () => {
    const { run, job } = live(db, runId);
    if (run.step === 0) {
      throw new FoveaError('conflict', `training run ${runId} was not measured since it began to learn`, {
        next: 'Wait for its first measurement, or discard the run',
      });
    }
    askJob(db, job.id, 'finish');
  });
}

/** Gives a run up: no version comes of it, and what was learned is taken away. Throws `conflict` when it is over. */
export async function cancelTraining({ db, path }: Project, runId: number): Promise<void> {
  writeEndings(db);
  const held = transact(db, () => {
    const { run, job } = withJob(db, runId);
    if (!isLive(job) && job.state !== 'failed') throw over(run);
    if (job.state !== 'failed') requestCancel(db, job.id);
    if (job.holder === null) setTrainingState(db, runId, 'cancelled');
    return job.holder !== null;
  });
  // Whoever trains takes it away when it has stopped.
  if (!held) await RunFolder.of(path, runId).remove();
}

/** The run of a job of the queue, whatever its kind; null: it is none that trains. */
export function runOfTrainJob({ db }: Project, jobId: number): number | null {
  return getJobRecord(db, jobId).type === 'train' ? (trainingRunOfJob(db, jobId)?.id ?? null) : null;
}

interface WithJob {
  readonly run: TrainingRun;
  readonly job: JobRecord;
}

function live(db: Project['db'], runId: number): WithJob {
  const found = withJob(db, runId);
  if (isLive(found.job)) return found;
  throw over(found.run);
}

function withJob(db: Project['db'], runId: number): WithJob {
  const run = getTrainingRun(db, runId);
  if (run.jobId === null) throw over(run);
  return { run, job: getJobRecord(db, run.jobId) };
}

function over({ id, state }: TrainingRun): FoveaError {
  return new FoveaError('conflict', `training run ${id} is over (${state})`, {
    next: 'Start a new one; it can continue from the version that this one made',
  });
}
