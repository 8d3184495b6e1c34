/**
 * Entry of the thread that `run-batch.ts` starts: decides or undoes one batch on a connection of its own and ends. Killed
 * on the way it leaves nothing, for all of it is one transaction.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Batch } from '../../../src-shared/contract/procedures.ts';
import { applyBatch, type BatchHooks, undoBatch } from '../../store/batches/apply.ts';
import { openProject } from '../../store/file/project.ts';
import { type FromBatchThread, batchTaskSchema } from './wire.ts';

const { projectPath, action, id, reviewer, reason, stop } = batchTaskSchema.parse(workerData);
const flag = new Int32Array(stop);
const say = (message: FromBatchThread): void => parentPort?.postMessage(message);

/** Ends with the project closed: whoever hears of it may open it anew at once. */
function work(): Batch {
  const project = openProject(projectPath);
  try {
    const hooks: BatchHooks = {
      stopped: () => Atomics.load(flag, 0) !== 0,
      onProgress: (done, total) => say({ type: 'progress', done, total }),
    };
    return action === 'apply'
      ? applyBatch(project.db, id, reviewer, hooks, reason)
      : undoBatch(project.db, id, reviewer, hooks);
  } finally {
    project.close();
  }
}

try {
  say({ type: 'done', batch: work() });
} catch (thrown) {
  say({ type: 'failed', error: FoveaError.from(thrown).toWire() });
}
