import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deal } from '../../src-shared/kernels/dealing.ts';

test('everybody gets as many as the others, nobody one twice, and a seed deals the same again', () => {
  for (const [count, reviewers, overlap] of [
    [60, 3, 2],
    [61, 4, 2],
    [7, 5, 3],
    [100, 1, 1],
    [1000, 7, 1],
    [50, 4, 4],
  ] as const) {
    for (let seed = 0; seed < 20; seed++) {
      const hands = deal(count, reviewers, overlap, seed);
      assert.equal(hands.length, count);
      for (const hand of hands) assert.equal(new Set(hand).size, overlap);
      const loads = Array.from(
        { length: reviewers },
        (_, who) => hands.filter((hand) => hand.includes(who)).length,
      );
      assert.ok(
        Math.max(...loads) - Math.min(...loads) <= 1,
        `${count} ${reviewers} ${overlap}: ${loads.join()}`,
      );
      assert.deepEqual(deal(count, reviewers, overlap, seed), hands);
    }
  }
});

test('another seed deals otherwise, and every two of four come to share samples', () => {
  assert.notDeepEqual(deal(60, 3, 2, 1), deal(60, 3, 2, 2));
  const pairs = new Set(deal(60, 4, 2, 1).map((hand) => hand.toSorted().join()));
  assert.equal(pairs.size, 6);
});

test('more overlap than reviewers is refused', () => {
  assert.throws(() => deal(5, 2, 3, 1), RangeError);
  assert.throws(() => deal(5, 2, 0, 1), RangeError);
});
