/**
 * What every worker on a claimed job does besides the work: it shows that it lives, hears of a cancel, and writes down
 * how it ended.
 */
import type { Job } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type Lease, finishJob, getJob, getJobRecord, heartbeat, releaseJob } from '../../store/jobs/job.ts';
import { patiently } from '../../store/patience.ts';
import type { Project } from '../../store/file/project.ts';
import { HEARTBEAT_MS } from './process-id.ts';

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

/** The hooks as the work gets them: the signal is the caller's or a cancel from anywhere. */
export type HeldHooks = JobHooks & { readonly signal: AbortSignal };

/** Does `work` under the lease; when it throws, the job is `failed` with that reason. Rethrows. */
export async function whileHeld<T>(
  project: Project,
  lease: Lease,
  hooks: JobHooks,
  work: (hooks: HeldHooks) => Promise<T>,
): Promise<T> {
  const { db } = project;
  const stop = new AbortController();
  const beat = setInterval(() => {
    try {
      if (heartbeat(db, lease).cancelRequested) stop.abort();
    } catch {
      // The lease or the disk is gone: the next write of the job finds out and says so.
    }
  }, HEARTBEAT_MS);
  beat.unref();
  const signal = hooks.signal ? AbortSignal.any([hooks.signal, stop.signal]) : stop.signal;
  try {
    return await work({ ...hooks, signal });
  } catch (thrown) {
    const error = FoveaError.from(thrown);
    // Where the lease is lost or the disk is full there is no writing it down; the error itself says enough.
    await patiently(() => finishJob(db, lease, 'failed', error.toLine())).catch(() => undefined);
    trying(() => hooks.onProgress?.(getJob(db, lease.jobId)));
    throw error;
  } finally {
    clearInterval(beat);
  }
}

/** Ends a job that was stopped: cancelled, or left to be continued when that is what an abort means. */
export function letGo(project: Project, lease: Lease, hooks: HeldHooks): void {
  if (hooks.signal.aborted && hooks.onAbort === 'release' && !wasCancelled(project, lease)) {
    releaseJob(project.db, lease);
  } else finishJob(project.db, lease, 'cancelled', null);
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
