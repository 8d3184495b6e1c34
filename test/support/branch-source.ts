/** Models in small that have an RPN branch, as files: what training reads its first weights from. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GraphSource } from '../../models/architectures/index.ts';
import type { LlavaConfig, TextConfig } from '../../src-main/checkpoint/config.ts';
import { readSafetensorsHeader } from '../../src-main/checkpoint/files/safetensors.ts';
import { decoderNames } from '../../src-main/checkpoint/names.ts';
import type { QwenConfig } from '../../src-main/checkpoint/qwen/config.ts';
import { decoderLayer } from '../../src-main/checkpoint/required.ts';
import { WeightIndex } from '../../src-main/checkpoint/weight-index.ts';
import type { BranchExample, TrainingSettings } from '../../src-main/runtime/training/index.ts';
import { size } from './nd.ts';
import { seeded } from './numbers.ts';
import { tinyConfig } from './random-checkpoint.ts';
import { writeSafetensors } from './safetensors.ts';

const TEXT: TextConfig = {
  hiddenSize: 32,
  intermediateSize: 48,
  layers: 4,
  heads: 4,
  kvHeads: 4,
  headDim: 8,
  rmsNormEps: 1e-5,
  ropeTheta: 10000,
  maxPositions: 256,
  vocabSize: 8,
  tieWordEmbeddings: false,
};

export const LLAVA_TINY: LlavaConfig = tinyConfig({
  text: TEXT,
  rpn: { k: 1, t: 3, norm: true, multiHead: true },
});

export const QWEN_TINY: QwenConfig = {
  family: 'qwen2_5_vl',
  names: { vision: 'visual', ...decoderNames('model', 'lm_head', 'model') },
  text: { ...TEXT, kvHeads: 2, headDim: 8, qkvBias: true, mropeSection: [2, 1, 1] },
  vision: {
    layers: 1,
    hiddenSize: 16,
    intermediateSize: 16,
    heads: 1,
    patchSize: 2,
    mergeSize: 2,
    temporalPatchSize: 2,
    windowCells: 2,
    fullLayers: [0],
    ropeTheta: 10000,
  },
  gate: null,
  rpn: { k: 1, t: 3, norm: false, multiHead: true },
  imageTokenId: 4,
  bosTokenIds: [],
  eosTokenIds: [2],
};

/** Writes random base layers, final norm and RPN of such a model; norms lie about 1. */
export async function branchSource(
  dir: string,
  config: LlavaConfig | QwenConfig,
  { seed = 5, scale = 0.3 }: { readonly seed?: number; readonly scale?: number } = {},
): Promise<GraphSource> {
  const { text, names } = config;
  const random = seeded(seed);
  const layers = [
    ...Array.from({ length: text.layers }, (_, i) => `${names.layers}.${i}`),
    ...Array.from({ length: config.rpn?.t ?? 0 }, (_, i) => `${names.twigLayers}.${i}`),
  ].flatMap((layer) => decoderLayer(text, layer));
  const norms = [names.norm, ...(config.rpn ? [names.twigNorm] : [])].map((name) => ({
    name,
    shape: [text.hiddenSize],
  }));
  const stored = [...layers, ...norms].map(({ name, shape }) => {
    const values = Float32Array.from({ length: size(shape) }, () => scale * 2 * (random() - 0.5));
    if (name.includes('norm')) for (const [i, value] of values.entries()) values[i] = 1 + value;
    return [name, { dtype: 'F32', shape, data: new Uint8Array(values.buffer) }] as const;
  });
  const path = join(dir, 'model.safetensors');
  writeSafetensors(path, Object.fromEntries(stored));
  return { config, weights: new WeightIndex().add(await readSafetensorsHeader(path)) };
}

export const SETTINGS: TrainingSettings = {
  loss: 'bce',
  learningRate: 3e-3,
  betas: [0.9, 0.999],
  epsilon: 1e-8,
  weightDecay: 0,
  clipNorm: 1,
  warmup: 0.1,
  steps: 20,
  batch: 2,
  device: 'cpu',
  cpuThreads: 1,
};

/** A prompt of `length` tokens with a picture of 4×5 cells from row 3 on, random states, and a label. */
export function branchExample(seed: number, d: number, changes: Partial<BranchExample> = {}): BranchExample {
  const random = seeded(seed);
  const length = 26 + (seed % 3);
  const labelGrid = changes.labelGrid ?? [4, 5];
  return {
    hidden: Float32Array.from({ length: length * d }, () => 4 * (random() - 0.5)),
    length,
    visual: [3, 23],
    grid: [4, 5],
    labels: Int8Array.from({ length: labelGrid[0] * labelGrid[1] }, (_, i) =>
      i % 7 === 3 ? -100 : Number(random() < 0.4),
    ),
    labelGrid,
    weight: 1,
    ...changes,
  };
}

/** A float32 tensor as its file has it. */
export function storedValues({ weights }: GraphSource, name: string): Float32Array {
  const ref = weights.get(name);
  if (!ref) throw new RangeError(`there is no ${name}`);
  const bytes = readFileSync(ref.file).subarray(ref.offset, ref.offset + ref.length);
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
