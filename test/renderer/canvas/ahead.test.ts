import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BEHIND, roomAhead, stepsAhead, toDrop } from '../../../src-renderer/canvas/ahead.ts';

test('fetches twenty small pictures ahead, few large ones, and some when nothing is known', () => {
  assert.equal(roomAhead(448 * 448 * 4), 20);
  assert.equal(roomAhead(4096 * 4096 * 4), 3);
  assert.equal(roomAhead(0), 3);
  const bytes = 3000 * 2000 * 4;
  assert.ok((roomAhead(bytes) + BEHIND) * bytes <= 400e6);
  assert.ok(roomAhead(bytes) > 3);
});

test('the next samples come first, one of the way back among them', () => {
  assert.deepEqual(stepsAhead(5), [1, 2, 3, -1, 4, 5]);
});

test('what is near stays however long ago it was fetched; of the rest the oldest goes', () => {
  assert.deepEqual(toDrop([1, 2, 3, 4], new Set([1, 2]), 4), []);
  assert.deepEqual(toDrop([1, 2, 3, 4, 5], new Set([1, 2]), 4), [3]);
  assert.deepEqual(toDrop([1, 2, 3], new Set([1, 2, 3]), 2), [], 'more than fit are near');
  assert.deepEqual(toDrop([5, 1], new Set(), 0), [5, 1]);
});

test('whoever goes on and on has every sample fetched once', () => {
  const here = new Map<number, true>();
  const fetched: number[] = [];
  const fetch = (id: number, near: ReadonlySet<number>): void => {
    if (here.has(id)) return;
    fetched.push(id);
    here.set(id, true);
    for (const one of toDrop([...here.keys()], near, 20 + BEHIND)) here.delete(one);
  };
  for (let shown = 1; shown <= 200; shown++) {
    fetch(shown, new Set());
    // Shown is used: it counts as new.
    here.delete(shown);
    here.set(shown, true);
    const near = stepsAhead(20)
      .map((step) => shown + step)
      .filter((id) => id > 0);
    for (const id of near) fetch(id, new Set(near));
  }
  assert.deepEqual(
    [...fetched].sort((a, b) => a - b),
    Array.from({ length: 220 }, (_, i) => i + 1),
  );
});
