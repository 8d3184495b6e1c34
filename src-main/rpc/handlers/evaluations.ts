import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { EVALUATIONS_SHOWN } from '../../../src-shared/contract/procedures/measuring/evaluations.ts';
import { LISTED_MOST } from '../../../src-shared/contract/procedures.ts';
import { beginEvaluation, planEvaluation, requireOver } from '../../jobs/evaluate/plan.ts';
import { evaluationReport } from '../../jobs/evaluate/report/report.ts';
import { keptTable } from '../../jobs/evaluate/kept-table.ts';
import { sweepPoints } from '../../jobs/evaluate/sweep.ts';
import { jobEntry } from '../../jobs/queue/entries.ts';
import { transact } from '../../store/db.ts';
import { cellSamples } from '../../store/evaluations/cells.ts';
import { getEvaluation, listEvaluations, removeEvaluation } from '../../store/evaluations/evaluation.ts';
import type { Handlers } from './context.ts';
import { queued } from './jobs.ts';

export const evaluationHandlers = {
  'evaluations.list': ({ session }) => listEvaluations(session().project.db, EVALUATIONS_SHOWN),

  'evaluations.plan': async ({ session }, wish) => {
    try {
      return { plan: await planEvaluation(session().project, wish), problem: null };
    } catch (thrown) {
      // Why there is nothing to measure is what a page shows in its place.
      return { plan: null, problem: FoveaError.from(thrown).toWire() };
    }
  },

  'evaluations.start': ({ session, options: { version } }, { again, ...wish }) => {
    const open = session();
    const { project } = open;
    const { id, jobId } = beginEvaluation(project, wish, { version, again });
    if (jobId === null) return { id, job: null };
    queued(open, jobId);
    return { id, job: open.paced(jobEntry(project.db, jobId)) };
  },

  'evaluations.table': async ({ session }, { id }) => {
    const { db } = session().project;
    const evaluation = getEvaluation(db, id);
    return { evaluation, table: await keptTable(db, id), sweep: await sweepPoints(db, evaluation) };
  },

  'evaluations.samples': ({ session }, { id, ...cell }) =>
    cellSamples(session().project.db, id, cell, LISTED_MOST),

  'evaluations.report': ({ session }, { id }) => {
    const open = session();
    return open.task(async () => {
      const { name, html } = await evaluationReport(open.project, id);
      return { name, html };
    });
  },

  'evaluations.remove': ({ session }, { id }) => {
    const { db } = session().project;
    transact(db, () => {
      requireOver(getEvaluation(db, id));
      removeEvaluation(db, id);
    });
    return {};
  },
} satisfies Partial<Handlers>;
