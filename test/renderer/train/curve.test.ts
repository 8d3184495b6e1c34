import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grown, lookPlaces, lossPlaces, smoothed, thinned } from '../../../src-renderer/train/curve.ts';
import type { TrainingPoint } from '../../../src-shared/contract/training.ts';

function point(step: number, loss: number | null = 1 / (1 + step)): TrainingPoint {
  const measure = { samples: 3, auc: step / 100, iou: null, boxRecall: null };
  const heldOut = step % 5 === 0 ? measure : null;
  return { step, loss, learningRate: 1e-4, gradientNorm: 1, heldOut, seconds: step };
}
const points = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => point(from + i));

test('what is told goes behind what is known; steps told once more take the place of the former; a gap is noticed', () => {
  const known = points(0, 10);
  const steps = (all: readonly TrainingPoint[] | null) => all?.map(({ step }) => step);
  assert.deepEqual(steps(grown(known, points(10, 12))), [...Array(12).keys()]);
  assert.equal(grown(known, []), known);
  assert.deepEqual(steps(grown(known, points(6, 8))), [...Array(8).keys()], 'a death took steps back');
  assert.deepEqual(steps(grown(known, points(9, 11))), [...Array(11).keys()]);
  assert.equal(grown(known, points(12, 14)), null);
  assert.deepEqual(steps(grown([], points(0, 2))), [0, 1]);
});

test('only what was measured is drawn', () => {
  const all = [point(0, null), ...points(1, 11)];
  assert.equal(lossPlaces(all).length, 10);
  assert.deepEqual(lookPlaces(all, 'auc'), [
    [0, 0],
    [5, 0.05],
    [10, 0.1],
  ]);
  assert.deepEqual(lookPlaces(all, 'iou'), []);
  assert.deepEqual(lookPlaces(all, 'loss'), []);
});

test('a long curve loses no peak when it is thinned, and a mean is of the places up to there', () => {
  const places = Array.from({ length: 10_000 }, (_, i) => [i, i === 7123 ? 50 : Math.sin(i)] as const);
  const thin = thinned(places, 600);
  assert.ok(thin.length <= 602 && thin.length > 300, `${thin.length}`);
  assert.ok(thin.some(([step, value]) => step === 7123 && value === 50));
  assert.ok(thin.every(([step], i) => i === 0 || step > thin[i - 1]![0]));
  assert.equal(thinned(places.slice(0, 600), 600).length, 600);
  const mean = smoothed(
    [
      [1, 4],
      [2, 2],
      [3, 6],
      [4, 0],
    ],
    2,
  );
  assert.deepEqual(mean, [
    [1, 4],
    [2, 3],
    [3, 4],
    [4, 3],
  ]);
});
