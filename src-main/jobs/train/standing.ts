/** How the training runs of a project stand: what their rows, their jobs and the processes behind those say together. */
import type { TrainingRun, TrainingStanding, TrainingStatus } from '../../../src-shared/contract/training.ts';
import type { ReadableDb } from '../../store/db.ts';
import { getJobRecord, type JobRecord } from '../../store/jobs/job.ts';
import { listTrainingRuns } from '../../store/training/training-run.ts';
import { unwrittenEnding } from '../lease/ending.ts';
import { isAlive } from '../lease/process-id.ts';

/** All runs, the newest first. */
export function trainingStandings(db: ReadableDb): TrainingStanding[] {
  return listTrainingRuns(db)
    .map((run) => trainingStanding(db, run))
    .reverse();
}

export function trainingStanding(db: ReadableDb, run: TrainingRun): TrainingStanding {
  const message = run.jobId === null ? null : unwrittenEnding(db, run.jobId);
  if (message !== null) return { run: { ...run, message }, status: 'failed' };
  return { run, status: statusOf(run, run.jobId === null ? null : getJobRecord(db, run.jobId)) };
}

/** Whether a job is still to be worked on. */
export function isLive({ state }: JobRecord): boolean {
  return state === 'queued' || state === 'running';
}

function statusOf({ state }: TrainingRun, job: JobRecord | null): TrainingStatus {
  // Of no job: a curve, which somebody draws with `fovea train --curve`.
  if (job === null) return state;
  if (!isLive(job)) {
    if (state === 'done' || state === 'failed' || state === 'cancelled') return state;
    // Of an earlier version of the app, which did not write both at once.
    return job.state === 'cancelled' ? 'cancelled' : 'failed';
  }
  const held = job.holder !== null && isAlive(job.holder);
  if (job.asked === 'pause') return held ? 'pausing' : 'paused';
  if (!held) return 'waiting';
  if (job.cancelRequested) return 'cancelling';
  if (job.asked === 'finish') return 'finishing';
  return state === 'running' ? 'running' : 'preparing';
}
