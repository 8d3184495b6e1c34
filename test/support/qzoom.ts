/** What Q-Zoom's own code did with a few pictures (test/golden/qzoom), and the checkpoints it was run on. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { StoredTensor } from './safetensors.ts';
import { rewriteTensors } from './split-rpn.ts';

const HERE = join(import.meta.dirname, '../golden/qzoom');
const WEIGHTS = join(import.meta.dirname, '../golden/oracle/cases');
export const REMAKE = 'to make the numbers anew see test/golden/qzoom/README.md';

const whole = z.number().int();
const box = z.tuple([whole, whole, whole, whole]);
const lookSchema = z.object({
  threshold: z.number(),
  reuse_src_pos: z.boolean(),
  cells: box,
  box,
  crop_grid: z.tuple([whole, whole]),
  /** Rows of the crop's patches that are kept, and their numbers one after the other. */
  crop_rows: z.array(whole),
  crop_pixels: z.array(z.number()),
  /** Time, row and column of every token of prompt and crop. */
  positions: z.tuple([z.array(z.number()), z.array(z.number()), z.array(z.number())]),
  logits: z.array(z.number()),
  answer: z.array(whole),
});
const pictureSchema = z.object({
  name: z.string(),
  weights: z.string(),
  /** Least and most visual tokens of a picture. */
  budget: z.tuple([whole, whole]),
  size: z.tuple([whole, whole]),
  grid: z.tuple([whole, whole]),
  /** Every token of the prompt, the picture's included. */
  prompt: z.array(whole),
  rows: z.array(whole),
  layer_k: z.array(z.number()),
  rpn: z.array(z.number()),
  looks: z.array(lookSchema),
});
/** The box of a map made by formula ({@link madeUpLogits}); null: no cell is above the threshold. */
const sweepSchema = z.object({
  grid: z.tuple([whole, whole]),
  size: z.tuple([whole, whole]),
  turn: whole,
  threshold: z.number(),
  cells: box.nullable(),
  box: box.nullable(),
});
const goldenSchema = z.object({
  question: z.string(),
  pictures: z.array(pictureSchema),
  sweep: z.array(sweepSchema),
});
export type QzoomPicture = z.infer<typeof pictureSchema> & { readonly image: string };

/** The logits of a sweep's map, `[H*W]`: make.py's `made_up`. */
export function madeUpLogits([rows, cols]: readonly [number, number], turn: number): Float32Array {
  return Float32Array.from({ length: rows * cols }, (_, i) => {
    const value = (i * 7919 + turn * 104729) % 1013;
    return value < 10 ? 4 : value / 512 - 8;
  });
}

const gateSchema = z.array(z.object({ name: z.string(), logit: z.number(), score: z.number() }));

/** What the authors' code makes of the gate of {@link addQzoomGate}, by picture. */
export async function qzoomGateScores(): Promise<ReadonlyMap<string, z.infer<typeof gateSchema>[number]>> {
  const scores = gateSchema.parse(JSON.parse(await readFile(join(HERE, 'gate.json'), 'utf8')));
  return new Map(scores.map((score) => [score.name, score]));
}

/** Gives a folder of {@link qzoomFolder} a gate: base layers from the last on, and a head by a formula (make.py's `gate_weights`). */
export async function addQzoomGate(dir: string): Promise<void> {
  const config = JSON.parse(await readFile(join(dir, 'config.json'), 'utf8')) as Record<string, number>;
  const { twig_T: t = 1, num_hidden_layers: layers = 1, hidden_size: d = 1 } = config;
  const added: Record<string, StoredTensor> = {};
  const float32 = (values: readonly number[], shape: readonly number[]): StoredTensor => ({
    dtype: 'F32',
    shape,
    data: new Uint8Array(Float32Array.from(values).buffer),
  });
  const row = Array.from({ length: d }, (_, j) => ((j * 37) % 101) / 101 - 0.5);
  added['model.high_res_head.weight'] = float32(row, [1, d]);
  added['model.high_res_head.bias'] = float32([0.25], [1]);
  const copied = (name: string, tensor: StoredTensor): StoredTensor => {
    const [, layer, rest] = /^model\.layers\.(\d+)\.(.+)$/.exec(name) ?? [];
    const i = layers - 1 - Number(layer);
    if (rest !== undefined && i < t) added[`model.high_res_layers.${i}.${rest}`] = tensor;
    return tensor;
  };
  // Collected in a first pass: the second writes what was there and what is added.
  await rewriteTensors(dir, dir, copied);
  await rewriteTensors(dir, dir, (_, tensor) => tensor, added);
}

export async function qzoomGolden(): Promise<{
  question: string;
  pictures: QzoomPicture[];
  sweep: z.infer<typeof sweepSchema>[];
}> {
  const bytes = gunzipSync(await readFile(join(HERE, 'expected.json.gz')));
  const { question, pictures, sweep } = goldenSchema.parse(JSON.parse(bytes.toString('utf8')));
  return {
    question,
    sweep,
    pictures: pictures.map((each) => ({ ...each, image: join(HERE, 'pictures', `${each.name}.png`) })),
  };
}

const record = z.record(z.string(), z.unknown());
const configSchema = z.object({ vision_config: z.object({ patch_size: whole }).loose() }).loose();

/**
 * The checkpoint a picture was asked of, in `root`: the oracle's weights, Q-Zoom's keys in config.json (`changes` last,
 * null takes a key out) and the picture's budget.
 */
export async function qzoomFolder(
  root: string,
  { name, weights, budget }: Pick<QzoomPicture, 'name' | 'weights' | 'budget'>,
  changes: Readonly<Record<string, unknown>>,
): Promise<string> {
  const dir = join(root, `${name}-${Object.values(changes).join('-')}`);
  await mkdir(dir, { recursive: true });
  for (const file of [
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
    'generation_config.json',
  ]) {
    await cp(join(WEIGHTS, weights, file), join(dir, file));
  }
  const read = async (file: string): Promise<unknown> =>
    JSON.parse(await readFile(join(WEIGHTS, weights, file), 'utf8'));
  const config = configSchema.parse(await read('config.json'));
  const keys = { ...config, roi_multi_head: null, enable_high_res: false, roi_post_training: false };
  const stated = Object.entries({ ...keys, ...changes }).filter(([, value]) => value !== null);
  await writeFile(join(dir, 'config.json'), JSON.stringify(Object.fromEntries(stated)));
  const cell = (config.vision_config.patch_size * 2) ** 2;
  const processor = record.parse(await read('preprocessor_config.json'));
  const [least, most] = budget;
  await writeFile(
    join(dir, 'preprocessor_config.json'),
    JSON.stringify({ ...processor, min_pixels: least * cell, max_pixels: most * cell }),
  );
  return dir;
}
