import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Job } from '../../../src-shared/contract/domain.ts';
import { featureEstimate } from '../../jobs/features/estimate.ts';
import { labelPreview } from '../../jobs/label/preview.ts';
import { labelParams } from '../../jobs/label/params.ts';
import { addLabelJob } from '../../jobs/label/label.ts';
import { labelAnewParams } from '../../jobs/label/run-prompts.ts';
import { predictParams } from '../../jobs/predict/plan.ts';
import { addPredictJob } from '../../jobs/predict/predict.ts';
import { cancelTraining, runOfTrainJob } from '../../jobs/train/requests.ts';
import { requestCancel } from '../../store/jobs/job.ts';
import { getRpn, rpnFolder } from '../../store/training/rpn.ts';
import type { Session } from '../session.ts';
import type { Handlers } from './context.ts';

export const jobHandlers = {
  'jobs.list': ({ session }) => session().jobs(),

  'jobs.label': async ({ session, options }, wish) => {
    const open = session();
    const params = await labelParams(open.project, options.engine, wish, options.resources);
    return queued(open, addLabelJob(open.project, params));
  },

  'jobs.labelPreview': async ({ session, options }, wish) => {
    const { project } = session();
    return labelPreview(project, await labelParams(project, options.engine, wish, options.resources));
  },

  'jobs.labelAnew': ({ session }, { runId, scope, keepFeatures }) => {
    const open = session();
    const params = labelAnewParams(open.project, runId, scope, keepFeatures);
    return queued(open, addLabelJob(open.project, params));
  },

  'jobs.labelAnewPreview': ({ session }, { runId, scope }) => {
    const { project } = session();
    return labelPreview(project, labelAnewParams(project, runId, scope));
  },

  'jobs.predict': ({ session }, { rpnId, runId, show }) => {
    const open = session();
    const { project } = open;
    const { id } = getRpn(project.db, rpnId);
    const wish = { rpnDir: rpnFolder(project.path, id), runId, show, budgetBytes: null };
    return queued(open, addPredictJob(project, predictParams(project, wish)));
  },

  'jobs.featureSize': ({ session }, { dir, adapterDir }) =>
    featureEstimate(session().project, { dir, ...(adapterDir === null ? {} : { adapterDir }) }),

  'jobs.cancel': async ({ session }, { id }) => {
    const open = session();
    const trainingRun = runOfTrainJob(open.project, id);
    if (trainingRun === null) requestCancel(open.project.db, id);
    else await cancelTraining(open.project, trainingRun);
    return queued(open, id);
  },
} satisfies Partial<Handlers>;

/** Has the queue look at the job, and says how it stands. */
export function queued(open: Session, id: number): Job {
  open.queue.wake();
  const job = jobOf(open, id);
  open.jobChanged(job);
  return job;
}

function jobOf(session: Session, id: number): Job {
  const job = session.job(id);
  if (job) return job;
  throw new FoveaError('not_found', `there is no job ${id}`, { next: 'List the jobs of the project' });
}
