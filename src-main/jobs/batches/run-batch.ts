/**
 * Decides or undoes a batch in a thread with a connection of its own, so that a large one holds nobody up who only reads:
 * other calls go on while the one transaction runs. Saving something waits for its end.
 */
import { Worker } from 'node:worker_threads';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Batch } from '../../../src-shared/contract/procedures.ts';
import { threadEntry } from '../../files/thread-entry.ts';
import { type BatchTask, fromBatchThreadSchema } from './wire.ts';

export interface RunBatchHooks {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

const ENTRY = threadEntry('batch-thread', new URL('./thread.ts', import.meta.url));

/** Errors as `applyBatch` and `undoBatch`, `cancelled` by the signal, `internal` when the thread dies. */
export function runBatch(
  task: Omit<BatchTask, 'stop'>,
  { signal, onProgress }: RunBatchHooks,
): Promise<Batch> {
  const stop = new SharedArrayBuffer(4);
  const ask = (): void => void Atomics.store(new Int32Array(stop), 0, 1);
  if (signal.aborted) ask();
  signal.addEventListener('abort', ask);
  const thread = new Worker(ENTRY, { workerData: { ...task, stop } satisfies BatchTask });
  return new Promise<Batch>((resolve, reject) => {
    thread.on('message', (raw) => {
      const message = fromBatchThreadSchema.parse(raw);
      if (message.type === 'progress') onProgress(message.done, message.total);
      else if (message.type === 'done') resolve(message.batch);
      else reject(FoveaError.fromWire(message.error));
    });
    const died = (why: string): void =>
      reject(
        new FoveaError('internal', `the batch stopped: ${why}; nothing of it was written`, {
          next: 'Try it again',
        }),
      );
    thread.on('error', (error) => died(error.message));
    thread.on('exit', (code) => died(`exit code ${code}`));
  }).finally(() => signal.removeEventListener('abort', ask));
}
