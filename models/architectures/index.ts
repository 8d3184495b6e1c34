/** The registry of families: a checkpoint's config picks the builder of its graphs. */
import type { LlavaConfig } from '../../src-main/checkpoint/config.ts';
import type { WeightSource } from '../../src-main/graph/weights.ts';
import { llava } from './llava.ts';
import type { ModelGraphs } from './types.ts';

export type { DecoderVariant, ModelFacts, ModelGraphs } from './types.ts';

/** What a family needs of an opened checkpoint. */
export interface GraphSource {
  readonly config: LlavaConfig;
  readonly weights: WeightSource;
}

const FAMILIES: Readonly<
  Record<LlavaConfig['family'], (config: LlavaConfig, weights: WeightSource) => ModelGraphs>
> = { llava };

/** The graphs of a checkpoint, made when asked for. */
export function modelGraphs({ config, weights }: GraphSource): ModelGraphs {
  return FAMILIES[config.family](config, weights);
}
