/** One sample of a chunk: its picture is held, the engine asked. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Engine, LabelOutcome, ModelRef } from '../../engine/protocol.ts';
import { FATAL } from '../../jobs/lease/fatal.ts';
import type { HeldPicture, PictureSource } from '../pictures/source.ts';
import type { ChunkSample } from '../protocol/chunk.ts';
import type { SampleResult } from '../protocol/result.ts';
import type { SharedRun } from '../queue/runs.ts';

interface SampleWork {
  readonly engine: Engine;
  readonly model: ModelRef;
  readonly pictures: PictureSource;
  readonly run: SharedRun;
}

/**
 * What the engine says of the sample, or why it failed; null: the engine died under it.
 * @param together others are in flight beside it, or may be
 * @throws FoveaError `cancelled` by the signal, and what is wrong for every sample
 */
export async function labelSample(
  work: SampleWork,
  sample: ChunkSample,
  together: boolean,
  signal: AbortSignal,
): Promise<SampleResult | null> {
  let held: HeldPicture | null = null;
  try {
    held = await work.pictures.get(sample, signal);
    const label = await ask(work, sample, held.path, together, signal);
    const { sha256 } = held;
    const shown = held;
    held = null;
    await shown.release();
    return { kind: 'found', label, picture: sha256 };
  } catch (thrown) {
    const error = FoveaError.from(thrown);
    if (signal.aborted || FATAL.has(error.code)) throw error;
    return error.code === 'engine_died' ? null : { kind: 'failed', reason: error.toLine() };
  } finally {
    await held?.release().catch(() => undefined);
  }
}

function ask(
  { engine, model, run }: SampleWork,
  { question, answer }: ChunkSample,
  imagePath: string,
  together: boolean,
  signal: AbortSignal,
): Promise<LabelOutcome> {
  const { preset, answerMode, want } = run.spec;
  const request = { model, preset, imagePath, question, answerMode, answer };
  return engine.label({ ...request, want: { ...want, allHeadsOf: [] }, together }, signal);
}
