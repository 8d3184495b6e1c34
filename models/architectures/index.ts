/** The registry of families: a checkpoint's config picks the builder of its graphs. */
import type { LlavaConfig } from '../../src-main/checkpoint/config.ts';
import type { QwenConfig } from '../../src-main/checkpoint/qwen/config.ts';
import type { Packing } from '../../src-main/checkpoint/packed/types.ts';
import type { WeightSource } from '../../src-main/graph/weights.ts';
import { llava } from './llava.ts';
import { qwen2_5_vl } from './qwen2_5_vl.ts';
import type { ModelGraphs } from './types.ts';

export type { AttentionShape, DecoderVariant, ModelFacts, ModelGraphs } from './types.ts';

/** What a family needs of an opened checkpoint. */
export interface GraphSource {
  readonly config: LlavaConfig | QwenConfig;
  readonly weights: WeightSource & { readonly packing?: Packing | null };
}

/** The graphs of a checkpoint, made when asked for. */
export function modelGraphs({ config, weights }: GraphSource): ModelGraphs {
  switch (config.family) {
    case 'llava':
      return llava(config, weights);
    case 'qwen2_5_vl':
      return qwen2_5_vl(config, weights);
  }
}
