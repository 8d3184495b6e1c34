import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import {
  evenOddsMidP,
  normalQuantile,
  normalTwoSided,
  studentQuantile,
  studentTwoSided,
} from '../../../src-shared/kernels/statistics/distributions.ts';
import { holm } from '../../../src-shared/kernels/statistics/holm.ts';
import { meanDifference, meanEstimate } from '../../../src-shared/kernels/statistics/mean.ts';
import { pairedProportions } from '../../../src-shared/kernels/statistics/paired.ts';
import { proportion } from '../../../src-shared/kernels/statistics/proportion.ts';
import { spreadOf, sumsOf } from '../../../src-shared/kernels/statistics/sums.ts';
import { seeded } from '../../../src-shared/kernels/seeded.ts';

const number = z.number();
/** Of SciPy and statsmodels: test/golden/statistics/make.py. */
const said = z
  .object({
    normal: z.array(z.tuple([number, number])),
    beyond: z.array(z.tuple([number, number])),
    student: z.array(z.tuple([number, number, number, number])),
    exact: z.array(z.tuple([number, number, number, number])),
    midP: z.array(z.tuple([number, number, number])),
    holm: z.array(z.tuple([z.array(number), z.array(number)])),
  })
  .parse(JSON.parse(readFileSync(new URL('../../golden/statistics/expected.json', import.meta.url), 'utf8')));

function near(found: number, wanted: number, within = 1e-9): void {
  assert.ok(Math.abs(found - wanted) <= within * Math.max(1, Math.abs(wanted)), `${found} for ${wanted}`);
}
const ones = (right: number, n: number) => Array.from({ length: n }, (_, i) => (i < right ? 1 : 0));

test("[ST1] quantiles and tails are SciPy's, Clopper and Pearson's interval and Holm's p values statsmodels'", () => {
  for (const [p, z] of said.normal) near(normalQuantile(p), z);
  for (const [z, p] of said.beyond) near(normalTwoSided(z) / p, 1);
  for (const [p, df, t, beyond] of said.student) {
    near(studentQuantile(p, df), t, 1e-7);
    near(studentTwoSided(1.7, df), beyond);
  }
  for (const [right, n, low, high] of said.exact) {
    const found = proportion(sumsOf(ones(right, n)))!;
    near(found.low, low);
    near(found.high, high);
    near(found.value, right / n);
  }
  for (const [a, b, p] of said.midP) near(evenOddsMidP(a, a + b), p);
  for (const [given, adjusted] of said.holm) holm(given).forEach((p, i) => near(p, adjusted[i]!));
});

test('[ST2] all right or all wrong ends at 1 or 0, nothing has no interval, and what is no share is refused', () => {
  const [all, none] = [proportion(sumsOf(ones(20, 20)))!, proportion(sumsOf(ones(0, 20)))!];
  assert.deepEqual([all.high, none.low], [1, 0]);
  near(all.low, 1 - none.high);
  near(all.low, 0.05 ** (1 / 20));
  assert.equal(proportion(sumsOf([])), null);
  assert.throws(() => proportion(sumsOf([0.3, 1])), RangeError);
  assert.throws(() => sumsOf([NaN]), RangeError);
  assert.throws(() => sumsOf([1, 0], [1]), RangeError);
});

test('[ST3] the same question asked k times of each picture counts once', () => {
  const random = seeded(3);
  const once = Array.from({ length: 80 }, () => (random() < 0.7 ? 1 : 0));
  const scores = Array.from({ length: 80 }, () => random() ** 0.2);
  const often = <T>(values: readonly T[]) => values.flatMap((value) => [value, value, value]);
  const pictures = often(once.map((_, i) => i));
  const [single, triple] = [proportion(sumsOf(once))!, proportion(sumsOf(often(once), pictures))!];
  near(triple.low, single.low);
  near(triple.high, single.high);
  const flawless = proportion(sumsOf(often(ones(80, 80)), pictures))!;
  near(flawless.low, proportion(sumsOf(ones(80, 80)))!.low);
  const [mean, meanOften] = [meanEstimate(sumsOf(scores))!, meanEstimate(sumsOf(often(scores), pictures))!];
  near(meanOften.low, mean.low);
  near(meanOften.high, mean.high);
  near(spreadOf(sumsOf(often(once), pictures)).designEffect, 3);
  // Questions that have nothing in common are not held against each other.
  assert.ok(spreadOf(sumsOf([1, 0, 0, 1], [1, 1, 2, 2])).designEffect === 1);
});

test('[ST4] a paired difference: its ends change places with its sides, and Agresti and Min’s example is theirs', () => {
  // Their Table 1: 1,144 rows of which 132 and 107 differ; interval of the difference −0.005 … 0.048.
  const pairs = (a: number, b: number, n: number) => [
    ...Array.from({ length: a }, () => 1),
    ...Array.from({ length: b }, () => -1),
    ...Array.from({ length: n - a - b }, () => 0),
  ];
  const found = pairedProportions(sumsOf(pairs(132, 107, 1144)), [132, 107])!;
  near(found.value, 25 / 1144);
  assert.deepEqual([found.low.toFixed(3), found.high.toFixed(3)], ['-0.005', '0.048']);
  const other = pairedProportions(sumsOf(pairs(107, 132, 1144)), [107, 132])!;
  near(other.low, -found.high);
  near(other.p, found.p);
  // Two questions on each of 9 pictures, all fixed: 9 pictures tell it, not 18 questions.
  const nine = pairedProportions(
    sumsOf(
      pairs(18, 0, 18),
      Array.from({ length: 18 }, (_, i) => i >> 1),
    ),
    [18, 0],
  )!;
  near(nine.p, normalTwoSided(3));
  assert.equal(pairedProportions(sumsOf([]), [0, 0]), null);
  assert.throws(() => pairedProportions(sumsOf([1, 1]), [1, 1]), RangeError);
});

test('[ST5] a mean’s interval is not alike on both sides, t’s where nothing is skewed, and agrees with its test', () => {
  const skewed = meanEstimate(sumsOf([0.99, 0.98, 0.97, 0.99, 0.98, 0.3, 0.99, 0.97, 0.98, 0.99]))!;
  assert.ok(skewed.value - skewed.low > 2 * (skewed.high - skewed.value), JSON.stringify(skewed));
  const even = [-2, -1, 0, 1, 2];
  const straight = meanEstimate(sumsOf(even))!;
  near(straight.high, (studentQuantile(0.975, 8) * Math.sqrt(2)) / Math.sqrt(5));
  assert.equal(meanEstimate(sumsOf([0.5])), null);
  // An interval that ends at 0 goes with p = 0.05, wherever its middle lies.
  const values = [0.4, 0.1, -0.3, 0.9, 0.2, 0.1, 0.05, 0.7];
  const { low } = meanEstimate(sumsOf(values))!;
  near(meanDifference(sumsOf(values.map((value) => value - low)), [0, 0])!.p, 0.05, 1e-6);
});
