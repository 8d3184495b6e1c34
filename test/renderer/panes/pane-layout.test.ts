import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Size } from '../../../src-renderer/canvas/viewport.ts';
import {
  borderAt,
  borderSpan,
  equalShares,
  gridFor,
  gridsOf,
  leastShare,
  moveBorder,
  PANE_COUNTS,
  pictureArea,
  shareKey,
  soundShares,
  type PaneCount,
} from '../../../src-renderer/panes/pane-layout.ts';

test('one to six panes: each grid is filled by its panes, none over another, none empty', () => {
  assert.deepEqual(PANE_COUNTS, [1, 2, 3, 4, 5, 6]);
  for (const count of PANE_COUNTS) {
    for (const { rows, cols, places } of gridsOf(count)) {
      assert.equal(places.length, count);
      const taken = places.flatMap((place) =>
        Array.from({ length: place.rows }, (_, down) =>
          Array.from({ length: place.cols }, (_, on) => (place.row + down) * cols + place.col + on),
        ).flat(),
      );
      assert.deepEqual(
        taken.sort((a, b) => a - b),
        Array.from({ length: rows * cols }, (_, i) => i),
        `${count} panes, ${rows} × ${cols}`,
      );
    }
  }
});

const kindOf = (count: PaneCount, picture: Size, room: Size) => {
  const { rows, cols } = gridFor(count, 'auto', picture, room);
  return `${rows}x${cols}`;
};

test('wide pictures stand below each other, tall ones beside each other', () => {
  const room = { width: 1200, height: 700 };
  assert.equal(kindOf(2, { width: 1600, height: 400 }, room), '2x1');
  assert.equal(kindOf(2, { width: 400, height: 1600 }, room), '1x2');
  assert.equal(kindOf(3, { width: 3000, height: 400 }, room), '3x1');
  assert.equal(kindOf(3, { width: 640, height: 480 }, room), '1x3');
  assert.equal(kindOf(4, { width: 3000, height: 300 }, room), '4x1');
  assert.equal(kindOf(4, { width: 640, height: 480 }, room), '2x2');
  assert.equal(kindOf(4, { width: 300, height: 1600 }, room), '1x4');
  assert.equal(kindOf(6, { width: 300, height: 1600 }, room), '1x6');
});

test('no other grid shows much more of the picture than the one that is chosen', () => {
  const side = fc.integer({ min: 100, max: 4000 });
  const size = fc.record({ width: side, height: side });
  fc.assert(
    fc.property(fc.constantFrom(...PANE_COUNTS), size, size, (count, picture, room) => {
      const chosen = pictureArea(gridFor(count, 'auto', picture, room), picture, room);
      for (const grid of gridsOf(count)) assert.ok(pictureArea(grid, picture, room) <= chosen * 1.15 + 1e-6);
    }),
  );
});

test('a person’s own arrangement wins, and where a count does not have it the usual one stays', () => {
  const [wide, room] = [
    { width: 3000, height: 300 },
    { width: 1200, height: 700 },
  ];
  assert.equal(gridFor(3, 'row', wide, room).kind, 'row');
  assert.equal(gridFor(3, 'column', { width: 300, height: 3000 }, room).kind, 'column');
  assert.equal(gridFor(1, 'grid', wide, room).places.length, 1);
  assert.equal(gridFor(4, 'auto', null, null), gridsOf(4)[0]);
});

test('a border goes where no pane lies across it', () => {
  const [first, second] = gridsOf(5);
  assert.deepEqual(borderSpan(first!, 'rows', 0), [1, 3]);
  assert.deepEqual(borderSpan(first!, 'cols', 0), [0, 2]);
  assert.deepEqual(borderSpan(second!, 'cols', 0), [1, 3]);
  assert.deepEqual(borderSpan(gridsOf(3)[2]!, 'cols', 0), [0, 1]);
});

test('grids keep their shares apart; the usual one of a count has the count’s', () => {
  for (const count of PANE_COUNTS) {
    const keys = gridsOf(count).map((grid) => shareKey(count, grid));
    assert.equal(keys[0], String(count));
    assert.equal(new Set(keys).size, keys.length);
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
