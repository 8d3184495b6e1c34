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
  const here = paramsHere(params);
  const limited = 'limit' in here && here.limit !== null;
  return addJob(db, type, runId, limited ? { ...here, limit: last.left } : here);
}

/** What workers of a shared queue left is done here: going on with them is for who has the queue's address. */
export function paramsHere(params: unknown): object {
  const { shared: _, ...here } = { shared: null, ...(params as object) };
  return here;
}
