/**
 * The share of right answers. Clopper and Pearson's exact interval (Biometrika 26, 1934), at no or all right answers with its whole 5%
 * beyond the one end that there is: at n = 30 and p = 0.1 it covers 95.0%, where Jeffreys' covers 93.2%, Wilson's 97.4% and Wald's
 * 80.9% (docs/statistics.md). Several questions on a picture count as so many fewer (design effect: L. Kish, Survey Sampling, 1965).
 */
import { betaQuantile } from './distributions.ts';
import { REST, type Estimate } from './interval.ts';
import { spreadOf, type Sums } from './sums.ts';

/** @param sums of ones (right) and zeros. @returns null without an answer. @throws RangeError where values between were counted */
export function proportion(sums: Sums): Estimate | null {
  const { n, x, xx } = sums;
  if (n === 0) return null;
  if (Math.abs(x - xx) > 1e-9 * n) throw new RangeError('a share is of what is so or is not');
  const { mean, designEffect } = spreadOf(sums);
  const [right, wrong] = [x / designEffect, (n - x) / designEffect];
  return {
    n,
    value: mean,
    low: right === 0 ? 0 : betaQuantile(wrong === 0 ? 2 * REST : REST, right, wrong + 1),
    high: wrong === 0 ? 1 : betaQuantile(1 - (right === 0 ? 2 * REST : REST), right + 1, wrong),
  };
}
