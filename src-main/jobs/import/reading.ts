/**
 * A questions file in batches. A large one is read and checked in a thread, a batch ahead of whoever writes them; what is
 * small is read before a thread would have started.
 */
import { stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { threadEntry } from '../../files/thread-entry.ts';
import type { ImportItem, ReadingOptions } from '../../importers/index.ts';
import { readBatches } from './reading-batches.ts';
import { MORE, readingAnswerSchema, type ReadingAnswer, type ReadingTask } from './reading-wire.ts';

/** A thread takes as long to start as some 10,000 rows to be read. */
const SMALL_BYTES = 2_000_000;
/** Batches that are read before they are asked for. */
const AHEAD = 2;
/** Rows are many and short-lived; one of them may be large. */
const RESOURCES = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 512 };

const ENTRY = threadEntry('reading-thread', new URL('./reading-thread.ts', import.meta.url));

/**
 * The questions of `file` in its order, `most` in a batch. Leaving the loop early ends the reading.
 * Throws as `openImport` and reading do, and `io` where the thread ends of itself.
 */
export async function* questionBatches(
  file: string,
  reading: ReadingOptions,
  most: number,
): AsyncGenerator<readonly ImportItem[], void> {
  // A file that is not there is for the reader to say.
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= SMALL_BYTES) yield* readBatches(file, reading, most);
  else yield* batchesOfThread({ file, reading, batch: most });
}

async function* batchesOfThread(task: ReadingTask): AsyncGenerator<readonly ImportItem[], void> {
  const thread = new Worker(ENTRY, { workerData: task, resourceLimits: RESOURCES });
  const waiting: PromiseWithResolvers<ReadingAnswer>[] = [];
  const answers: Promise<ReadingAnswer>[] = [];
  const ask = (): void => {
    const asked = Promise.withResolvers<ReadingAnswer>();
    // Its failure is met when its turn comes.
    asked.promise.catch(() => undefined);
    waiting.push(asked);
    answers.push(asked.promise);
    thread.postMessage(MORE);
  };
  let ended: FoveaError | null = null;
  const end = (cause: unknown): void => {
    ended ??= new FoveaError('io', 'reading the questions file ended early', {
      where: task.file,
      next: 'Import the file again to go on',
      cause,
    });
    for (const { reject } of waiting.splice(0)) reject(ended);
  };
  thread.on('message', (raw) => waiting.shift()?.resolve(readingAnswerSchema.parse(raw)));
  thread.on('error', end);
  thread.on('exit', end);
  try {
    for (let n = 0; n < AHEAD; n++) ask();
    for (;;) {
      const answer = await answers.shift()!;
      if ('error' in answer) throw FoveaError.fromWire(answer.error);
      if (answer.items.length > 0) yield answer.items;
      if (answer.last) return;
      if (ended) throw ended as FoveaError;
      ask();
    }
  } finally {
    void thread.terminate();
  }
}
