/**
 * What every worker on a claimed job does besides the work: it shows that it lives, hears of a cancel, and writes down
 * how it ended.
 */
import type { Job } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import {
  type JobRecord,
  type Lease,
  finishJob,
  getJob,
  getJobRecord,
  heartbeat,
  releaseJob,
} from '../../store/jobs/job.ts';
import type { Project } from '../../store/file/project.ts';
import { asEnded, endAsFailed } from './ending.ts';
import { HEARTBEAT_MS } from './process-id.ts';

/** Somebody waits for what they asked: reading it costs next to nothing. */
const LISTEN_MS = 250;

export interface JobHooks {
  /** Stops the job: the sample in flight is dropped, all before it is saved. */
  readonly signal?: AbortSignal;
  /** What an abort means: the person cancelled it (default), or it is to go on at the next start. */
  readonly onAbort?: 'cancel' | 'release';
  readonly onProgress?: (job: Job) => void;
  readonly onSample?: (sampleId: number, predictionId: number) => void;
  /** Many samples changed; for jobs that are too quick to name each. */
  readonly onSamples?: () => void;
}

/**
 * The hooks as the work gets them: the signal is the caller's, or a cancel or a pause from anywhere; `finish` says that the job is to end
 * with what it has.
 */
export type HeldHooks = JobHooks & { readonly signal: AbortSignal; readonly finish: AbortSignal };

/**
 * Does `work` under the lease; when it throws, the job is `failed` with that reason. Rethrows.
 * @param failed what else is to be written then, with the job's end or not at all
 */
export async function whileHeld<T>(
  project: Project,
  lease: Lease,
  hooks: JobHooks,
  work: (hooks: HeldHooks) => Promise<T>,
  failed: (error: FoveaError) => void = () => undefined,
): Promise<T> {
  const { db } = project;
  const stop = new AbortController();
  const finish = new AbortController();
  const hear = (listen: () => Pick<JobRecord, 'cancelRequested' | 'asked'>): void => {
    try {
      const { cancelRequested, asked } = listen();
      if (cancelRequested || asked === 'pause') stop.abort();
      if (asked === 'finish') finish.abort();
    } catch {
      // The lease or the disk is gone: the next write of the job finds out and says so.
    }
  };
  let pace: number | null = null;
  const onProgress = (job: Job): void => {
    pace = job.rate;
    hooks.onProgress?.(job);
  };
  hear(() => heartbeat(db, lease));
  const beat = setInterval(() => hear(() => heartbeat(db, lease, pace)), HEARTBEAT_MS);
  const ear = setInterval(() => hear(() => getJobRecord(db, lease.jobId)), LISTEN_MS);
  beat.unref();
  ear.unref();
  const signal = hooks.signal ? AbortSignal.any([hooks.signal, stop.signal]) : stop.signal;
  try {
    return await work({ ...hooks, onProgress, signal, finish: finish.signal });
  } catch (thrown) {
    const error = FoveaError.from(thrown);
    await endAsFailed(
      db,
      lease,
      error,
      () => failed(error),
      () => trying(() => hooks.onProgress?.(asEnded(db, getJob(db, lease.jobId)))),
    );
    throw error;
  } finally {
    clearInterval(beat);
    clearInterval(ear);
  }
}

/** Ends a job that was stopped: cancelled, or left to be continued when that is what an abort means. */
export function letGo(project: Project, lease: Lease, hooks: HeldHooks): void {
  if (hooks.signal.aborted && isToGoOn(project, lease, hooks)) {
    releaseJob(project.db, lease);
  } else finishJob(project.db, lease, 'cancelled', null);
}

/** Whether a job that was stopped is to be gone on with: at the next start, or when it is asked to after a pause. */
export function isToGoOn({ db }: Project, { jobId }: Lease, { onAbort }: HeldHooks): boolean {
  const { cancelRequested, asked } = getJobRecord(db, jobId);
  return !cancelRequested && (onAbort === 'release' || asked === 'pause');
}

/** Whether somebody asked to cancel the job. */
export function wasCancelled(project: Project, lease: Lease): boolean {
  return getJobRecord(project.db, lease.jobId).cancelRequested;
}

function trying(body: () => void): void {
  try {
    body();
  } catch {
    // Said by the caller.
  }
}
