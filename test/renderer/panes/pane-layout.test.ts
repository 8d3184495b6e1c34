import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  borderAt,
  equalShares,
  gridOf,
  leastShare,
  moveBorder,
  PANE_COUNTS,
  placeOf,
  soundShares,
} from '../../../src-renderer/panes/pane-layout.ts';

test('one to six panes: each layout is filled by its panes, none over another', () => {
  assert.deepEqual(PANE_COUNTS, [1, 2, 3, 4, 5, 6]);
  for (const count of PANE_COUNTS) {
    const [rows, cols] = gridOf(count);
    const taken = Array.from({ length: count }, (_, i) => placeOf(count, i)).flatMap((place) =>
      Array.from({ length: place.rows }, (_, down) => (place.row + down) * cols + place.col),
    );
    assert.deepEqual(
      taken.sort((a, b) => a - b),
      Array.from({ length: rows * cols }, (_, i) => i),
      `${count} panes`,
    );
  }
});

test('moving a border gives to one neighbour what it takes from the other', () => {
  const near = (a: readonly number[], b: readonly number[]) =>
    a.forEach((value, i) => assert.ok(Math.abs(value - b[i]!) < 1e-12, `${a.join()} is not ${b.join()}`));
  near(moveBorder([0.25, 0.25, 0.5], 1, 0.1), [0.25, 0.35, 0.4]);
  near(moveBorder([0.5, 0.5], 0, -9), [leastShare(2), 1 - leastShare(2)]);
});

test('however borders are pulled, shares stay sound', () => {
  const pulls = fc.array(
    fc.record({ at: fc.integer({ min: 0, max: 1 }), delta: fc.double({ min: -2, max: 2, noNaN: true }) }),
  );
  fc.assert(
    fc.property(pulls, (list) => {
      let shares: readonly number[] = equalShares(3);
      for (const { at, delta } of list) shares = moveBorder(shares, at, delta);
      assert.equal(soundShares(shares, 3), shares, shares.join());
      assert.ok(borderAt(shares, 0) < borderAt(shares, 1));
    }),
  );
});

test('stored shares that make no sense are made even', () => {
  for (const odd of [undefined, [], [0.5, 0.5], [0.98, 0.01, 0.01], [1, 1, 1]]) {
    assert.deepEqual(soundShares(odd, 3), equalShares(3));
  }
});
