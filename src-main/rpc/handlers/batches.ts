import type { Batch } from '../../../src-shared/contract/procedures.ts';
import { type BatchHooks, applyBatch, undoBatch } from '../../store/batch-apply.ts';
import { auditOf, dismissBatch, judge, latestBatch, startBatch } from '../../store/batch.ts';
import type { Session } from '../session.ts';
import type { Handlers } from './context.ts';

export const batchHandlers = {
  'batches.start': ({ session }, wish) => startBatch(session().project.db, wish),

  'batches.latest': ({ session }) => latestBatch(session().project.db),

  'batches.audit': ({ session }, { id }) => auditOf(session().project.db, id),

  'batches.judge': ({ session }, { id, sampleId, verdict }) =>
    judge(session().project.db, id, sampleId, verdict),

  'batches.apply': ({ session }, { id, reviewer }) => {
    const open = session();
    return run(open, (hooks) => applyBatch(open.project.db, id, reviewer, hooks));
  },

  'batches.undo': ({ session }, { id, reviewer }) => {
    const open = session();
    return run(open, (hooks) => undoBatch(open.project.db, id, reviewer, hooks));
  },

  'batches.dismiss': ({ session }, { id }) => {
    dismissBatch(session().project.db, id);
    return {};
  },
} satisfies Partial<Handlers>;

async function run(open: Session, work: (hooks: BatchHooks) => Promise<Batch>): Promise<Batch> {
  try {
    return await open.task((signal) => work({ signal, onProgress: open.batchChanged }));
  } finally {
    open.samplesChanged();
  }
}
