/** SPEC [G1]–[G2]: a label on another grid of the same picture. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coverAlike, labelsOn } from '../../../src-shared/kernels/labels/on-grid.ts';
import { nativeTransform, squaredTransform } from '../../../src-shared/kernels/transform.ts';

const size = [60, 40] as const;

test('[G1] grids cover alike when their edges meet on the picture, whatever their cells', () => {
  const fine = { grid: [8, 12], transform: nativeTransform(size, [8, 12]) } as const;
  const coarse = { grid: [2, 5], transform: nativeTransform(size, [2, 5]) } as const;
  const squared = { grid: [6, 6], transform: squaredTransform(size, [6, 6]) } as const;
  assert.ok(coverAlike(fine, coarse));
  assert.ok(coverAlike(coarse, fine));
  assert.ok(!coverAlike(fine, squared));
  assert.ok(!coverAlike(squared, coarse));
});

test('[G2] a cell takes the label that its middle lies in; beside the label it is ignored', () => {
  // A square of 60: the picture lies in the rows 1 to 5 of six.
  const squared = { grid: [6, 6], transform: squaredTransform(size, [6, 6]) } as const;
  const labels = new Int8Array(36);
  labels.set([1, 1], 8); // row 1, columns 2 and 3: source x 20…40, y 0…10
  const native = { grid: [4, 6], transform: nativeTransform(size, [4, 6]) } as const;
  const there = labelsOn(labels, squared, native);
  assert.deepEqual([...there], [0, 0, 1, 1, 0, 0, ...Array.from({ length: 18 }, () => 0)]);
  // The way back knows nothing of the padding.
  const back = labelsOn(there, native, squared);
  assert.deepEqual([...back.slice(0, 6)], [-100, -100, -100, -100, -100, -100]);
  assert.deepEqual([...back.slice(6, 12)], [0, 0, 1, 1, 0, 0]);
  assert.deepEqual([...labelsOn(labels, squared, squared)], [...labels]);
});
