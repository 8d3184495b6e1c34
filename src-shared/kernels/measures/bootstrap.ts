/**
 * How sure a difference of two means is when both were measured on the same samples: the paired percentile bootstrap (B. Efron,
 * R. Tibshirani, An Introduction to the Bootstrap, 1993, §13.3). Samples are drawn with replacement, each with both its
 * numbers, and what the middle 95% of the means say is the interval.
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

/**
 * @param seed of the draws: the same gives the same interval
 * @returns null without a pair
 * @throws RangeError on unequal lengths, or a value that is no finite number
 */
export function pairedDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  seed: number,
  draws = BOOTSTRAP_DRAWS,
): PairedDifference | null {
  if (a.length !== b.length) throw new RangeError('both must be measured on the same samples');
  const n = a.length;
  if (n === 0) return null;
  const differences = Float64Array.from({ length: n }, (_, i) => a[i]! - b[i]!);
  if (differences.some((value) => !Number.isFinite(value)))
    throw new RangeError('values must be finite numbers');
  const random = seeded(seed);
  const means = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += differences[Math.floor(random() * n)]!;
    means[draw] = sum / n;
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

/** Linear between the two nearest of the sorted values (the rule of NumPy's default). */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (at - low);
}
