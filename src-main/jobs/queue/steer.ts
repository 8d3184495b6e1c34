/**
 * What a person asks of a job, whatever its kind. Each throws `conflict` where {@link stepsOf} does not offer it, unless somebody
 * at another window has asked for the same a moment before: then it is as wished, and nothing is wrong.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { JobStep } from '../../../src-shared/contract/procedures.ts';
import { type ReadableDb, transact } from '../../store/db.ts';
import type { Project } from '../../store/file/project.ts';
import { addRetry, countStillFailed, retriedBy } from '../../store/jobs/failures.ts';
import { countQueued } from '../../store/jobs/item.ts';
import {
  addJob,
  askJob,
  getJobRecord,
  type JobRecord,
  jobsOfRun,
  moveToFront,
  requestCancel,
  unfinishedJobs,
} from '../../store/jobs/job.ts';
import { unfinishedJob } from '../../store/shown/run-list.ts';
import { trainingRunOfJob } from '../../store/training/training-run.ts';
import { isShared } from '../label/run.ts';
import { unwrittenEnding } from '../lease/ending.ts';
import { cancelTraining, pauseTraining, resumeTraining } from '../train/requests.ts';
import { isLive } from '../train/standing.ts';
import { addGoOnJob, paramsHere } from './go-on.ts';
import { laneOf } from './queue.ts';

/** Whether it waits for its turn in a lane of the backend. */
export function waits({ state, holder, asked, params, type }: JobRecord): boolean {
  return (
    state === 'queued' && holder === null && asked === null && laneOf(type) !== null && !isShared(params)
  );
}

/** Those that wait in the lane of a job, in the order of their turns. */
export function lineOf(db: ReadableDb, { type }: Pick<JobRecord, 'type'>): JobRecord[] {
  return unfinishedJobs(db).filter((job) => laneOf(job.type) === laneOf(type) && waits(job));
}

/** What can be asked of a job as it stands. */
export function stepsOf(db: ReadableDb, job: JobRecord): JobStep[] {
  const live = isLive(job) && unwrittenEnding(db, job.id) === null;
  const steps: JobStep[] = [];
  if (live && job.asked === null && !job.cancelRequested && !isShared(job.params)) steps.push('pause');
  if (live && job.asked === 'pause' && !job.cancelRequested) steps.push('resume');
  if (!live && canGoOn(db, job)) steps.push('resume');
  if (!live && job.type !== 'train' && !runIsWorkedOn(db, job) && countStillFailed(db, job.id) > 0) {
    steps.push('retry');
  }
  const line = waits(job) ? lineOf(db, job) : [];
  if (line.length > 1 && line[0]?.id !== job.id) steps.push('first');
  if (live && !job.cancelRequested) steps.push('cancel');
  return steps;
}

/** Whether a job that is over left something, that no other job has taken up. */
function canGoOn(db: ReadableDb, job: JobRecord): boolean {
  const { id, type, state, runId } = job;
  if (state === 'done') return false;
  if (type === 'train') return state === 'failed' && trainingRunOfJob(db, id) !== null;
  if (laneOf(type) === null) return false;
  if (job.retryOf !== null) return countQueued(db, id) > 0 && retriedBy(db, job.retryOf) === id;
  // Before it knew what is to be done: with the same wish once more.
  if (runId === null) return !isShared(job.params);
  return !runIsWorkedOn(db, job) && unfinishedJob(db, runId)?.jobId === id;
}

/** Whether another job of the same run is not over. */
function runIsWorkedOn(db: ReadableDb, { id, runId }: JobRecord): boolean {
  const others = runId === null ? [] : jobsOfRun(db, runId);
  return unfinishedJobs(db).some(
    (job) => job.id !== id && (others.some((other) => other.id === job.id) || job.retryOf === id),
  );
}

/** Asks a job to rest until it is asked to go on; what is in flight is dropped, all before it is saved. */
export function pauseJob(project: Project, id: number): void {
  const { db } = project;
  transact(db, () => {
    if (isPaused(getJobRecord(db, id))) return;
    const job = offered(db, id, 'pause');
    if (job.type === 'train') pauseTraining(project, trainingRun(db, id));
    else askJob(db, id, 'pause');
  });
}

/** @returns the job that goes on: this one after a rest, a new one for what it left */
export function resumeJob(project: Project, id: number): number {
  const { db } = project;
  return transact(db, () => {
    if (goesOn(db, getJobRecord(db, id))) return id;
    const job = offered(db, id, 'resume');
    if (job.type === 'train') {
      const run = trainingRun(db, id);
      resumeTraining(project, run);
      return unfinishedJobs(db).find(({ id: one }) => trainingRunOfJob(db, one)?.id === run)?.id ?? id;
    }
    if (isLive(job)) {
      askJob(db, id, null);
      return id;
    }
    if (job.retryOf !== null) return retried(db, job.retryOf);
    if (job.runId === null) return addJob(db, job.type, null, job.params);
    return addGoOnJob(project, job.runId);
  });
}

/** @returns the new job, for what failed and was not managed or tried again since */
export function retryJob({ db }: Project, id: number): number {
  return transact(db, () => {
    offered(db, id, 'retry');
    return retried(db, id);
  });
}

function retried(db: Project['db'], id: number): number {
  const job = getJobRecord(db, id);
  const made = addRetry(db, id, paramsHere(job.params));
  if (made === null) throw refusal(job, 'retry');
  return made;
}

/** Its turn comes next in its lane. */
export function moveJobFirst({ db }: Project, id: number): void {
  transact(db, () => {
    const job = getJobRecord(db, id);
    if (waits(job) && lineOf(db, job)[0]?.id === id) return;
    offered(db, id, 'first');
    moveToFront(db, id);
  });
}

/** Ends a job; one that is over stays as it is. Throws `not_found`. */
export async function cancelJob(project: Project, id: number): Promise<void> {
  const { db } = project;
  const run = getJobRecord(db, id).type === 'train' ? trainingRunOfJob(db, id) : null;
  if (run === null) requestCancel(db, id);
  else await cancelTraining(project, run.id);
}

function isPaused(job: JobRecord): boolean {
  return job.asked === 'pause' && isLive(job);
}

/** It is under way or waits for its turn, and nobody wants it to end. */
function goesOn(db: ReadableDb, job: JobRecord): boolean {
  return job.asked === null && !job.cancelRequested && isLive(job) && unwrittenEnding(db, job.id) === null;
}

function offered(db: ReadableDb, id: number, step: JobStep): JobRecord {
  const job = getJobRecord(db, id);
  if (stepsOf(db, job).includes(step)) return job;
  throw refusal(job, step);
}

const REFUSED: Readonly<Record<JobStep, string>> = {
  pause: 'cannot be paused',
  resume: 'has nothing to go on with',
  cancel: 'cannot be cancelled',
  retry: 'has nothing to try again',
  first: 'does not wait behind another one',
};

function refusal(job: JobRecord, step: JobStep): FoveaError {
  const state = isPaused(job) ? 'paused' : job.state;
  const shared = isShared(job.params) && isLive(job);
  return new FoveaError('conflict', `job ${job.id} ${REFUSED[step]}: it is ${state}`, {
    next: shared
      ? 'Workers of a shared queue do it: stop fovea label --queue where it runs, and start it again to go on'
      : 'List the jobs of the project: they say what can be asked of each',
  });
}

function trainingRun(db: ReadableDb, jobId: number): number {
  const run = trainingRunOfJob(db, jobId);
  if (run) return run.id;
  throw new FoveaError('not_found', `job ${jobId} has no training run`, { next: 'Start a new one' });
}
