/** Entry of the thread that `reading.ts` starts: reads a questions file, a batch for each request. */
import { parentPort, workerData } from 'node:worker_threads';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readBatches } from './reading-batches.ts';
import { readingTaskSchema, type ReadingAnswer } from './reading-wire.ts';

const { file, reading, stored, batch } = readingTaskSchema.parse(workerData);
const batches = readBatches(file, reading, stored, batch);

parentPort?.on('message', () => {
  void answer().then((said) => parentPort?.postMessage(said));
});

async function answer(): Promise<ReadingAnswer> {
  try {
    const { value, done } = await batches.next();
    return { items: value ?? [], last: done === true };
  } catch (thrown) {
    return { error: FoveaError.from(thrown).toWire() };
  }
}
