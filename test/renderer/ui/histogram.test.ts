import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barHeights, histogramWords, isInRange } from '../../../src-renderer/ui/histogram/histogram.ts';

test('bars are shares of the highest, and a single sample can be seen', () => {
  assert.deepEqual(barHeights([0, 50, 100]), [0, 0.5, 1]);
  assert.ok(barHeights([1, 100_000])[0]! > 0.05);
  assert.deepEqual(barHeights([0, 0]), [0, 0]);
});

test('a range takes in the bars that it reaches into', () => {
  const within = (range: [number, number] | undefined) =>
    [0, 1, 2, 3].filter((at) => isInRange(at, 4, range));
  assert.deepEqual(within(undefined), [0, 1, 2, 3]);
  assert.deepEqual(within([0.25, 0.5]), [1], 'edges belong to the bar above');
  assert.deepEqual(within([0.3, 2]), [1, 2, 3]);
});

test('a histogram in words says how many, from where to where, and the middle', () => {
  assert.equal(histogramWords([0, 0, 0, 0]), 'No sample has this number');
  assert.equal(histogramWords([0, 3, 1, 0]), '4 samples, from 25% to 75%, half of them below 50%');
  assert.equal(histogramWords([0, 0, 0, 1]), '1 sample, from 75% to 100%, half of them below 100%');
});
