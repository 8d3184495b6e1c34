import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coverage, pointing, recallAt } from '../../../src-shared/kernels/measures/localisation.ts';

test('[M9] pointing, coverage and recall at a budget of maps whose numbers can be told by hand', () => {
  const truth = [1, 1, 0, 0, 0, 0, 0, 0, 0, 0];
  assert.equal(pointing([5, 1, 2, 3, 0, 0, 0, 0, 0, 0], truth), 1);
  assert.equal(pointing([1, 1, 2, 0, 0, 0, 0, 0, 0, 0], truth), 0);
  assert.equal(pointing([4, 0, 4, 4, 0, 0, 0, 0, 0, 0], truth), 1 / 3);
  assert.equal(pointing([-3, -9, -4, -5, -6, -6, -6, -6, -6, -Infinity], truth), 1, 'logits');
  assert.equal(coverage([3, 1, 4, 0, 0, 0, 0, 0, -5, -Infinity], truth), 0.5);
  assert.equal(coverage(new Float32Array(10), truth), null);
  assert.equal(recallAt([9, 1, 2, 3, 0, 0, 0, 0, 0, 0], truth, 0.1), 0.5);
  assert.equal(recallAt([9, 8, 2, 3, 0, 0, 0, 0, 0, 0], truth, 0.2), 1);
  // Ten equal ones, of which one may be taken: each counts a tenth.
  assert.equal(recallAt(new Float32Array(10), truth, 0.1), 0.1);
  for (const measure of [pointing, coverage, (a: number[], b: number[]) => recallAt(a, b, 0.1)]) {
    assert.equal(measure([1, 2], [1, 1]), null);
    assert.equal(measure([1, 2], [0, 0]), null);
    assert.throws(() => measure([1], [1, 0]), RangeError);
    assert.throws(() => measure([NaN, 1], [1, 0]), RangeError);
  }
});
