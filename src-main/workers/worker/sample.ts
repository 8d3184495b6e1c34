/** One sample of a chunk: its picture is held, the engine asked, again where it died. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Engine, LabelOutcome, ModelRef } from '../../engine/protocol.ts';
import { DEATHS_IN_A_ROW, DEATHS_OF_POISON, FATAL } from '../../jobs/lease/fatal.ts';
import type { HeldPicture } from '../pictures/source.ts';
import type { ChunkSample } from '../protocol/chunk.ts';
import type { SampleResult } from '../protocol/result.ts';
import type { SharedRun } from '../queue/runs.ts';

/** How often the engine died with nothing done in between. */
export interface EngineDeaths {
  inARow: number;
}

interface SampleWork {
  readonly engine: Engine;
  readonly model: ModelRef;
  readonly run: SharedRun;
  readonly deaths: EngineDeaths;
}

/**
 * What the engine says of the sample, or why it failed.
 * @throws FoveaError `cancelled` by the signal, what is wrong for every sample, and `engine_died` where it dies of everything
 */
export async function labelSample(
  work: SampleWork,
  sample: ChunkSample,
  picture: Promise<HeldPicture>,
  signal: AbortSignal,
): Promise<SampleResult> {
  let held: HeldPicture | null = null;
  try {
    held = await picture;
    const label = await askUntilAlive(work, sample, held.path, signal);
    const { sha256 } = held;
    const shown = held;
    held = null;
    await shown.release();
    work.deaths.inARow = 0;
    return { kind: 'found', label, picture: sha256 };
  } catch (thrown) {
    const error = FoveaError.from(thrown);
    if (signal.aborted || FATAL.has(error.code) || diesOfAll(work)) throw error;
    return { kind: 'failed', reason: error.toLine() };
  } finally {
    await held?.release().catch(() => undefined);
  }
}

function diesOfAll({ deaths }: SampleWork): boolean {
  return deaths.inARow >= DEATHS_IN_A_ROW;
}

async function askUntilAlive(
  work: SampleWork,
  { question, answer }: ChunkSample,
  imagePath: string,
  signal: AbortSignal,
): Promise<LabelOutcome> {
  const { preset, answerMode, want } = work.run.spec;
  const { model } = work;
  for (let deaths = 1; ; deaths++) {
    try {
      return await work.engine.label(
        { model, preset, imagePath, question, answerMode, answer, want: { ...want, allHeadsOf: [] } },
        signal,
      );
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (error.code !== 'engine_died' || signal.aborted) throw error;
      work.deaths.inARow++;
      if (diesOfAll(work)) {
        throw new FoveaError('engine_died', `the engine died ${work.deaths.inARow} times in a row`, {
          next: 'Run fovea doctor on this machine; what was labelled is kept',
        });
      }
      if (deaths >= DEATHS_OF_POISON) {
        throw new FoveaError('engine_died', `the engine died ${deaths} times on this sample`);
      }
    }
  }
}
