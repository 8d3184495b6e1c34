/** Seeded chance: the same again, spread evenly, every order possible. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded, shuffled } from '../../src-shared/kernels/seeded.ts';

test('a seed gives the same numbers again, another seed others, all in [0, 1)', () => {
  const some = (seed: number) => Array.from({ length: 1000 }, seeded(seed));
  assert.deepEqual(some(7), some(7));
  assert.notDeepEqual(some(7), some(8));
  for (const value of some(7)) assert.ok(value >= 0 && value < 1);
  const mean = some(7).reduce((a, b) => a + b, 0) / 1000;
  assert.ok(Math.abs(mean - 0.5) < 0.03, `mean ${mean}`);
});

test('an order holds every number once, and over many seeds every order of three comes alike often', () => {
  assert.deepEqual(
    [...shuffled(100, 3)].sort((a, b) => a - b),
    Array.from({ length: 100 }, (_, i) => i),
  );
  const times = new Map<string, number>();
  for (let seed = 0; seed < 6000; seed++) {
    const order = shuffled(3, seed).join('');
    times.set(order, (times.get(order) ?? 0) + 1);
  }
  assert.equal(times.size, 6);
  for (const [order, count] of times) assert.ok(Math.abs(count - 1000) < 150, `${order}: ${count}`);
});
