/** SPEC "Gate". */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestPoint, gateCurve, thinned, type GatedSample } from '../../../src-shared/kernels/gate/curve.ts';
import { needOfMap, needsOfAnswer, passesGate } from '../../../src-shared/kernels/gate/signals.ts';

const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

test('[GA1] how unsure an answer is: its tokens’ geometric mean, and the least likely of them', () => {
  // Probabilities 1, 1/2, 1/8: geometric mean (1/16)^(1/3), least 1/8.
  const { sure, weakest } = needsOfAnswer([0, Math.log(0.5), Math.log(0.125)])!;
  near(sure, 1 - Math.cbrt(1 / 16));
  near(weakest, 7 / 8);
  assert.deepEqual(needsOfAnswer([1e-9]), { sure: 0, weakest: 0 });
  assert.deepEqual(needsOfAnswer([-Infinity, 0]), { sure: 1, weakest: 1 });
  assert.equal(needsOfAnswer([]), null);
  assert.equal(needsOfAnswer([0, NaN]), null);
  assert.equal(needOfMap([0.1, 0.7, 0.3]), 0.7);
  assert.equal(needOfMap([]), 0);
});

test('[GA2] a crop is left out strictly below the threshold', () => {
  assert.deepEqual(
    [passesGate(0.1, 0.1), passesGate(0.0999, 0.1), passesGate(0, 0), passesGate(0, -1)],
    [true, false, true, true],
  );
});

// Worked by hand: without a crop 1 0 1 0 = 2, with one 0 1 1 1 = 3; left out for the first alone 4 of 4 are right.
const FOUR: readonly GatedSample[] = [
  { need: 0.9, alone: 0, crop: 1 },
  { need: 0.2, alone: 1, crop: 0 },
  { need: 0.6, alone: 1, crop: 1 },
  { need: 0.4, alone: 0, crop: 1 },
];

test('[GA3] a curve from all cropped to none, with thresholds in the middle', () => {
  const points = gateCurve(FOUR);
  assert.deepEqual(
    points.map(({ crops, score }) => [crops, score]),
    [
      [1, 0.75],
      [0.75, 1],
      [0.5, 0.75],
      [0.25, 0.75],
      [0, 0.5],
    ],
  );
  points.slice(0, -1).forEach(({ threshold }, i) => near(threshold!, [0, 0.3, 0.5, 0.75][i]!));
  assert.equal(points.at(-1)!.threshold, null);
  // A point's score is that of the rule at its threshold.
  for (const { threshold, crops, score } of points) {
    const taken = FOUR.map(({ need }) => threshold !== null && passesGate(need, threshold));
    near(taken.filter(Boolean).length / 4, crops);
    near(FOUR.reduce((sum, one, i) => sum + (taken[i] ? one.crop : one.alone), 0) / 4, score);
  }
});

test('[GA3] equal needs go together, at both ends of what there is', () => {
  const same = [0, 0, 1, 1].map((need, i) => ({ need, alone: i % 2, crop: 1 }));
  assert.deepEqual(gateCurve(same), [
    { threshold: 0, crops: 1, score: 1 },
    { threshold: 0.5, crops: 0.5, score: 0.75 },
    { threshold: null, crops: 0, score: 0.5 },
  ]);
  assert.deepEqual(gateCurve([]), []);
  // Of neighbouring numbers there is no middle: the threshold is the larger one, which passes.
  const low = 0.3;
  const high = low + 2 ** -54;
  const [, point] = gateCurve([low, high].map((need) => ({ need, alone: 0, crop: 1 })));
  assert.equal(point!.threshold, high);
  assert.throws(() => gateCurve([{ need: 1.5, alone: 0, crop: 1 }]), RangeError);
  assert.throws(() => gateCurve([{ need: NaN, alone: 0, crop: 1 }]), RangeError);
  assert.throws(() => gateCurve([{ need: 0.5, alone: NaN, crop: 1 }]), RangeError);
});

test('[GA4] the best is the highest score, of equal ones the fewest crops', () => {
  assert.equal(bestPoint(gateCurve(FOUR)).crops, 0.75);
  const even = gateCurve(FOUR.map(({ need }) => ({ need, alone: 1, crop: 1 })));
  assert.deepEqual(bestPoint(even), { threshold: null, crops: 0, score: 1 });
  assert.throws(() => bestPoint([]), RangeError);
});

test('[GA5] of many points the ends stay, and of each stretch the best', () => {
  const many = gateCurve(
    Array.from({ length: 100 }, (_, i) => ({ need: i / 100, alone: i < 43 ? 1 : 0, crop: i < 43 ? 0 : 1 })),
  );
  const few = thinned(many, 12);
  assert.equal(few.length, 12);
  assert.deepEqual([few[0], few.at(-1)], [many[0], many.at(-1)]);
  assert.deepEqual(bestPoint(few), bestPoint(many));
  assert.equal(thinned(many, 200), many);
});
