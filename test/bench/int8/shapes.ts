/**
 * The three checkpoints of `bench:int8`: LLaVA's layout in two sizes and Qwen2.5-VL's, of 230 to 280 million parameters, each
 * with an RPN, weights of 16 bits as published ones have, and a preset at the authors' relative layers.
 */
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { presetSchema } from '../../../src-shared/contract/preset.ts';
import type { Shape } from '../fullsize/shapes.ts';
import { shapes } from '../fullsize/shapes.ts';

export interface Random {
  readonly title: string;
  readonly shape: Shape;
  readonly seed: number;
  readonly preset: (maxNewTokens: number) => Preset;
}

const [LLAVA, QWEN] = shapes('small') as [Shape, Shape];
const VOCABULARY = 16_000;

/**
 * The authors' shares of the largest value; a random map has no few large cells, so sinks are the largest cells only, and no
 * label is dropped for its area.
 */
const LLAVA_LABELS = {
  variant: 'llava',
  sinkThresh: 0.006,
  binaryCoff: 0.2,
  bgCoff: 0.1,
  maxRatioLimit: 1,
};
const QWEN_LABELS = { ...LLAVA_LABELS, variant: 'qwen', sinkThresh: 0.02, minMax: 0, useSmoothing: false };

function llava(
  width: number,
  inner: number,
  heads: number,
  layers: number,
  tower: number,
  side = 224,
): Shape {
  return {
    ...LLAVA,
    tokens: VOCABULARY,
    config: {
      ...LLAVA.config,
      hidden_size: width,
      intermediate_size: inner,
      num_hidden_layers: layers,
      num_attention_heads: heads,
      num_key_value_heads: heads,
      vocab_size: VOCABULARY,
      twig_K: Math.floor(layers / 2),
      twig_T: 2,
      vision_config: {
        hidden_size: tower,
        intermediate_size: 4 * tower,
        num_hidden_layers: 8,
        num_attention_heads: tower / 64,
        image_size: side,
        patch_size: 14,
      },
    },
    preprocessor: { size: { shortest_edge: side }, crop_size: { height: side, width: side }, resample: 3 },
  };
}

function qwen(width: number, inner: number, layers: number): Shape {
  return {
    ...QWEN,
    tokens: VOCABULARY,
    config: {
      ...QWEN.config,
      hidden_size: width,
      intermediate_size: inner,
      num_hidden_layers: layers,
      num_attention_heads: width / 128,
      num_key_value_heads: 2,
      vocab_size: VOCABULARY,
      rope_scaling: { type: 'mrope', mrope_section: [16, 24, 24] },
      twig_K: Math.floor(layers / 2),
      twig_T: 2,
      vision_config: {
        ...(QWEN.config['vision_config'] as object),
        depth: 8,
        hidden_size: 512,
        intermediate_size: 1368,
        num_heads: 8,
        out_hidden_size: width,
        fullatt_block_indexes: [1, 3, 5, 7],
      },
    },
    preprocessor: { ...QWEN.preprocessor, min_pixels: 56 * 56, max_pixels: 28 * 28 * 256 },
  };
}

/** @param layers of the decoder: heads just before its middle, every head of an early layer for the sinks */
function presetFor(family: 'llava' | 'qwen2_5_vl', layers: number, heads: number): Random['preset'] {
  return (maxNewTokens) =>
    presetSchema.parse({
      id: 'bench-int8',
      name: 'bench:int8',
      family,
      grounding: [{ layer: Math.floor(layers / 2) - 1, heads: [1, heads - 2] }],
      sink: [{ layer: 1, heads: 'all' }],
      rows: 'answer',
      labels: family === 'llava' ? LLAVA_LABELS : QWEN_LABELS,
      roi:
        family === 'llava'
          ? { variant: 'llava', form: 'mask', threshold: 0.15 }
          : { variant: 'qwen', form: 'mask', threshold: 0.25 },
      rpn: null,
      maxNewTokens,
      ...(family === 'llava' ? {} : { teacher: { squareTokens: 256, prompt: 'natural' } }),
      notes: '',
    });
}

export const RANDOM: readonly Random[] = [
  {
    title: 'LLaVA, 12 layers of 1024',
    shape: llava(1024, 2816, 16, 12, 512),
    seed: 11,
    preset: presetFor('llava', 12, 16),
  },
  {
    title: 'LLaVA, 8 layers of 1280',
    shape: llava(1280, 3456, 10, 8, 640),
    seed: 12,
    preset: presetFor('llava', 8, 10),
  },
  {
    title: 'Qwen2.5-VL, 14 layers of 1024',
    shape: qwen(1024, 2816, 14),
    seed: 13,
    preset: presetFor('qwen2_5_vl', 14, 8),
  },
];

/** What `bench:throughput` looks twice with: LLaVA's 576 visual tokens, and pictures of any size. */
export const TWO_STAGE: Readonly<Record<'llava' | 'qwen', Random>> = {
  llava: {
    title: 'LLaVA, 16 layers of 1024, 576 visual tokens',
    shape: llava(1024, 2816, 16, 16, 768, 336),
    seed: 14,
    preset: presetFor('llava', 16, 16),
  },
  qwen: {
    title: 'Qwen2.5-VL, 14 layers of 1024, up to 576 visual tokens',
    shape: qwen(1024, 2816, 14),
    seed: 13,
    preset: presetFor('qwen2_5_vl', 14, 8),
  },
};
