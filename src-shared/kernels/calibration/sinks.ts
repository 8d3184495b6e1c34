/**
 * Sink tokens draw attention whatever is asked, and some heads show little else. Which heads and which threshold to tell them
 * by is chosen by what zeroing them does to the grounding map's AUC (METHOD §2, step 1); where it does no good, there are none.
 */
import { denoise } from '../labels/denoise.ts';
import { BG } from '../types.ts';
import { mapAuc } from './map-measures.ts';
import { type CalibrationSample, meanMap } from './sample.ts';

export interface SinkChoice {
  /** As {@link CalibrationSample} numbers them. */
  readonly heads: readonly number[];
  /** A cell whose mean attention at these heads reaches it is a sink. */
  readonly threshold: number;
}

/** Sinks are few: so large a part of the cells, at most and at least. */
const SHARES = [0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12];
/** Zeroing must be worth so much mean AUC: a sink cell on an answer costs far more than one elsewhere gains… */
const WORTH = 0.01;
/** …and so many standard errors. */
const SURE = 3;
/** Heads are tried in the order of {@link sinkScores}. */
const MOST_TRIED = 24;
const TOP_SHARE = 0.02;

/**
 * How much of a head's attention falls on its few largest background cells, mean over samples, `[heads]`: what a head that
 * looks at sinks has much of. 0 where nothing can be said.
 */
export function sinkScores(samples: readonly CalibrationSample[], heads: number): Float64Array {
  const out = new Float64Array(heads);
  for (let head = 0; head < heads; head++) {
    let [sum, count] = [0, 0];
    for (const sample of samples) {
      const share = shareOnTop(meanMap(sample, [head]), sample);
      if (share === null) continue;
      sum += share;
      count++;
    }
    out[head] = count === 0 ? 0 : sum / count;
  }
  return out;
}

function shareOnTop(map: Float32Array, { labels }: CalibrationSample): number | null {
  const all = map.reduce((a, b) => a + b, 0);
  if (!(all > 0)) return null;
  const outside = map.filter((_, i) => labels[i] === BG).sort();
  const top = outside.subarray(outside.length - Math.max(1, Math.round(map.length * TOP_SHARE)));
  return top.reduce((a, b) => a + b, 0) / all;
}

/**
 * @param grounding the heads whose map is to be cleaned
 * @param headsPerLayer whole layers are tried, too: LLaVA's sinks are seen in the mean of a layer
 * @param of indices of samples to choose by
 */
export function chooseSinks(
  samples: readonly CalibrationSample[],
  grounding: readonly number[],
  headsPerLayer: number,
  of: readonly number[],
): SinkChoice | null {
  if (grounding.length === 0 || of.length === 0) return null;
  const chosen = of.map((i) => samples[i]!);
  const heads = Math.floor(chosen[0]!.maps.length / chosen[0]!.labels.length);
  const before = chosen.map((sample) => {
    const map = meanMap(sample, grounding);
    return { map, labels: sample.labels, auc: mapAuc(map, sample.labels) };
  });
  let best: SinkChoice | null = null;
  let most = 0;
  for (const candidate of candidatesOf(sinkScores(chosen, heads), headsPerLayer)) {
    const sinkMaps = chosen.map((sample) => meanMap(sample, candidate));
    for (const threshold of thresholdsOf(sinkMaps)) {
      const gains = before.flatMap(({ map, labels, auc }, i) => {
        const after = mapAuc(denoise(map, sinkMaps[i]!, threshold), labels);
        return after === null || auc === null ? [] : [after - auc];
      });
      const gain = sureGain(gains);
      if (gain > most) [best, most] = [{ heads: candidate, threshold }, gain];
    }
  }
  return best;
}

/** The mean of some gains, or 0 where chance may well have made it: hundreds of choices are tried on a few samples. */
function sureGain(gains: readonly number[]): number {
  const n = gains.length;
  if (n < 2) return 0;
  const mean = gains.reduce((a, b) => a + b, 0) / n;
  const error = Math.sqrt(gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / (n - 1) / n);
  return mean >= WORTH && mean > SURE * error ? mean : 0;
}

/** Mean AUC of the grounding map without its sinks; null where it is none on any sample. */
export function cleanedAuc(
  samples: readonly CalibrationSample[],
  grounding: readonly number[],
  sinks: SinkChoice | null,
): number | null {
  const scores = samples
    .map((sample) => mapAuc(cleaned(sample, grounding, sinks), sample.labels))
    .filter((score) => score !== null);
  return scores.length === 0 ? null : scores.reduce((a, b) => a + b, 0) / scores.length;
}

/** g′ of METHOD §2. */
export function cleaned(
  sample: CalibrationSample,
  grounding: readonly number[],
  sinks: SinkChoice | null,
): Float32Array {
  const map = meanMap(sample, grounding);
  return sinks ? denoise(map, meanMap(sample, sinks.heads), sinks.threshold) : map;
}

function candidatesOf(scores: Float64Array, headsPerLayer: number): number[][] {
  const heads = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  const layers = Array.from({ length: Math.floor(scores.length / headsPerLayer) }, (_, layer) =>
    Array.from({ length: headsPerLayer }, (__, head) => layer * headsPerLayer + head),
  );
  const ofLayer = (layer: readonly number[]): number => layer.reduce((sum, head) => sum + scores[head]!, 0);
  layers.sort((a, b) => ofLayer(b) - ofLayer(a));
  return [...heads.slice(0, MOST_TRIED).map((head) => [head]), ...layers.slice(0, MOST_TRIED / 4)];
}

/** Values that so many of all samples' cells reach, to two digits: what people can read is what is kept. */
function thresholdsOf(maps: readonly Float32Array[]): number[] {
  const all = new Float32Array(maps.reduce((sum, map) => sum + map.length, 0));
  let at = 0;
  for (const map of maps) {
    all.set(map, at);
    at += map.length;
  }
  all.sort();
  const values = SHARES.map((share) =>
    Number(all[Math.floor((all.length - 1) * (1 - share))]!.toPrecision(2)),
  );
  return [...new Set(values)].filter((value) => value > 0);
}
