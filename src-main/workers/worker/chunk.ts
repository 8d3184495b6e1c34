/**
 * One chunk: each of its samples that has no result yet is labelled by the engine and its result sent, while a timer of this process
 * shows that it is worked on. The engine is a process of its own, so that however long it computes the heart goes on beating.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Engine, ModelRef } from '../../engine/protocol.ts';
import { DEATHS_OF_POISON } from '../../jobs/lease/fatal.ts';
import type { PictureSource } from '../pictures/source.ts';
import { parseChunk, type ChunkSample } from '../protocol/chunk.ts';
import { encodeResult, RESULT_BYTES, type SampleResult } from '../protocol/result.ts';
import { touchChunk, type TakenChunk } from '../queue/chunks.ts';
import type { QueueDatabase } from '../queue/database.ts';
import { persist } from '../queue/persist.ts';
import { beginSample, knownOfChunk, putResult, unbeginSample } from '../queue/results.ts';
import type { SharedRun } from '../queue/runs.ts';
import { requireOfRun } from './accept.ts';
import { Ahead } from './ahead.ts';
import { Delivery } from './delivery.ts';
import { labelSample, type EngineDeaths } from './sample.ts';

export interface ChunkWork {
  readonly queue: QueueDatabase;
  readonly engine: Engine;
  readonly model: ModelRef;
  readonly pictures: PictureSource;
  readonly run: SharedRun;
  readonly workerId: string;
  /** Over all chunks. */
  readonly deaths: EngineDeaths;
  /** Hears of every sample that this worker is done with. */
  readonly onSample: (failed: boolean) => void;
  /** Hears why it waits for the database; null: it no longer does. */
  readonly onWaiting: (reason: string | null) => void;
}

/** How often in the time after which a silent chunk is lost it shows itself. */
const BEATS = 4;

/**
 * Works on the chunk until nothing of it is left. Then it is for the caller to finish.
 * @returns false where it was lost to another worker on the way
 * @throws FoveaError `cancelled` by the signal, `not_found` where the run is over, and what is wrong for every sample
 */
export async function workOnChunk(work: ChunkWork, taken: TakenChunk, signal: AbortSignal): Promise<boolean> {
  const { queue, run } = work;
  const chunk = parseChunk(taken.data);
  requireOfRun(chunk, run.spec);
  const lost = new AbortController();
  const beat = setInterval(
    () => {
      touchChunk(queue, run.key, taken).then(
        (held) => held || lost.abort(),
        // Where the database is away nobody else gets the chunk either; whether it is lost is heard when it is back.
        () => undefined,
      );
    },
    (taken.heartbeatSeconds * 1000) / BEATS,
  );
  const stop = AbortSignal.any([signal, lost.signal]);
  const delivery = new Delivery(work.onWaiting);
  let current: ChunkSample | null = null;
  try {
    await labelAll(work, chunk.samples, delivery, stop, (sample) => void (current = sample));
    await delivery.settled();
    return true;
  } catch (thrown) {
    // What is labelled is sent even so; and this ends with a word: nothing to be held against the sample.
    await delivery.settled().catch(() => undefined);
    if (current) await unbeginSample(queue, run.key, current).catch(() => undefined);
    if (lost.signal.aborted && !signal.aborted) return false;
    throw thrown;
  } finally {
    clearInterval(beat);
  }
}

async function labelAll(
  work: ChunkWork,
  samples: readonly ChunkSample[],
  delivery: Delivery,
  signal: AbortSignal,
  onBegin: (sample: ChunkSample | null) => void,
): Promise<void> {
  const { queue, run, workerId, onWaiting } = work;
  const known = await persist(() => knownOfChunk(queue, run.key, samples), onWaiting, signal);
  const open = samples.filter(({ id }) => !known.answered.has(id));
  const ahead = new Ahead(work.pictures, signal);
  try {
    for (const [i, sample] of open.entries()) {
      if (signal.aborted) throw new FoveaError('cancelled', 'stopped');
      const picture = ahead.take(sample);
      ahead.begin(open[i + 1]);
      const begun = known.begun.get(sample.id) ?? 0;
      if (begun >= DEATHS_OF_POISON) {
        await picture.then(({ release }) => release()).catch(() => undefined);
        const reason = `${begun} workers ended while they were at this sample`;
        await send(work, delivery, sample, { kind: 'failed', reason });
        continue;
      }
      await delivery.send(() => beginSample(queue, run.key, workerId, sample));
      onBegin(sample);
      await send(work, delivery, sample, await labelSample(work, sample, picture, signal));
      onBegin(null);
    }
  } finally {
    await ahead.drop();
  }
}

async function send(
  work: ChunkWork,
  delivery: Delivery,
  sample: ChunkSample,
  result: SampleResult,
): Promise<void> {
  const { queue, run, workerId } = work;
  let body = await encodeResult(result);
  let failed = result.kind === 'failed';
  if (body.length > RESULT_BYTES) {
    const reason = `what was found takes ${body.length} bytes, more than a result may`;
    body = await encodeResult({ kind: 'failed', reason });
    failed = true;
  }
  await delivery.send(() => putResult(queue, run.key, workerId, sample, { body, failed }));
  work.onSample(failed);
}
