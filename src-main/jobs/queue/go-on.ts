/** A new job for what a run's last one left, with the same parameters. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { addJob, getJobRecord } from '../../store/jobs/job.ts';
import type { Project } from '../../store/file/project.ts';
import { getRun } from '../../store/runs/run.ts';
import { unfinishedJob } from '../../store/shown/run-list.ts';

/** Queues it and gives its id. Throws `not_found` without such a run, `bad_input` when its last job left nothing. */
export function addGoOnJob({ db }: Project, runId: number): number {
  getRun(db, runId);
  const last = unfinishedJob(db, runId);
  if (!last) {
    throw new FoveaError('bad_input', `nothing of run ${runId} is left to do`, {
      next: 'List the runs: another job may be doing it already',
    });
  }
  const { type, params } = getJobRecord(db, last.jobId);
  if (typeof params !== 'object' || params === null) return addJob(db, type, runId, params);
  const limited = 'limit' in params && params.limit !== null;
  // What workers of a shared queue left is done here: going on with them is for who has the queue's address.
  const { shared: _, ...rest } = { shared: null, ...params };
  return addJob(db, type, runId, limited ? { ...rest, limit: last.left } : rest);
}
