/**
 * Checkpoints of any size and layout with random weights, written as a stream: for tests of tensor layouts and for
 * measuring how large ones load. Only config and weights; there is nothing to tokenise.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { LlavaConfig } from '../../src-main/checkpoint/config.ts';
import { llavaNames } from '../../src-main/checkpoint/llava-names.ts';
import { requiredTensors } from '../../src-main/checkpoint/required.ts';
import { readSafetensorsHeader } from '../../src-main/checkpoint/files/safetensors.ts';
import { WeightIndex } from '../../src-main/checkpoint/weight-index.ts';
import { randoms, seeded } from './numbers.ts';

const CHUNK = 1 << 20;

/** A LLaVA in small; every field can be replaced. */
export function tinyConfig(
  changes: { text?: Partial<LlavaConfig['text']>; vision?: Partial<LlavaConfig['vision']> } & Partial<
    Omit<LlavaConfig, 'text' | 'vision'>
  > = {},
): LlavaConfig {
  const { text, vision, ...rest } = changes;
  return {
    family: 'llava',
    layout: 'llava',
    names: llavaNames(changes.layout ?? 'llava'),
    text: {
      hiddenSize: 16,
      intermediateSize: 24,
      layers: 3,
      heads: 4,
      kvHeads: 4,
      headDim: 4,
      rmsNormEps: 1e-5,
      ropeTheta: 10000,
      maxPositions: 128,
      vocabSize: 32,
      tieWordEmbeddings: false,
      ...text,
    },
    vision: {
      hiddenSize: 12,
      intermediateSize: 20,
      layers: 3,
      heads: 3,
      imageSize: 12,
      patchSize: 4,
      layerNormEps: 1e-5,
      activation: 'quick_gelu',
      ...vision,
    },
    visionSelectLayer: -2,
    rpn: { k: 1, t: 2, norm: true, multiHead: true },
    imageTokenId: 4,
    geometry: 'pad',
    bosTokenIds: [1],
    eosTokenIds: [2],
    ...rest,
  };
}

/**
 * Writes the weights that `config` needs to `dir/model.safetensors`; returns their number of bytes.
 * @param dtype BF16 cuts the same random numbers short
 */
export function writeRandomWeights(
  dir: string,
  config: LlavaConfig,
  seed = 2026,
  dtype: 'F32' | 'BF16' = 'F32',
): number {
  const width = dtype === 'F32' ? 4 : 2;
  mkdirSync(dir, { recursive: true });
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const { name, shape } of requiredTensors(config)) {
    const bytes = width * shape.reduce((a, b) => a * b, 1);
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = openSync(join(dir, 'model.safetensors'), 'w');
  writeSync(file, length);
  writeSync(file, text);
  const random = seeded(seed);
  const large = randoms(CHUNK / width, random, 0.2);
  for (let written = 0; written < offset;) {
    // Large files repeat one block; small ones are random throughout.
    const count = Math.min(CHUNK, offset - written);
    const values = count / width;
    const block = offset > 64 * CHUNK ? large.subarray(0, values) : randoms(values, random, 0.5);
    written += writeSync(file, dtype === 'F32' ? bytesOf(block) : bytesOf(brain(block)));
  }
  closeSync(file);
  return offset;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The upper halves of float32 numbers: bfloat16. */
function brain(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(words, (word) => word >>> 16);
}

export async function randomWeights(dir: string, config: LlavaConfig): Promise<WeightIndex> {
  writeRandomWeights(dir, config);
  return new WeightIndex().add(await readSafetensorsHeader(join(dir, 'model.safetensors')));
}
