/**
 * A questions file in batches. A large one is read and checked in a thread, a batch ahead of whoever writes them; what is
 * small is read before a thread would have started.
 */
import { stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { withPlainFile } from '../../files/plain-file.ts';
import { threadEntry } from '../../files/thread-entry.ts';
import type { ReadingOptions } from '../../importers/index.ts';
import { picturesOf, type ReadItem, type ReadPicture } from './embedded.ts';
import { readBatches } from './reading-batches.ts';
import { MORE, readingAnswerSchema, type ReadingAnswer, type ReadingTask, unpack } from './reading-wire.ts';

/** A thread takes as long to start as some 10,000 rows to be read. */
const SMALL_BYTES = 2_000_000;
/** Batches that are read before they are asked for. */
const AHEAD = 2;
/** Rows are many and short-lived; one of them may be large. */
const RESOURCES = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 512 };

/** Few bytes may unfold into many: it is read where memory has a bound. */
const PARQUET = Buffer.from('PAR1');

const ENTRY = threadEntry('reading-thread', new URL('./reading-thread.ts', import.meta.url));

/** Questions that follow one another in their file. */
export interface QuestionBatch {
  /** How many; never none. */
  readonly length: number;
  /** What they are about, each once. */
  readonly pictures: readonly ReadPicture[];
  /** To be asked when their turn comes: until then they may be a block of bytes. */
  readonly items: () => readonly ReadItem[];
}

/**
 * The questions of `file` in its order, `most` in a batch. What is no text is always read in a thread, whose memory has a
 * bound. Leaving the loop early ends the reading.
 * Throws as `openImport` and reading do, and `io` where the thread ends of itself.
 */
export async function* questionBatches(
  file: string,
  reading: ReadingOptions,
  stored: string | null,
  most: number,
): AsyncGenerator<QuestionBatch, void> {
  if (!(await isSmallText(file))) {
    yield* batchesOfThread({ file, reading, stored, batch: most });
    return;
  }
  for await (const items of readBatches(file, reading, stored, most))
    yield { length: items.length, pictures: picturesOf(items), items: () => items };
}

/** Also of what is not there: that is for the reader to say. */
async function isSmallText(file: string): Promise<boolean> {
  try {
    return await withPlainFile(file, { code: 'bad_input', next: '' }, async (handle, { size }) => {
      if (size > SMALL_BYTES) return false;
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(PARQUET.length), 0, PARQUET.length, 0);
      return !buffer.subarray(0, bytesRead).equals(PARQUET);
    });
  } catch {
    return !(await stat(file).catch(() => null))?.isDirectory();
  }
}

async function* batchesOfThread(task: ReadingTask): AsyncGenerator<QuestionBatch, void> {
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
      const { batch } = answer;
      if (batch) yield { length: batch.length, pictures: batch.pictures, items: () => unpack(batch) };
      if (answer.last) return;
      if (ended) throw ended as FoveaError;
      ask();
    }
  } finally {
    await thread.terminate();
  }
}
