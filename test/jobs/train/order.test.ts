/** The order of samples: each once an epoch, in other orders, and the same from any step on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrainingOrder } from '../../../src-main/jobs/train/order.ts';

test('every sample comes once an epoch, in another order each, across the steps', () => {
  const order = new TrainingOrder(10, { seed: 5, batch: 4 });
  const all = Array.from({ length: 5 }, (_, step) => order.batchOf(step)).flat();
  const [first, second] = [all.slice(0, 10), all.slice(10)];
  const sorted = (some: number[]) => [...some].sort((a, b) => a - b);
  assert.deepEqual(sorted(first), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(sorted(second), sorted(first));
  assert.notDeepEqual(first, second);
});

test('a step is the same whether or not those before it were asked for', () => {
  const settings = { seed: 9, batch: 3 };
  const from = new TrainingOrder(7, settings);
  const all = Array.from({ length: 20 }, (_, step) => from.batchOf(step));
  for (const step of [19, 4, 5, 0, 12]) {
    assert.deepEqual(new TrainingOrder(7, settings).batchOf(step), all[step]);
    assert.deepEqual(from.batchOf(step), all[step]);
  }
  assert.notDeepEqual(new TrainingOrder(7, { ...settings, seed: 10 }).batchOf(0), all[0]);
});
