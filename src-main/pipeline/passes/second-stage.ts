/**
 * Looking again (METHOD §4): crops of the source picture, encoded and put right after the original visual tokens, then
 * the question, then the answer. Attention is causal, so the keys and values of [system + original visual tokens]
 * stay valid and are reused when the cache still holds them.
 */
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { keptCropTokens } from '../../../src-shared/kernels/crop-tokens.ts';
import { roiRulesOf } from '../../../src-shared/kernels/roi/rules.ts';
import { cropImage, cut, normalise } from '../../checkpoint/image/clip-processor.ts';
import { qwenPixels } from '../../checkpoint/image/qwen-processor.ts';
import { answerText } from '../subject/answer-text.ts';
import { positionsWithin } from '../labels/crop-positions.ts';
import { greedy } from './greedy.ts';
import type { FeedPart, KvCache } from '../ports.ts';
import { prefixParts, promptTokens } from '../subject/prompted.ts';
import type { Prompted } from '../subject/prompted.ts';
import type { Crop } from '../labels/roi.ts';
import type { EncodedImage, Subject } from '../subject/subject.ts';
import type { Stopwatch } from '../subject/stopwatch.ts';

export interface SecondAnswer {
  readonly answer: string;
  /** As generated, the end token included when one came. */
  readonly tokens: readonly number[];
  /** Logits of the last prompt token, `[V]`. */
  readonly logits: Float32Array;
}

/**
 * @param cache of a first stage on the same prompt, every layer filled up to the visual tokens at least: it is cut
 *   back to them. An empty cache is filled from the start instead.
 * @param preset settled: its rules say where the crops go
 * @param crops at least one; their boxes lie inside the picture and have area.
 * @param keep only these of the picture's own tokens are fed, at the positions they have in the whole; and what
 *   the cache holds is forgotten. Null: all.
 */
export async function answerWithCrops(
  subject: Subject,
  encoded: EncodedImage,
  prompt: Prompted,
  crops: readonly Crop[],
  cache: KvCache,
  preset: Pick<Preset, 'maxNewTokens' | 'roi'>,
  watch: Stopwatch,
  keep: Uint32Array | null = null,
): Promise<SecondAnswer> {
  const { model, checkpoint } = subject;
  const prefix = prompt.visual[1];
  const reuse = keep === null && cache.length >= prefix;
  cache.truncate(reuse ? prefix : 0);
  const parts = reuse
    ? []
    : keep
      ? prunedPrefix(subject, prompt, encoded, keep)
      : prefixParts(prompt, encoded.features);
  // LLaVA's prompt has no token that ends the picture; its crops go right after the visual tokens too.
  const ended = roiRulesOf(preset.roi).nestsCrop ? 0 : 1;
  if (ended > 0) parts.push({ tokens: prompt.ids.after.slice(0, ended) });
  for (const crop of crops) parts.push(...(await cropParts(subject, encoded, prompt, crop, watch)));
  parts.push({ tokens: prompt.ids.after.slice(ended) });
  const prefill = await watch.time('secondPrefill', () => model.forward(cache, { parts, logits: 'last' }));
  const logits = prefill.logits as Float32Array;
  const options = {
    generation: checkpoint.generation,
    maxNewTokens: preset.maxNewTokens,
    promptTokens: promptTokens(prompt),
    taps: null,
  };
  const { tokens } = await greedy(model, cache, logits, options, watch);
  return { answer: answerText(subject, tokens), tokens, logits };
}

/** What is fed up to the last visual token when only some of them are. */
function prunedPrefix(
  { model }: Subject,
  { ids, grid }: Prompted,
  { features }: EncodedImage,
  keep: Uint32Array,
): FeedPart[] {
  return [{ tokens: ids.before }, { ...kept(features, keep, model.profile.hiddenSize), grid, keep }];
}

/** What is fed for one crop. */
async function cropParts(
  subject: Subject,
  { image }: EncodedImage,
  prompt: Prompted,
  crop: Crop,
  watch: Stopwatch,
): Promise<FeedPart[]> {
  const { model, checkpoint } = subject;
  const { preprocessor } = checkpoint;
  const seen = crop.picture ?? cut(image, crop.box);
  if (preprocessor.geometry !== 'dynamic') {
    const { side } = preprocessor;
    const pixels = await watch.time('crop', () =>
      Promise.resolve(normalise(cropImage(seen, [0, 0, seen.width, seen.height], side), preprocessor)),
    );
    const features = await watch.time('encodeCrop', () => model.encodeImage(pixels));
    return [kept(features, crop.keep, model.profile.hiddenSize)];
  }
  const { pixels, grid } = await watch.time('crop', () => Promise.resolve(qwenPixels(seen, preprocessor)));
  const features = await watch.time('encodeCrop', () => model.encodeImage(pixels, grid));
  const { masked, within } = crop;
  const keep = masked ? keptCropTokens(masked.mask, masked.grid, masked.cells, grid) : null;
  // Before the picture every token counts one, so its first token's place is its position.
  const over = within && positionsWithin(within, prompt.visual[0]);
  const fed = { ...kept(features, keep, model.profile.hiddenSize), grid, ...(keep ? { keep } : {}) };
  // Wrapped in vision start and end tokens of its own; positions are those of the whole crop.
  return [
    { tokens: prompt.ids.before.slice(-1) },
    { ...fed, ...(over ? { over } : {}) },
    { tokens: prompt.ids.after.slice(0, 1) },
  ];
}

function kept(
  features: Float32Array,
  keep: Uint32Array | null,
  d: number,
): { features: Float32Array; count: number } {
  if (keep === null) return { features, count: features.length / d };
  const rows = new Float32Array(keep.length * d);
  keep.forEach((token, i) => rows.set(features.subarray(token * d, (token + 1) * d), i * d));
  return { features: rows, count: keep.length };
}
