/**
 * The backend's worker: takes label jobs of the project one after another, those left behind by a crash first.
 * One job at a time, because there is one engine.
 */
import type { Job } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Engine } from '../engine/protocol.ts';
import { claimJob, unfinishedJobs } from '../store/job.ts';
import type { Project } from '../store/project.ts';
import { workOnLabelJob } from './label.ts';
import { isAlive, thisProcess } from './process-id.ts';

export interface JobQueueHooks {
  readonly onProgress: (job: Job) => void;
  readonly onSample: (sampleId: number, predictionId: number) => void;
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
export function startJobQueue(project: Project, engine: Engine, hooks: JobQueueHooks): JobQueue {
  const stopping = new AbortController();
  let working: Promise<void> = Promise.resolve();
  let again = false;
  let busy = false;
  const failed = (thrown: unknown): void => hooks.onFailure?.(FoveaError.from(thrown));

  const workOn = async (jobId: number): Promise<void> => {
    const lease = claimJob(project.db, jobId, thisProcess(), isAlive);
    if (!lease) return;
    await workOnLabelJob(project, engine, lease, {
      signal: stopping.signal,
      onAbort: 'release',
      onProgress: hooks.onProgress,
      onSample: hooks.onSample,
    });
  };

  const drain = async (): Promise<void> => {
    busy = true;
    try {
      while (again && !stopping.signal.aborted) {
        again = false;
        for (const job of unfinishedJobs(project.db)) {
          if (stopping.signal.aborted || job.type !== 'label') continue;
          await workOn(job.id).catch(failed);
        }
      }
    } catch (thrown) {
      failed(thrown);
    } finally {
      busy = false;
    }
  };

  const wake = (): void => {
    again = true;
    if (!busy) working = drain();
  };
  wake();
  return {
    wake,
    idle: () => working,
    async stop() {
      stopping.abort();
      await working;
    },
  };
}
