/** The demo checkpoint, its pictures as encoder input, and a golden case fed through a model. */
import { join } from 'node:path';
import type { Checkpoint } from '../../src-main/checkpoint/checkpoint.ts';
import { openCheckpoint } from '../../src-main/checkpoint/checkpoint.ts';
import { normalise, squareImage } from '../../src-main/checkpoint/image/clip-processor.ts';
import { decodeImage } from '../../src-main/checkpoint/image/decode.ts';
import type {
  FeedPart,
  ForwardResult,
  KvCache,
  TapRequest,
  VisionLanguageModel,
} from '../../src-main/pipeline/ports.ts';
import type { GoldenCase } from './demo-goldens.ts';
import { DEMO_CHECKPOINT, DEMO_IMAGES } from './demo-goldens.ts';
import { maxDifference } from './numbers.ts';

export const openDemo = (): Promise<Checkpoint> => openCheckpoint(DEMO_CHECKPOINT);

export async function pixelsOf(checkpoint: Checkpoint, golden: GoldenCase): Promise<Float32Array> {
  const image = await decodeImage(join(DEMO_IMAGES, golden.image));
  return normalise(squareImage(image, checkpoint.preprocessor), checkpoint.preprocessor);
}

/** The prompt around its picture, as the pipeline would feed it. */
export function promptParts(golden: GoldenCase, features: Float32Array, hiddenSize: number): FeedPart[] {
  const [start] = golden.visual_positions;
  return [
    { tokens: golden.input_ids.slice(0, start) },
    { features, count: features.length / hiddenSize },
    { tokens: golden.input_ids.slice(start + 1) },
  ];
}

/** Every head of every layer, one range of rows and keys. */
export function allTaps(
  layers: number,
  rows: readonly [number, number],
  keys: readonly [number, number],
): TapRequest {
  return {
    heads: Array.from({ length: layers }, (_, layer) => ({ layer, heads: 'all' as const })),
    rows,
    keys,
  };
}

export function joined(parts: readonly { readonly data: Float32Array }[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of parts) {
    out.set(data, at);
    at += data.length;
  }
  return out;
}

export function argmax(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > (values[best] as number) ? i : best), 0);
}

export interface Prompted {
  readonly features: Float32Array;
  readonly cache: KvCache;
  readonly result: ForwardResult;
}

/** The whole prompt of a case in one feed, with the taps and hidden state that its goldens hold. */
export async function feedPrompt(
  model: VisionLanguageModel,
  golden: GoldenCase,
  pixels: Float32Array,
): Promise<Prompted> {
  const { layers, hiddenSize } = model.profile;
  const features = await model.encodeImage(pixels);
  const cache = model.newCache();
  const length = golden.last_prompt_position + 1;
  const result = await model.forward(cache, {
    parts: promptParts(golden, features, hiddenSize),
    taps: allTaps(layers, [length - 1, length], [0, length]),
    hiddenOf: golden.hidden_states_k.k,
  });
  return { features, cache, result };
}

/** Answer tokens that `goldenErrors` feeds back. */
const STEPS = 3;

/** Rows of answer token `i` in the goldens, `[layers · heads · keys so far]`; null when the case has none. */
function goldenRow(golden: GoldenCase, i: number, keys: number): Float32Array | null {
  const rows = golden.attention_answer_rows;
  const [layers = 0, heads = 0, count = 0, width = 0] = rows?.shape ?? [];
  if (!rows || i >= count) return null;
  const own = Array.from({ length: layers * heads }, (_, at) => (at * count + i) * width);
  return joined(own.map((start) => ({ data: rows.data.subarray(start, start + keys) })));
}

/** Feeds the first answer tokens back: tokens the model would not have chosen, and differences of their rows. */
async function answerErrors(
  model: VisionLanguageModel,
  golden: GoldenCase,
  { cache, result }: Prompted,
): Promise<Record<string, number>> {
  const errors: Record<string, number> = { 'greedy tokens': 0 };
  let { logits } = result;
  for (const [i, token] of golden.answer_ids.slice(0, STEPS).entries()) {
    if (logits === null || argmax(logits) !== token) errors['greedy tokens'] = Infinity;
    const keys = cache.length + 1;
    const step = await model.forward(cache, {
      parts: [{ tokens: [token] }],
      taps: allTaps(model.profile.layers, [0, 1], [0, keys]),
      hiddenOf: golden.hidden_states_k.k,
    });
    ({ logits } = step);
    const row = goldenRow(golden, i, keys);
    if (row) errors[`attention of answer token ${i}`] = maxDifference(joined(step.taps), row);
  }
  return errors;
}

/** Largest absolute differences from a case's goldens, by what differs. */
export async function goldenErrors(
  model: VisionLanguageModel,
  golden: GoldenCase,
  pixels: Float32Array,
): Promise<Record<string, number>> {
  const d = model.profile.hiddenSize;
  const prompted = await feedPrompt(model, golden, pixels);
  const { features, cache, result } = prompted;
  const hidden = result.hidden ?? new Float32Array(0);
  const { positions, values } = golden.hidden_states_k;
  const rpn = await model.rpn(
    hidden,
    [golden.last_prompt_position, golden.last_prompt_position + 1],
    golden.visual_positions,
  );
  const answer = await answerErrors(model, golden, prompted);
  cache.dispose();
  return {
    'visual features of cell 0': maxDifference(features.subarray(0, d), golden.visual_features.cell_0),
    'visual features of cell 137': maxDifference(
      features.subarray(137 * d, 138 * d),
      golden.visual_features.cell_137,
    ),
    'logits of the last prompt token': maxDifference(result.logits ?? [], golden.logits_last_prompt),
    'hidden states at K': maxDifference(
      joined(positions.map((p) => ({ data: hidden.subarray(p * d, (p + 1) * d) }))),
      values.data,
    ),
    'RPN logits': maxDifference(rpn, golden.rpn_logits),
    ...answer,
    ...(golden.attention_last_prompt && {
      'attention of the last prompt token': maxDifference(
        joined(result.taps),
        golden.attention_last_prompt.data,
      ),
    }),
  };
}
