/**
 * Two methods' answers to the same questions. The difference of the shares of right answers: A. Agresti and Y. Min's interval
 * (Simple improved confidence intervals for comparing matched proportions, Statist. Med. 24, 2005), half a sample added to each cell
 * of the table: by simulation nearer to 95% at n = 30 than Tango's score interval or Bonett and Price's (docs/statistics.md). The
 * test is McNemar's by its mid-P value; where pictures have several questions, the score test of the pictures' sums, which is McNemar's
 * (without correction) with one each.
 */
import { evenOddsMidP, normalQuantile, normalTwoSided } from './distributions.ts';
import { REST, type Difference } from './interval.ts';
import { spreadOf, type Sums } from './sums.ts';

/**
 * @param sums of a − b where both are 0 or 1
 * @param wins samples that a alone has right, and b alone
 * @returns null without a pair. @throws RangeError where the two do not go together
 */
export function pairedProportions(sums: Sums, [a, b]: Difference['wins']): Difference | null {
  const { n, pictures } = sums;
  if (n === 0) return null;
  if (Math.abs(a - b - sums.x) > 1e-9 * n || Math.abs(a + b - sums.xx) > 1e-9 * n)
    throw new RangeError('the pairs that differ do not add up to the difference');
  const { mean, designEffect } = spreadOf(sums);
  const [onlyA, onlyB] = [a / designEffect + 0.5, b / designEffect + 0.5];
  const all = n / designEffect + 2;
  const middle = (onlyA - onlyB) / all;
  const reach = (normalQuantile(1 - REST) * Math.sqrt(onlyA + onlyB - (onlyA - onlyB) ** 2 / all)) / all;
  return {
    n,
    value: mean,
    low: Math.max(-1, middle - reach),
    high: Math.min(1, middle + reach),
    p: pictures === n ? evenOddsMidP(a, a + b) : chanceByPictures(sums),
    wins: [a, b],
  };
}

/** The variance is that of no difference, as McNemar's; so is the normal distribution. */
function chanceByPictures({ x, ss }: Sums): number {
  return x === 0 ? 1 : normalTwoSided(x / Math.sqrt(ss));
}
