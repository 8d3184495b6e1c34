/**
 * A mid-size LLaVA in llava-hf's layout with random weights, its tokenizer filled up to the vocabulary, and pictures to
 * ask about: what both sides of `bench:oracle` label. Nothing ends an answer, so answers have the length asked for.
 */
import { closeSync, copyFileSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { z } from 'zod';
import type { LlavaConfig } from '../../../src-main/checkpoint/config.ts';
import { requiredTensors } from '../../../src-main/checkpoint/required.ts';
import { randoms, seeded } from '../../support/numbers.ts';
import { beginSafetensors } from '../../support/safetensors.ts';
import { tinyConfig } from '../../support/random-checkpoint.ts';

/** A small checkpoint whose tokenizer, template and `<image>` are taken over. */
const SMALL = fileURLToPath(new URL('../../golden/oracle/cases/llava-hf-twig', import.meta.url));
const IMAGE_ID = 379;
/** No id of the vocabulary: an end token that never comes. */
const NO_END = 1_000_000;
const SIDE = 336;
/** Random numbers that tensors are cut from; prime, so that rows of a matrix do not repeat. */
const POOL = 1_000_003;

const text = {
  hiddenSize: 1024,
  intermediateSize: 2816,
  layers: 16,
  heads: 16,
  kvHeads: 16,
  headDim: 64,
  vocabSize: 16_000,
};
const vision = {
  hiddenSize: 768,
  intermediateSize: 3072,
  layers: 12,
  heads: 12,
  imageSize: SIDE,
  patchSize: 14,
};

/** Heads at LLaVA-1.5-7B's places: grounding just before the middle, every head of an early layer for the sinks. */
export const HEADS = {
  grounding: [{ layer: 7, heads: [3, 8, 12] }],
  sink: [{ layer: 1, heads: 'all' as const }],
};

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What Fovea reads, and the tower's last layer and norm, which transformers has as well. */
function tensors(): Tensor[] {
  const config: LlavaConfig = tinyConfig({
    text,
    vision,
    layout: 'llava_hf',
    rpn: null,
    visionSelectLayer: -1,
    imageTokenId: IMAGE_ID,
  });
  const norm = 'vision_tower.vision_model.post_layernorm';
  const shape = [vision.hiddenSize];
  return [...requiredTensors(config), { name: `${norm}.weight`, shape }, { name: `${norm}.bias`, shape }];
}

/** Half the width of a tensor's random values: what keeps activations and attention in a trained model's range. */
function spread({ name, shape }: Tensor): number {
  if (shape.length === 1) return 0.1;
  if (/embed|embedding/.test(name) && !name.includes('patch')) return 0.7;
  return 2 / Math.sqrt(shape.slice(1).reduce((a, b) => a * b, 1));
}

function writeWeights(path: string): number {
  const all = tensors();
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let offset = 0;
  const counts = all.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  for (const [i, { name, shape }] of all.entries()) {
    const end = offset + 4 * (counts[i] as number);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, end] };
    offset = end;
  }
  const file = beginSafetensors(path, header);
  const random = seeded(2026);
  const pool = randoms(POOL, random);
  for (const [i, tensor] of all.entries()) {
    const scale = spread(tensor);
    const centre = tensor.shape.length === 1 && /norm.*weight$|layrnorm\.weight$/.test(tensor.name) ? 1 : 0;
    let at = Math.floor(random() * POOL);
    for (let left = counts[i] as number; left > 0;) {
      const block = pool.slice(at, at + left);
      for (let j = 0; j < block.length; j++) block[j] = centre + scale * (block[j] as number);
      writeSync(file, new Uint8Array(block.buffer));
      left -= block.length;
      at = 0;
    }
  }
  closeSync(file);
  return offset / 4;
}

const tokenizerSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.number(), content: z.string() })),
  model: z.looseObject({ vocab: z.record(z.string(), z.number()) }),
});

/**
 * The small tokenizer, with a word for every further id, so that any answer can be written down. Added tokens are words
 * too: one that is none gets the first id after all words when the tokenizer is loaded.
 */
function writeTokenizer(dir: string): void {
  const json = tokenizerSchema.parse(JSON.parse(readFileSync(join(SMALL, 'tokenizer.json'), 'utf8')));
  for (const { id, content } of json.added_tokens) json.model.vocab[content] ??= id;
  for (let id = IMAGE_ID + 1; id < text.vocabSize; id++) json.model.vocab[`▁word${id}`] = id;
  writeFileSync(join(dir, 'tokenizer.json'), JSON.stringify(json));
  copyFileSync(join(SMALL, 'tokenizer_config.json'), join(dir, 'tokenizer_config.json'));
}

/** Writes the checkpoint to `dir`, an empty folder; returns its number of parameters. */
export function writeCheckpoint(dir: string): number {
  const config = {
    architectures: ['LlavaForConditionalGeneration'],
    model_type: 'llava',
    text_config: {
      model_type: 'llama',
      hidden_size: text.hiddenSize,
      intermediate_size: text.intermediateSize,
      num_hidden_layers: text.layers,
      num_attention_heads: text.heads,
      num_key_value_heads: text.kvHeads,
      vocab_size: text.vocabSize,
      max_position_embeddings: 4096,
      rms_norm_eps: 1e-5,
      tie_word_embeddings: false,
      bos_token_id: 1,
      eos_token_id: 2,
    },
    vision_config: {
      model_type: 'clip_vision_model',
      hidden_size: vision.hiddenSize,
      intermediate_size: vision.intermediateSize,
      num_hidden_layers: vision.layers,
      num_attention_heads: vision.heads,
      image_size: SIDE,
      patch_size: vision.patchSize,
    },
    image_token_index: IMAGE_ID,
    vision_feature_layer: -2,
    vision_feature_select_strategy: 'default',
    projector_hidden_act: 'gelu',
    tie_word_embeddings: false,
    torch_dtype: 'float32',
  };
  const write = (name: string, value: unknown): void => writeFileSync(join(dir, name), JSON.stringify(value));
  write('config.json', config);
  write('generation_config.json', { bos_token_id: 1, eos_token_id: NO_END });
  write('preprocessor_config.json', {
    size: { shortest_edge: SIDE },
    crop_size: { height: SIDE, width: SIDE },
    resample: 3,
  });
  writeTokenizer(dir);
  return writeWeights(join(dir, 'model.safetensors'));
}

/** A picture of random colour fields; returns its path. */
export async function writePicture(dir: string, seed: number): Promise<string> {
  const cells = Uint8Array.from({ length: 12 * 9 * 3 }, seededByte(seed));
  const path = join(dir, `picture-${seed}.png`);
  const raw = { width: 12, height: 9, channels: 3 as const };
  await sharp(cells, { raw }).resize(640, 480, { kernel: 'cubic' }).png().toFile(path);
  return path;
}

function seededByte(seed: number): () => number {
  const random = seeded(seed);
  return () => Math.floor(256 * random());
}
