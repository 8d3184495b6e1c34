/** Entry of the thread that `reading.ts` starts: reads a questions file, a batch for each request. */
import { parentPort, workerData } from 'node:worker_threads';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readBatches } from './reading-batches.ts';
import { pack, readingTaskSchema, type ReadingAnswer } from './reading-wire.ts';

const { file, reading, stored, batch } = readingTaskSchema.parse(workerData);
const batches = readBatches(file, reading, stored, batch);

parentPort?.on('message', () => {
  void answer().then((said) => {
    const block = 'batch' in said && said.batch ? [said.batch.packed.buffer as ArrayBuffer] : [];
    parentPort?.postMessage(said, block);
  });
});

async function answer(): Promise<ReadingAnswer> {
  try {
    const { value, done } = await batches.next();
    return { batch: value ? pack(value) : null, last: done === true };
  } catch (thrown) {
    return { error: FoveaError.from(thrown).toWire() };
  }
}
