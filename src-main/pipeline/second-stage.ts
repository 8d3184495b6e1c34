/**
 * Looking again (METHOD §4): crops of the source picture, encoded and put right after the original visual tokens, then
 * the question, then the answer. Attention is causal, so the keys and values of [system + original visual tokens]
 * stay valid and are reused when the cache still holds them.
 */
import { cropImage, normalise } from '../checkpoint/image/clip-processor.ts';
import { answerText } from './answer-text.ts';
import { greedy } from './greedy.ts';
import type { FeedPart, KvCache } from './ports.ts';
import { promptTokens } from './prompted.ts';
import type { Prompted } from './prompted.ts';
import type { Crop } from './roi.ts';
import { visualCount } from './subject.ts';
import type { EncodedImage, Subject } from './subject.ts';
import type { Stopwatch } from './stopwatch.ts';

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
 * @param crops at least one; their boxes lie inside the picture and have area.
 */
export async function answerWithCrops(
  subject: Subject,
  encoded: EncodedImage,
  prompt: Prompted,
  crops: readonly Crop[],
  cache: KvCache,
  maxNewTokens: number,
  watch: Stopwatch,
): Promise<SecondAnswer> {
  const { model, checkpoint } = subject;
  const prefix = prompt.visual[1];
  const parts: FeedPart[] =
    cache.length >= prefix
      ? []
      : [{ tokens: prompt.ids.before }, { features: encoded.features, count: visualCount(model) }];
  cache.truncate(parts.length === 0 ? prefix : 0);
  for (const crop of crops) parts.push(await cropFeatures(subject, encoded, crop, watch));
  parts.push({ tokens: prompt.ids.after });
  const prefill = await watch.time('secondPrefill', () => model.forward(cache, { parts, logits: 'last' }));
  const logits = prefill.logits as Float32Array;
  const options = {
    generation: checkpoint.generation,
    maxNewTokens,
    promptTokens: promptTokens(prompt),
    taps: null,
  };
  const { tokens } = await greedy(model, cache, logits, options, watch);
  return { answer: answerText(subject, tokens), tokens, logits };
}

async function cropFeatures(
  subject: Subject,
  encoded: EncodedImage,
  crop: Crop,
  watch: Stopwatch,
): Promise<{ features: Float32Array; count: number }> {
  const { preprocessor } = subject.checkpoint;
  const { side } = preprocessor;
  const pixels = await watch.time('crop', () =>
    Promise.resolve(normalise(cropImage(encoded.image, crop.box, side), preprocessor)),
  );
  const features = await watch.time('encodeCrop', () => subject.model.encodeImage(pixels));
  if (crop.keep === null) return { features, count: visualCount(subject.model) };
  const d = subject.model.profile.hiddenSize;
  const kept = new Float32Array(crop.keep.length * d);
  crop.keep.forEach((token, i) => kept.set(features.subarray(token * d, (token + 1) * d), i * d));
  return { features: kept, count: crop.keep.length };
}
