import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditSize, wrongAtMost } from '../../../src-shared/kernels/measures/audit.ts';
import { seededRandom } from '../../support/random.ts';

test('none wrong of the audit size means at most the target', () => {
  for (const [target, size] of [
    [0.1, 30],
    [0.05, 60],
    [0.02, 150],
    [0.01, 300],
  ] as const) {
    assert.equal(auditSize(1e6, target), size);
    const bound = wrongAtMost(0, size, 1e6);
    assert.ok(bound <= target && bound > target * 0.9, `${bound} for ${target}`);
  }
  assert.equal(auditSize(12, 0.1), 12);
  assert.equal(wrongAtMost(0, 12, 12), 0, 'all were looked at');
  assert.equal(wrongAtMost(3, 12, 12), 0.25);
  assert.equal(wrongAtMost(0, 0, 12), 1);
  assert.throws(() => auditSize(10, 0), RangeError);
});

test('at the bound so few wrong ones are a 1 in 20 chance (Clopper and Pearson)', () => {
  for (const [k, n] of [
    [0, 30],
    [1, 30],
    [2, 60],
    [5, 100],
    [10, 300],
  ] as const) {
    const share = wrongAtMost(k, n, 1e9);
    let chance = 0;
    for (let i = 0, ways = 1; i <= k; ways = (ways * (n - i)) / ++i)
      chance += ways * share ** i * (1 - share) ** (n - i);
    assert.ok(Math.abs(chance - 0.05) < 1e-9, `${k} of ${n}: ${chance}`);
  }
});

test('the bound holds in at least 95 of 100 audits drawn without replacement', () => {
  const random = seededRandom(5);
  for (const wrongs of [20, 50, 120]) {
    let held = 0;
    for (let round = 0; round < 1000; round++) {
      let left = 500;
      let leftWrong = wrongs;
      let found = 0;
      for (let i = 0; i < 60; i++) {
        if (random() * left < leftWrong) {
          found++;
          leftWrong--;
        }
        left--;
      }
      if (wrongAtMost(found, 60, 500) >= wrongs / 500) held++;
    }
    assert.ok(held / 1000 >= 0.95, `${wrongs} wrong of 500: held ${held} of 1000`);
  }
});
