/**
 * The second answer of a prediction whose crop nobody has looked at: thresholds changed what the stored maps give, or a
 * person drew another region. The model, its files and the picture must be those that made the prediction.
 */
import type { SecondStage } from '../../../src-shared/contract/outcome.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Preset } from '../../../src-shared/contract/preset.ts';
import type { MapSet } from '../../../src-shared/contract/outcome.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import type { Engine, LookRequest } from '../../engine/protocol.ts';
import type { Again } from './again.ts';
import { revived } from './revived.ts';

/** Where the preset's crop comes from: the RPN's map, else the denoised one. Throws `bad_input` when there is neither. */
export function lookAt({ rpn, denoised }: Pick<MapSet, 'rpn' | 'denoised'>): LookRequest['at'] {
  const map = rpn ?? denoised;
  if (map) return { from: rpn ? 'rpn' : 'denoised', grid: map.grid, bits: map.bits };
  throw new FoveaError('bad_input', 'the sample has no map to take a crop from', {
    next: 'Give the box to look at, or label the sample again',
  });
}

/** @throws FoveaError as `Engine.look` does; `engine_died` when it died of it twice */
export async function secondAnswer(
  engine: Engine,
  { source, model, imagePath }: Again,
  preset: Preset,
  at: LookRequest['at'] | { readonly box: SourceXyxy },
  signal: AbortSignal | undefined,
): Promise<SecondStage> {
  const { question, answer } = source;
  const request = { model, preset, imagePath, question, answer, at };
  return (await revived(() => engine.look(request, signal))).secondStage;
}
