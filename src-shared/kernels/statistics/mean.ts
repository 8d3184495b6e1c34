/**
 * The mean of numbers that may be skewed, as AUCs near 1 are: P. Hall's cubic transformation of the t statistic (On the Removal of
 * Skewness by Transformation, J. R. Statist. Soc. B 54, 1992), whose ends are not alike on both sides. Its quantile is of
 * Student's t with twice the usual degrees of freedom: by simulation the normal's is too short at n = 30, and t's own too long where a
 * few pictures fail (docs/statistics.md). It needs sums alone, so that slices of 100,000 rows cost one query.
 */
import { studentQuantile, studentTwoSided } from './distributions.ts';
import { REST, type Difference, type Estimate } from './interval.ts';
import { spreadOf, type Spread, type Sums } from './sums.ts';

/** Below it the cubic is a line. */
const STRAIGHT = 1e-6;

/** @returns null with fewer than two pictures: one says nothing about how far another would be off */
export function meanEstimate(sums: Sums): Estimate | null {
  if (sums.pictures < 2) return null;
  const spread = spreadOf(sums);
  const reach = studentQuantile(1 - REST, freedom(sums));
  return {
    n: sums.n,
    value: spread.mean,
    low: spread.mean - spread.deviation * untransformed(reach, spread, sums.pictures),
    high: spread.mean - spread.deviation * untransformed(-reach, spread, sums.pictures),
  };
}

/** @param sums of a − b on the same samples. @param wins on which either is better. @returns null with fewer than two pictures */
export function meanDifference(sums: Sums, wins: Difference['wins']): Difference | null {
  const estimate = meanEstimate(sums);
  return estimate && { ...estimate, p: chanceOfMean(sums), wins };
}

/** Two-sided, of a mean so far from 0 if it were 0; the same transformation as the interval's. */
export function chanceOfMean(sums: Sums): number {
  const { mean, deviation, skewness } = spreadOf(sums);
  if (deviation === 0) return mean === 0 ? 1 : 0;
  const w = mean / deviation;
  const { pictures } = sums;
  const t =
    Math.sqrt(pictures) *
    (w + (skewness * w ** 2) / 3 + (skewness ** 2 * w ** 3) / 27 + skewness / (6 * pictures));
  return studentTwoSided(t, freedom(sums));
}

function freedom({ pictures }: Sums): number {
  return 2 * (pictures - 1);
}

/** How many deviations from the mean the transformed statistic is `reach`. */
function untransformed(reach: number, { skewness }: Spread, pictures: number): number {
  const y = reach / Math.sqrt(pictures);
  if (Math.abs(skewness) < STRAIGHT) return y;
  return (3 / skewness) * (Math.cbrt(1 + skewness * (y - skewness / (6 * pictures))) - 1);
}
