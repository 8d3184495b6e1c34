/** Rows of 8 bits: how near they come, and what cannot be said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantiseRows } from '../../../src-main/checkpoint/quantised/rows.ts';
import { randoms, seeded } from '../../support/numbers.ts';

const K = 37;

test('each weight is met to half a step of its row, the largest exactly', () => {
  const weights = randoms(5 * K, seeded(1), 3);
  const rows = quantiseRows(weights, K);
  assert.ok(rows);
  for (let row = 0; row < 5; row++) {
    const own = weights.subarray(row * K, (row + 1) * K);
    const scale = rows.scales[row] as number;
    const largest = Math.max(...own.map(Math.abs));
    assert.ok(Math.abs(scale * 127 - largest) <= 1e-6 * largest);
    own.forEach((weight, i) => {
      const q = rows.values[row * K + i] as number;
      assert.ok(Math.abs(weight - q * scale) <= 0.5001 * scale);
      if (Math.abs(weight) === largest) assert.equal(Math.abs(q), 127);
    });
  }
});

test('a row does not mind its neighbours; rows of zeros and of numbers too small for a scale are zeros', () => {
  const own = randoms(K, seeded(2), 1);
  const alone = quantiseRows(own, K);
  const tiny = new Float32Array(K).fill(1e-44);
  const all = Float32Array.of(...new Float32Array(K).fill(1e30), ...own, ...new Float32Array(K), ...tiny);
  const beside = quantiseRows(all, K);
  assert.ok(alone && beside);
  assert.deepEqual(beside.values.subarray(K, 2 * K), alone.values);
  assert.equal(beside.scales[1], alone.scales[0]);
  assert.ok(beside.values.subarray(2 * K).every((q) => q === 0));
});

test('factors of the inputs are divided out of the weights', () => {
  const weights = randoms(3 * K, seeded(3), 1);
  const factors = Float32Array.from({ length: K }, (_, i) => 2 ** ((i % 5) - 2));
  const divided = weights.map((weight, i) => weight / (factors[i % K] as number));
  assert.deepEqual(quantiseRows(weights, K, 1, factors), quantiseRows(divided, K));
});

test('what is not a number is not quantised', () => {
  for (const poison of [NaN, Infinity, -Infinity]) {
    const weights = randoms(2 * K, seeded(4), 1);
    weights[K + 3] = poison;
    assert.equal(quantiseRows(weights, K), null);
  }
});
