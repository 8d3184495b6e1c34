import type { Batch } from '../../../src-shared/contract/procedures.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { runBatch } from '../../jobs/batches/run-batch.ts';
import {
  auditOf,
  countBatch,
  dismissBatch,
  getBatch,
  judge,
  listBatches,
  startBatch,
} from '../../store/batches/batch.ts';
import type { Session } from '../session.ts';
import { freeSession, type Handlers } from './context.ts';

const LISTED = 50;

/** What is being decided or undone, by project and batch, to be stopped. */
const running = new WeakMap<Session, Map<number, AbortController>>();

export const batchHandlers = {
  'batches.count': ({ session }, scope) => countBatch(session().project.db, scope),

  'batches.start': async (context, wish) => {
    const open = await freeSession(context);
    const made = startBatch(open.project.db, wish);
    open.batchChanged(made.batch);
    return made;
  },

  'batches.list': ({ session }) => listBatches(session().project.db, LISTED),

  'batches.audit': ({ session }, { id }) => auditOf(session().project.db, id),

  'batches.judge': async (context, { id, sampleId, verdict }) => {
    const open = await freeSession(context);
    const batch = judge(open.project.db, id, sampleId, verdict);
    open.batchChanged(batch);
    return batch;
  },

  'batches.apply': ({ session }, wish) => run(session(), 'apply', wish),

  'batches.undo': ({ session }, wish) => run(session(), 'undo', { ...wish, reason: null }),

  'batches.cancel': ({ session }, { id }) => {
    running.get(session())?.get(id)?.abort();
    return {};
  },

  'batches.dismiss': async (context, { id }) => {
    const open = await freeSession(context);
    dismissBatch(open.project.db, id);
    open.batchChanged(getBatch(open.project.db, id));
    return {};
  },
} satisfies Partial<Handlers>;

async function run(
  open: Session,
  action: 'apply' | 'undo',
  { id, reviewer, reason }: { id: number; reviewer: string; reason: string | null },
): Promise<Batch> {
  const stops = running.get(open) ?? new Map<number, AbortController>();
  running.set(open, stops);
  if (stops.has(id)) {
    throw new FoveaError('conflict', `batch ${id} is being worked on already`, {
      next: 'Wait until it ends; it is shown here too',
    });
  }
  const stop = new AbortController();
  stops.set(id, stop);
  try {
    const batch = await open.longWrite(async (signal) => {
      try {
        return await runBatch(
          { projectPath: open.project.path, action, id, reviewer, reason },
          {
            signal: AbortSignal.any([signal, stop.signal]),
            onProgress: (done, total) => open.batchProgress({ id, done, total }),
          },
        );
      } catch (thrown) {
        // Who follows it in another window has to hear that it is not under way any more.
        open.batchChanged(getBatch(open.project.db, id));
        throw thrown;
      }
    });
    open.batchChanged(batch);
    open.samplesChanged();
    return batch;
  } finally {
    stops.delete(id);
  }
}
