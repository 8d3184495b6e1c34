/**
 * What a job has left, as chunks of the queue. A part of a run is a stretch of sample numbers, and its chunk has a name that
 * follows from it: enqueueing again, after whatever end, adds what is missing and doubles nothing.
 */
import { queuedSamples, type SharedSample } from '../../store/predictions/to-share.ts';
import type { ReadableDb } from '../../store/db.ts';
import { chunkId, packChunk, type GivenSample, type PackedChunk } from '../protocol/chunk.ts';
import { chunkStates, putChunks } from '../queue/chunks.ts';
import type { QueueDatabase } from '../queue/database.ts';
import { forgetResults } from '../queue/results.ts';
import type { SharedRun } from '../queue/runs.ts';

/** Chunks a statement. */
const AT_ONCE = 100;
/** A part is asked for again so often in one run before something else must be wrong. */
const GENERATIONS = 64;

/** What is asked of a sample. @param teacher whether the data's answer is fed */
function toGiven(sample: SharedSample, teacher: boolean): GivenSample {
  const { id, question, imageId, pictureVersion, rootId, path, bytes } = sample;
  return {
    id,
    question,
    answer: teacher ? sample.referenceAnswer : null,
    picture: { id: imageId, root: rootId, path, bytes, version: pictureVersion },
  };
}

/**
 * Puts in what is queued in the job and in no unfinished chunk.
 * @param onPut hears how many samples are in the queue so far
 * @returns how many chunks were put in
 * @throws FoveaError `cancelled` by the signal; the same call goes on
 */
export async function enqueueJob(
  queue: QueueDatabase,
  db: ReadableDb,
  jobId: number,
  run: SharedRun,
  signal: AbortSignal,
  onPut: (samples: number) => void = () => undefined,
): Promise<number> {
  const teacher = run.spec.answerMode === 'teacher';
  let chunks = 0;
  let samples = 0;
  for (const parts of partsOf(db, jobId, run.spec.chunkSize)) {
    signal.throwIfAborted();
    const wanted = new Map(
      parts.map(({ part, samples: queued }) => [
        part,
        {
          run: run.key,
          model: run.spec.model.fingerprint,
          preset: run.spec.presetSha256,
          samples: queued.map((sample) => toGiven(sample, teacher)),
        },
      ]),
    );
    chunks += await putParts(queue, run.key, wanted);
    samples += parts.reduce((sum, part) => sum + part.samples.length, 0);
    onPut(samples);
  }
  return chunks;
}

type Unpacked = Omit<PackedChunk, 'samples'> & { readonly samples: readonly GivenSample[] };

interface Part {
  readonly part: number;
  readonly samples: SharedSample[];
}

/** What is queued, by parts, some at a time: a job may have more than memory holds. */
function* partsOf(db: ReadableDb, jobId: number, size: number): Generator<Part[]> {
  let open: Part[] = [];
  for (let after = 0; ;) {
    const samples = queuedSamples(db, jobId, after, size * AT_ONCE);
    for (const sample of samples) {
      const part = Math.floor(sample.id / size);
      const last = open.at(-1);
      if (last?.part === part) last.samples.push(sample);
      else open.push({ part, samples: [sample] });
    }
    if (samples.length === 0) {
      if (open.length > 0) yield open;
      return;
    }
    after = samples.at(-1)!.id;
    // The last part may go on in what is read next.
    const whole = open.slice(0, -1);
    if (whole.length > 0) yield whole;
    open = open.slice(-1);
  }
}

/** Finds the generation of each part that is to be done, and puts in those that are not there. */
async function putParts(
  queue: QueueDatabase,
  key: string,
  wanted: ReadonlyMap<number, Unpacked>,
): Promise<number> {
  let left = [...wanted].map(([part, chunk]) => ({ part, chunk }));
  let count = 0;
  for (let generation = 0; left.length > 0 && generation < GENERATIONS; generation++) {
    const named = left.map(({ part, chunk }) => ({ part, chunk, id: chunkId(key, part, generation) }));
    const states = await chunkStates(
      queue,
      key,
      named.map(({ id }) => id),
    );
    const missing = named.filter(({ id }) => !states.has(id));
    if (missing.length > 0) {
      // What was said of these before is not what is in the project.
      await forgetResults(
        queue,
        key,
        missing.flatMap(({ chunk }) => chunk.samples.map(({ id }) => id)),
      );
      await putChunks(
        queue,
        key,
        missing.map(({ id, chunk }) => ({ id, chunk: packChunk(chunk) })),
      );
      count += missing.length;
    }
    left = named.filter(({ id }) => states.get(id) === false);
  }
  return count;
}
