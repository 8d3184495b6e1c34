import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Job } from '../../../src-shared/contract/domain.ts';
import { labelParams } from '../../jobs/label-params.ts';
import { addLabelJob } from '../../jobs/label.ts';
import { labelAnewParams } from '../../jobs/run-prompts.ts';
import { requestCancel } from '../../store/job.ts';
import type { Session } from '../session.ts';
import type { Handlers } from './context.ts';

export const jobHandlers = {
  'jobs.list': ({ session }) => session().jobs(),

  'jobs.label': async ({ session, options }, wish) => {
    const open = session();
    const params = await labelParams(open.project, options.engine, wish, options.resources);
    const id = addLabelJob(open.project, params);
    open.queue.wake();
    const job = jobOf(open, id);
    open.jobChanged(job);
    return job;
  },

  'jobs.labelAnew': ({ session }, { runId }) => {
    const open = session();
    const id = addLabelJob(open.project, labelAnewParams(open.project, runId));
    open.queue.wake();
    const job = jobOf(open, id);
    open.jobChanged(job);
    return job;
  },

  'jobs.cancel': ({ session }, { id }) => {
    const open = session();
    requestCancel(open.project.db, id);
    open.queue.wake();
    const job = jobOf(open, id);
    open.jobChanged(job);
    return job;
  },
} satisfies Partial<Handlers>;

function jobOf(session: Session, id: number): Job {
  const job = session.job(id);
  if (job) return job;
  throw new FoveaError('not_found', `there is no job ${id}`, { next: 'List the jobs of the project' });
}
