/**
 * From some samples whose answer's place is known: which heads look there, which show sinks, which thresholds fit, how good that
 * is on samples that it was not chosen by, and how much of the choice is chance. Pure, and the same for the same seed.
 */
import { seeded } from '../seeded.ts';
import { foldsOf, resampled } from './folds.ts';
import { HeadSets } from './head-set.ts';
import { type MapMeasures, measureMap } from './map-measures.ts';
import { type CalibrationSample, meanMap } from './sample.ts';
import { type SinkChoice, chooseSinks, cleaned, cleanedAuc, sinkScores } from './sinks.ts';
import { type Thresholds, chooseThresholds } from './thresholds.ts';

export interface CalibrationWish {
  readonly headsPerLayer: number;
  readonly folds: number;
  readonly resamples: number;
  readonly seed: number;
  /** Another choice, measured on the same held-out samples: a preset's. */
  readonly beside: Choice | null;
}

export interface Choice {
  readonly grounding: readonly number[];
  readonly sinks: SinkChoice | null;
}

export interface HeadEvidence extends MapMeasures {
  readonly layer: number;
  readonly head: number;
  /** Samples that it could be measured on. */
  readonly samples: number;
  /** How much of its attention falls on a few cells away from the answer. */
  readonly sinkScore: number;
  /** Share of resamples of the samples in which it is chosen; 0 for heads that were no candidates. */
  readonly stability: number;
}

/** Mean AUC of a grounding map as it is and without its sinks; null: nowhere measurable. */
export interface AucPair {
  readonly raw: number | null;
  readonly denoised: number | null;
}

export interface HeldOut extends AucPair {
  /** Of `denoised` over samples: how far the mean of other samples may well be; null: of one sample or none. */
  readonly standardError: number | null;
}

export interface Calibration {
  readonly samples: number;
  /** All heads, the largest AUC first. */
  readonly heads: readonly HeadEvidence[];
  readonly chosen: Choice;
  readonly thresholds: Thresholds;
  /** Of what is chosen without a fold, on that fold: mean over all samples. */
  readonly heldOut: HeldOut;
  /** Of what is chosen by all samples, on the same ones: too good by how much it is larger than `heldOut`. */
  readonly onAll: AucPair;
  /** Of the other choice, on all samples, none of which it was chosen by. */
  readonly beside: AucPair | null;
}

/** The best single heads are tried together; the rest is far behind. */
const MOST_CANDIDATES = 32;
const MOST_RESAMPLED = 16;

/** Throws RangeError without samples, and where no head's map can be measured on any. */
export function calibrate(samples: readonly CalibrationSample[], wish: CalibrationWish): Calibration {
  if (samples.length === 0) throw new RangeError('calibration needs samples');
  const { headsPerLayer, seed } = wish;
  const heads = Math.floor(samples[0]!.maps.length / samples[0]!.labels.length);
  const all = Array.from(samples.keys());
  const measured = Array.from({ length: heads }, (_, head) =>
    samples.map((sample) => measureMap(meanMap(sample, [head]), sample.labels)),
  );
  const ranked = (of: readonly number[]): number[] => rankedBy(measured, of);
  const sets = new HeadSets(samples);
  const choose = (of: readonly number[]): number[] => sets.choose(ranked(of).slice(0, MOST_CANDIDATES), of);

  const grounding = choose(all);
  if (grounding.length === 0) throw new RangeError('no head has a map that can be measured');
  const chosen = { grounding, sinks: chooseSinks(samples, grounding, headsPerLayer, all) };
  const pictures = samples.map(({ picture }) => picture);
  const folds = foldsOf(pictures, Math.min(wish.folds, new Set(pictures).size), seed);
  const stability = stabilityOf(sets, ranked(all).slice(0, MOST_RESAMPLED), pictures, wish, heads);
  const sinkScore = sinkScores(samples, heads);
  return {
    samples: samples.length,
    heads: measured
      .map((of, head) => ({
        layer: Math.floor(head / headsPerLayer),
        head: head % headsPerLayer,
        ...meansOf(of),
        sinkScore: sinkScore[head]!,
        stability: stability[head]!,
      }))
      .sort((a, b) => b.auc - a.auc),
    chosen,
    thresholds: chooseThresholds(
      samples.map((sample) => ({
        map: cleaned(sample, grounding, chosen.sinks),
        labels: sample.labels,
        grid: sample.grid,
      })),
    ),
    heldOut: heldOut(samples, folds, (of) => {
      const picked = choose(of);
      return { grounding: picked, sinks: chooseSinks(samples, picked, headsPerLayer, of) };
    }),
    onAll: pairOf(samples, chosen),
    beside: wish.beside && pairOf(samples, wish.beside),
  };
}

/** Heads by their mean AUC over some samples, the best first; those without any are left out. */
function rankedBy(measured: readonly (readonly (MapMeasures | null)[])[], of: readonly number[]): number[] {
  const means = measured.map((each) => {
    const known = of.map((i) => each[i] ?? null).filter((one) => one !== null);
    return known.length === 0 ? null : known.reduce((sum, { auc }) => sum + auc, 0) / known.length;
  });
  return Array.from(means.keys())
    .filter((head) => means[head] !== null)
    .sort((a, b) => means[b]! - means[a]! || a - b);
}

/** Zeros for a head that is measured nowhere. */
function meansOf(measures: readonly (MapMeasures | null)[]): MapMeasures & { readonly samples: number } {
  const known = measures.filter((one) => one !== null);
  const mean = (of: keyof MapMeasures): number =>
    known.length === 0 ? 0 : known.reduce((sum, one) => sum + one[of], 0) / known.length;
  return {
    auc: mean('auc'),
    pointing: mean('pointing'),
    coverage: mean('coverage'),
    bestIou: mean('bestIou'),
    samples: known.length,
  };
}

/** In which share of resamples each head is chosen, `[heads]`. */
function stabilityOf(
  sets: HeadSets,
  candidates: readonly number[],
  pictures: readonly number[],
  { resamples, seed }: CalibrationWish,
  heads: number,
): Float64Array {
  const counts = new Float64Array(heads);
  const random = seeded(seed + 1);
  for (let i = 0; i < resamples; i++) {
    for (const head of sets.choose(candidates, resampled(pictures, random))) counts[head]! += 1;
  }
  return counts.map((count) => (resamples === 0 ? 0 : count / resamples));
}

function heldOut(
  samples: readonly CalibrationSample[],
  folds: Int32Array,
  choose: (of: readonly number[]) => Choice,
): HeldOut {
  const scores = [...new Set(folds)].flatMap((fold) => {
    const rest = Array.from(folds.keys()).filter((i) => folds[i] !== fold);
    const choice = rest.length === 0 ? null : choose(rest);
    const inside = samples.filter((_, i) => folds[i] === fold);
    return choice ? inside.map((sample) => pairOf([sample], choice)) : [];
  });
  const known = (which: keyof AucPair): number[] =>
    scores.map((pair) => pair[which]).filter((score) => score !== null);
  return {
    raw: meanOf(known('raw')),
    denoised: meanOf(known('denoised')),
    standardError: standardErrorOf(known('denoised')),
  };
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
}

function standardErrorOf(values: readonly number[]): number | null {
  const mean = meanOf(values);
  if (mean === null || values.length < 2) return null;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return Math.sqrt(variance / values.length);
}

function pairOf(samples: readonly CalibrationSample[], { grounding, sinks }: Choice): AucPair {
  if (grounding.length === 0) return { raw: null, denoised: null };
  return { raw: cleanedAuc(samples, grounding, null), denoised: cleanedAuc(samples, grounding, sinks) };
}
