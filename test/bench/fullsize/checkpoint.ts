/**
 * A checkpoint of a published shape with random weights, written as a stream into shards as published ones are: the
 * weights are cut from blocks of random numbers, one block for each spread, so that memory stays at a few megabytes.
 */
import { closeSync, copyFileSync, mkdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseConfig, visionConfig, visionSchema } from '../../../src-main/checkpoint/config.ts';
import type { LlavaConfig } from '../../../src-main/checkpoint/config.ts';
import { parseQwenConfig } from '../../../src-main/checkpoint/qwen/config.ts';
import { llavaNames } from '../../../src-main/checkpoint/llava-names.ts';
import { qwenNames } from '../../../src-main/checkpoint/qwen/names.ts';
import { requiredQwenTensors } from '../../../src-main/checkpoint/qwen/required.ts';
import type { RequiredTensor } from '../../../src-main/checkpoint/required.ts';
import { requiredTensors } from '../../../src-main/checkpoint/required.ts';
import { encodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { randoms, seeded } from '../../support/numbers.ts';
import { beginSafetensors } from '../../support/safetensors.ts';
import type { Shape } from './shapes.ts';

/** Random numbers in a block; prime, so that rows of a matrix do not repeat. */
const POOL = 1_000_003;
const SHARD_BYTES = 5e9;
const HALF = 2;
/** No id of a vocabulary: an end token that never comes, so that answers have the length asked for. */
const NO_END = 1_000_000_000;

/** OpenAI CLIP ViT-L/14 at 336 pixels, which LLaVA-1.5 names. */
const CLIP_L = { hidden_size: 1024, intermediate_size: 4096, num_hidden_layers: 24, num_attention_heads: 16 };

/** The tensors a run reads, in the published names. */
function tensorsOf({ name, config }: Shape): RequiredTensor[] {
  if (name !== 'llava-1.5-7b') {
    return requiredQwenTensors({ ...parseQwenConfig(config, name), names: qwenNames() });
  }
  const { towerName: _, vision, ...rest } = parseConfig(config, name);
  const clip = visionSchema.parse({ ...CLIP_L, image_size: 336, patch_size: 14 });
  const whole: LlavaConfig = {
    ...rest,
    names: llavaNames('llava'),
    vision: vision ?? visionConfig(clip, name),
  };
  return requiredTensors(whole);
}

/** Centre and half the width of a tensor's random values: activations and attention stay in a trained model's range. */
function spread({ name, shape }: RequiredTensor): { centre: number; scale: number } {
  if (shape.length === 1) return { centre: /norm.*\.weight$|ln_q\.weight$/.test(name) ? 1 : 0, scale: 0.1 };
  if (/embed_tokens|embedding\.weight|position_embedding/.test(name) && !name.includes('patch')) {
    return { centre: 0, scale: 0.7 };
  }
  return { centre: 0, scale: 2 / Math.sqrt(shape.slice(1).reduce((a, b) => a * b, 1)) };
}

/** Blocks of half-precision random numbers by spread. */
function blocks(dtype: Shape['dtype']): (tensor: RequiredTensor) => Uint8Array {
  const pool = randoms(POOL, seeded(2026));
  const made = new Map<string, Uint8Array>();
  return (tensor) => {
    const { centre, scale } = spread(tensor);
    const key = `${centre} ${scale}`;
    const known = made.get(key);
    if (known) return known;
    const floats = pool.map((x) => centre + scale * x);
    const words = new Uint32Array(floats.buffer);
    const halves = dtype === 'F16' ? encodeFloat16(floats) : Uint16Array.from(words, (word) => word >>> 16);
    const bytes = new Uint8Array(halves.buffer);
    made.set(key, bytes);
    return bytes;
  };
}

const elements = ({ shape }: RequiredTensor): number => shape.reduce((a, b) => a * b, 1);

/** Tensors in files of some five gigabytes. */
function sharded(tensors: readonly RequiredTensor[]): RequiredTensor[][] {
  const shards: RequiredTensor[][] = [[]];
  let bytes = 0;
  for (const tensor of tensors) {
    const size = HALF * elements(tensor);
    if (bytes > 0 && bytes + size > SHARD_BYTES) {
      shards.push([]);
      bytes = 0;
    }
    shards.at(-1)?.push(tensor);
    bytes += size;
  }
  return shards;
}

function writeShard(
  path: string,
  tensors: readonly RequiredTensor[],
  dtype: Shape['dtype'],
  block: (tensor: RequiredTensor) => Uint8Array,
  random: () => number,
): void {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let end = 0;
  for (const tensor of tensors) {
    const bytes = HALF * elements(tensor);
    header[tensor.name] = { dtype, shape: tensor.shape, data_offsets: [end, end + bytes] };
    end += bytes;
  }
  const file = beginSafetensors(path, header);
  for (const tensor of tensors) {
    const bytes = block(tensor);
    let at = HALF * Math.floor(random() * POOL);
    for (let left = HALF * elements(tensor); left > 0;) {
      const written = writeSync(file, bytes, at, Math.min(left, bytes.length - at));
      left -= written;
      at = (at + written) % bytes.length;
    }
  }
  closeSync(file);
}

const tokenizerSchema = z.looseObject({
  model: z.looseObject({ vocab: z.record(z.string(), z.number()) }),
  added_tokens: z.array(z.looseObject({ id: z.number(), content: z.string() })),
});

/** The small tokenizer, with a word for every further id. */
function writeTokenizer(dir: string, { tokenizer, tokens }: Shape): void {
  const json = tokenizerSchema.parse(JSON.parse(readFileSync(join(tokenizer, 'tokenizer.json'), 'utf8')));
  const used = new Set([...Object.values(json.model.vocab), ...json.added_tokens.map(({ id }) => id)]);
  // Words behind an added token would give it another id, were it not a word itself.
  for (const { id, content } of json.added_tokens) json.model.vocab[content] = id;
  for (let id = 0; id < tokens; id++) if (!used.has(id)) json.model.vocab[`word${id}`] = id;
  writeFileSync(join(dir, 'tokenizer.json'), JSON.stringify(json));
  copyFileSync(join(tokenizer, 'tokenizer_config.json'), join(dir, 'tokenizer_config.json'));
}

/** Numbers in all tensors. */
export function parametersOf(shape: Shape): number {
  return tensorsOf(shape).reduce((sum, tensor) => sum + elements(tensor), 0);
}

export interface Written {
  readonly parameters: number;
  readonly bytes: number;
}

/** Writes the checkpoint to `dir`. @param seed decides where tensors begin in the blocks */
export function writeCheckpoint(dir: string, shape: Shape, seed = 7): Written {
  mkdirSync(dir, { recursive: true });
  const write = (name: string, value: unknown): void => writeFileSync(join(dir, name), JSON.stringify(value));
  write('config.json', shape.config);
  write('generation_config.json', { eos_token_id: NO_END });
  write('preprocessor_config.json', shape.preprocessor);
  writeTokenizer(dir, shape);
  const tensors = tensorsOf(shape);
  const shards = sharded(tensors);
  const block = blocks(shape.dtype);
  const random = seeded(seed);
  const weight_map: Record<string, string> = {};
  const digits = (n: number): string => String(n).padStart(5, '0');
  for (const [i, shard] of shards.entries()) {
    const name = `model-${digits(i + 1)}-of-${digits(shards.length)}.safetensors`;
    for (const tensor of shard) weight_map[tensor.name] = name;
    writeShard(join(dir, name), shard, shape.dtype, block, random);
  }
  const parameters = parametersOf(shape);
  write('model.safetensors.index.json', { metadata: { total_size: HALF * parameters }, weight_map });
  return { parameters, bytes: HALF * parameters };
}
