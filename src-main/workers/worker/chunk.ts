/**
 * One chunk: each of its samples that has no result yet is labelled by the engine and its result sent. The engine is a process of
 * its own, so that however long it computes the heart (`heart.ts`) goes on beating.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Engine, ModelRef } from '../../engine/protocol.ts';
import { workThrough } from '../../jobs/label/in-flight.ts';
import type { ItemOutcome } from '../../jobs/label/item.ts';
import { DEATHS_OF_POISON } from '../../jobs/lease/fatal.ts';
import type { PictureSource } from '../pictures/source.ts';
import { parseChunk, type ChunkSample } from '../protocol/chunk.ts';
import { encodeResult, RESULT_BYTES, type SampleResult } from '../protocol/result.ts';
import type { TakenChunk } from '../queue/chunks.ts';
import type { QueueDatabase } from '../queue/database.ts';
import { persist } from '../queue/persist.ts';
import { beginSample, knownOfChunk, putResult, unbeginSample } from '../queue/results.ts';
import type { SharedRun } from '../queue/runs.ts';
import { requireOfRun } from './accept.ts';
import { Delivery } from './delivery.ts';
import { labelSample } from './sample.ts';

export interface ChunkWork {
  readonly queue: QueueDatabase;
  readonly engine: Engine;
  readonly model: ModelRef;
  readonly pictures: PictureSource;
  readonly run: SharedRun;
  readonly workerId: string;
  /** Samples in flight at once. */
  readonly width: number;
  /** An engine process may take several of them at a time. */
  readonly together: boolean;
  /** Hears of every sample that this worker is done with. */
  readonly onSample: (failed: boolean) => void;
  /** Hears why it waits for the database; null: it no longer does. */
  readonly onWaiting: (reason: string | null) => void;
}

/**
 * Works on the chunk until nothing of it is left. Then it is for the caller to finish.
 * @param lost fires where it went to another worker
 * @returns false where it was lost to another worker on the way
 * @throws FoveaError `cancelled` by the signal, `not_found` where the run is over, and what is wrong for every sample
 */
export async function workOnChunk(
  work: ChunkWork,
  taken: TakenChunk,
  lost: AbortSignal,
  signal: AbortSignal,
): Promise<boolean> {
  const { queue, run } = work;
  const chunk = parseChunk(taken.data);
  requireOfRun(chunk, run.spec);
  const stop = AbortSignal.any([signal, lost]);
  const delivery = new Delivery(work.onWaiting);
  const begun = new Set<ChunkSample>();
  try {
    await labelAll(work, chunk.samples, delivery, begun, stop);
    await delivery.settled();
    return true;
  } catch (thrown) {
    if (lost.aborted && !signal.aborted) return false;
    throw thrown;
  } finally {
    // What is labelled is sent however this ends; and it ends with a word: nothing to be held against samples in flight.
    await delivery.settled().catch(() => undefined);
    for (const sample of begun) await unbeginSample(queue, run.key, sample).catch(() => undefined);
  }
}

/** @param begun holds the samples that are in flight */
async function labelAll(
  work: ChunkWork,
  samples: readonly ChunkSample[],
  delivery: Delivery,
  begun: Set<ChunkSample>,
  signal: AbortSignal,
): Promise<void> {
  const { queue, run, workerId, onWaiting, width, together } = work;
  const known = await persist(() => knownOfChunk(queue, run.key, samples), onWaiting, signal);
  const open = new Map(samples.filter(({ id }) => !known.answered.has(id)).map((one) => [one.id, one]));
  /** Of the engine, under a sample alone. */
  const deaths = new Map<number, number>();
  const fail = async (sample: ChunkSample, reason: string, engineDied: boolean): Promise<ItemOutcome> => {
    await send(work, delivery, sample, { kind: 'failed', reason });
    return { kind: 'failed', reason, engineDied };
  };
  const label = async (id: number, alone: boolean, stop: AbortSignal): Promise<ItemOutcome> => {
    const sample = open.get(id)!;
    const before = known.begun.get(id) ?? 0;
    if (before >= DEATHS_OF_POISON) {
      return fail(sample, `${before} workers ended while they were at this sample`, false);
    }
    if (!begun.has(sample)) await delivery.send(() => beginSample(queue, run.key, workerId, sample));
    begun.add(sample);
    const result = await labelSample(work, sample, together, stop);
    if (result === null) {
      const count = (deaths.get(id) ?? 0) + (alone ? 1 : 0);
      deaths.set(id, count);
      if (count < DEATHS_OF_POISON) return { kind: 'retry', engineDied: true };
    }
    begun.delete(sample);
    if (result === null)
      return fail(sample, `the engine died ${DEATHS_OF_POISON} times on this sample`, true);
    if (result.kind === 'failed') return fail(sample, result.reason, false);
    await send(work, delivery, sample, result);
    return { kind: 'done', predictionId: null, engineDied: false };
  };
  const items = {
    width,
    next: (inFlight: ReadonlySet<number>) => nextOf([...open.keys()], known.begun, inFlight),
    label,
    onEnd: (id: number) => void open.delete(id),
  };
  await workThrough(items, signal);
  if (signal.aborted) throw new FoveaError('cancelled', 'stopped');
}

/**
 * The next sample. Those that a worker ended at come last and alone: of several that it had in flight one may have ended it, and
 * ends this one too; the others must not be taken for it.
 */
function nextOf(
  open: readonly number[],
  begun: ReadonlyMap<number, number>,
  inFlight: ReadonlySet<number>,
): number | null {
  const isSuspect = (id: number): boolean => (begun.get(id) ?? 0) > 0;
  const fresh = open.find((id) => !inFlight.has(id) && !isSuspect(id));
  if (fresh !== undefined) return fresh;
  return inFlight.size > 0 ? null : (open[0] ?? null);
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
