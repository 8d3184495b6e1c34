/**
 * The label job: asks the engine about every sample that lacks a prediction under the run, one at a time, and stores
 * each result at once, so that whatever dies, at most the sample in flight is done again. The command line runs it
 * inline, the backend from its queue; both only hold a lease.
 */
import type { Job } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Engine } from '../engine/protocol.ts';
import { failedItems, nextItem } from '../store/job-item.ts';
import {
  type Lease,
  addJob,
  claimJob,
  finishJob,
  getJob,
  getJobRecord,
  heartbeat,
  releaseJob,
} from '../store/job.ts';
import type { Project } from '../store/project.ts';
import { labelItem } from './label-item.ts';
import { type LabelJobParams, labelParamsOfJobSchema, planLabelJob, withPace } from './label-run.ts';
import { HEARTBEAT_MS, isAlive, thisProcess } from './process-id.ts';
import { rateMeter } from './rate.ts';

/** So many engine deaths with no sample labelled in between: it is the engine, not the samples. */
const DEATHS_IN_A_ROW = 9;

export interface JobHooks {
  /** Stops the job: the sample in flight is dropped, all before it is saved. */
  readonly signal?: AbortSignal;
  /** What an abort means: the person cancelled it (default), or it is to go on at the next start. */
  readonly onAbort?: 'cancel' | 'release';
  readonly onProgress?: (job: Job) => void;
  readonly onSample?: (sampleId: number, predictionId: number) => void;
}

export interface LabelReport {
  readonly jobId: number;
  readonly runId: number;
  readonly done: number;
  readonly failed: number;
  /** Samples that needed no work (or, with given answers, came without one). */
  readonly skipped: number;
  readonly seconds: number;
  readonly cancelled: boolean;
  readonly failures: readonly { readonly sampleId: number; readonly reason: string }[];
}

/** Queues a label job for the backend's worker (or another process) and gives its id. */
export function addLabelJob(project: Project, params: LabelJobParams): number {
  return addJob(project.db, 'label', null, params);
}

/**
 * Labels inline, as `fovea label` does. Calling it again after a crash goes on where it stopped. Throws `project_busy`
 * when another process works on the same run, and what is wrong with model, device, disk; the job is then `failed`.
 */
export async function runLabelJob(
  project: Project,
  engine: Engine,
  params: LabelJobParams,
  hooks: JobHooks = {},
): Promise<LabelReport> {
  const lease = claimJob(project.db, addLabelJob(project, params), thisProcess(), isAlive);
  if (!lease) throw new FoveaError('project_busy', 'another process took the job', { where: project.path });
  return workOnLabelJob(project, engine, lease, hooks);
}

/** Works on a claimed label job until it is over. Errors as `runLabelJob`. */
export async function workOnLabelJob(
  project: Project,
  engine: Engine,
  lease: Lease,
  hooks: JobHooks,
): Promise<LabelReport> {
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
    return await work(project, engine, lease, { ...hooks, signal });
  } catch (thrown) {
    const error = FoveaError.from(thrown);
    // Where the lease is lost or the disk is full there is no writing it down; the error itself says enough.
    trying(() => finishJob(db, lease, 'failed', error.toLine()));
    trying(() => hooks.onProgress?.(getJob(db, lease.jobId)));
    throw error;
  } finally {
    clearInterval(beat);
  }
}

async function work(
  project: Project,
  engine: Engine,
  lease: Lease,
  hooks: JobHooks & { readonly signal: AbortSignal },
): Promise<LabelReport> {
  const { db } = project;
  const { signal } = hooks;
  const started = performance.now();
  const params = labelParamsOfJobSchema.parse(getJobRecord(db, lease.jobId).params);
  const run = await planLabelJob(project, engine, lease, params);
  const before = getJob(db, lease.jobId);
  const pace = rateMeter(performance.now());
  let done = 0;
  let failed = 0;
  let deathsInARow = 0;
  const report = (): void => {
    const job = { ...before, done: before.done + done, failed: before.failed + failed };
    hooks.onProgress?.(withPace(job, pace.perSecond(performance.now())));
  };
  report();

  for (;;) {
    if (signal.aborted || wasCancelled(project, lease)) break;
    const item = nextItem(db, lease.jobId);
    if (!item) break;
    const outcome = await labelItem(project, engine, lease, run, item.sampleId, signal).catch((error) => {
      if (signal.aborted) return null;
      throw error;
    });
    if (!outcome) break;
    deathsInARow = outcome.engineDied ? deathsInARow + 1 : 0;
    if (deathsInARow === DEATHS_IN_A_ROW) {
      throw new FoveaError('engine_died', `the engine died ${deathsInARow} times in a row`, {
        next: 'Run fovea doctor, then label again: what was done is saved',
      });
    }
    if (outcome.kind === 'retry') continue;
    if (outcome.kind === 'done') {
      done++;
      if (outcome.predictionId !== null) hooks.onSample?.(item.sampleId, outcome.predictionId);
    } else {
      failed++;
    }
    pace.tick(performance.now());
    report();
  }

  const cancelled = nextItem(db, lease.jobId) !== null;
  if (!cancelled) finishJob(db, lease, 'done', null);
  else if (hooks.signal.aborted && hooks.onAbort === 'release' && !wasCancelled(project, lease)) {
    releaseJob(db, lease);
  } else finishJob(db, lease, 'cancelled', null);
  hooks.onProgress?.(getJob(db, lease.jobId));
  return {
    jobId: lease.jobId,
    runId: run.runId,
    done,
    failed,
    skipped: before.skipped,
    seconds: (performance.now() - started) / 1000,
    cancelled,
    failures: failedItems(db, lease.jobId),
  };
}

function wasCancelled(project: Project, lease: Lease): boolean {
  return getJobRecord(project.db, lease.jobId).cancelRequested;
}

function trying(body: () => void): void {
  try {
    body();
  } catch {
    // Said by the caller.
  }
}
