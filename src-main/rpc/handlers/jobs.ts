import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { FAILURE_SAMPLES, type JobEntry } from '../../../src-shared/contract/procedures.ts';
import type { Job } from '../../../src-shared/contract/domain.ts';
import { featureEstimate } from '../../jobs/features/estimate.ts';
import { labelPreview } from '../../jobs/label/preview.ts';
import { labelParams } from '../../jobs/label/params.ts';
import { addLabelJob } from '../../jobs/label/label.ts';
import { labelAnewParams } from '../../jobs/label/run-prompts.ts';
import { predictParams } from '../../jobs/predict/plan.ts';
import { addPredictJob } from '../../jobs/predict/predict.ts';
import { jobEntries, jobEntry } from '../../jobs/queue/entries.ts';
import { cancelJob, moveJobFirst, pauseJob, resumeJob, retryJob } from '../../jobs/queue/steer.ts';
import { failuresByReason } from '../../store/jobs/failures.ts';
import { countJobs, getJobRecord } from '../../store/jobs/job.ts';
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

  'jobs.featureSize': ({ session }, { dir, adapterDir, squareTokens }) =>
    featureEstimate(
      session().project,
      { dir, ...(adapterDir === null ? {} : { adapterDir }) },
      { squareTokens },
    ),

  'jobs.page': ({ session }, { skip, limit }) => {
    const { project, paced } = session();
    return { jobs: jobEntries(project.db, skip, limit).map(paced), total: countJobs(project.db) };
  },

  'jobs.entry': ({ session }, { id }) => entryOf(session(), id),

  'jobs.failures': ({ session }, { id }) => {
    const { db } = session().project;
    const { kinds, ...counts } = failuresByReason(db, getJobRecord(db, id).id, FAILURE_SAMPLES);
    return { kinds: kinds.map((kind) => ({ ...kind, samples: [...kind.samples] })), ...counts };
  },

  'jobs.pause': ({ session }, { id }) => {
    const open = session();
    pauseJob(open.project, id);
    return steered(open, id);
  },

  'jobs.resume': ({ session }, { id }) => {
    const open = session();
    return steered(open, resumeJob(open.project, id));
  },

  'jobs.retry': ({ session }, { id }) => {
    const open = session();
    return steered(open, retryJob(open.project, id));
  },

  'jobs.first': ({ session }, { id }) => {
    const open = session();
    moveJobFirst(open.project, id);
    return steered(open, id);
  },

  'jobs.cancel': async ({ session }, { id }) => {
    const open = session();
    await cancelJob(open.project, id);
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

function steered(open: Session, id: number): JobEntry {
  queued(open, id);
  return entryOf(open, id);
}

function entryOf({ project, paced }: Session, id: number): JobEntry {
  return paced(jobEntry(project.db, id));
}

function jobOf(session: Session, id: number): Job {
  const job = session.job(id);
  if (job) return job;
  throw new FoveaError('not_found', `there is no job ${id}`, { next: 'List the jobs of the project' });
}
