/**
 * How sure a difference of two means is when both were measured on the same samples: the paired percentile bootstrap (B. Efron,
 * R. Tibshirani, An Introduction to the Bootstrap, 1993, §13.3). Samples are drawn with replacement, each with both its
 * numbers, and what the middle 95% of the means say is the interval. Questions about one picture are no independent samples:
 * where pictures are given they are drawn, each with all its samples (the cluster bootstrap: A. Davison, D. Hinkley, Bootstrap
 * Methods and their Application, 1997, §3.8).
 */

import { seeded } from '../seeded.ts';

/** Draws of the whole set; an end of the interval then rests on 50 of them. */
export const BOOTSTRAP_DRAWS = 2000;
/** Share of the draws inside the interval. */
export const BOOTSTRAP_CONFIDENCE = 0.95;

export interface PairedDifference {
  /** Pairs. */
  readonly n: number;
  /** Mean of a − b. */
  readonly mean: number;
  /** Ends of the interval, linear between the draws next to them. */
  readonly low: number;
  readonly high: number;
  /** Pairs in which a is larger, b is larger, and neither. */
  readonly wins: readonly [a: number, b: number, ties: number];
}

export interface BootstrapOptions {
  /** Default {@link BOOTSTRAP_DRAWS}. */
  readonly draws?: number;
  /** The picture of each sample, by any number; default: each sample has its own. */
  readonly pictures?: ArrayLike<number>;
}

/**
 * @param seed of the draws: the same gives the same interval
 * @returns null without a pair
 * @throws RangeError on unequal lengths, or a value that is no finite number
 */
export function pairedDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  seed: number,
  { draws = BOOTSTRAP_DRAWS, pictures }: BootstrapOptions = {},
): PairedDifference | null {
  if (a.length !== b.length || (pictures && pictures.length !== a.length))
    throw new RangeError('both must be measured on the same samples');
  const n = a.length;
  if (n === 0) return null;
  const differences = Float64Array.from({ length: n }, (_, i) => a[i]! - b[i]!);
  if (differences.some((value) => !Number.isFinite(value)))
    throw new RangeError('values must be finite numbers');
  const { sums, counts } = byPicture(differences, pictures);
  const drawn = sums.length;
  const random = seeded(seed);
  const means = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let [sum, count] = [0, 0];
    for (let i = 0; i < drawn; i++) {
      const at = Math.floor(random() * drawn);
      sum += sums[at]!;
      count += counts[at]!;
    }
    means[draw] = sum / count;
  }
  means.sort();
  const rest = (1 - BOOTSTRAP_CONFIDENCE) / 2;
  return {
    n,
    mean: differences.reduce((sum, value) => sum + value, 0) / n,
    low: quantile(means, rest),
    high: quantile(means, 1 - rest),
    wins: [
      differences.filter((value) => value > 0).length,
      differences.filter((value) => value < 0).length,
      differences.filter((value) => value === 0).length,
    ],
  };
}

/** Sum and number of the differences of each picture, in the order in which pictures come first. */
function byPicture(
  differences: Float64Array,
  pictures: ArrayLike<number> | undefined,
): { readonly sums: ArrayLike<number>; readonly counts: ArrayLike<number> } {
  if (!pictures) return { sums: differences, counts: new Uint32Array(differences.length).fill(1) };
  const places = new Map<number, number>();
  const [sums, counts]: [number[], number[]] = [[], []];
  differences.forEach((difference, i) => {
    const picture = pictures[i]!;
    const at = places.get(picture) ?? places.size;
    places.set(picture, at);
    sums[at] = (sums[at] ?? 0) + difference;
    counts[at] = (counts[at] ?? 0) + 1;
  });
  return { sums, counts };
}

/** Linear between the two nearest of the sorted values (the rule of NumPy's default). */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (at - low);
}
