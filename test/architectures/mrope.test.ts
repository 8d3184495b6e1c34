import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mropePositions, mropeTables, spread } from '../../models/architectures/mrope.ts';
import { ropeTables } from '../../models/architectures/rope.ts';
import { assertClose } from '../support/numbers.ts';

const rows = (axes: readonly Float32Array[]): number[][] => axes.map((axis) => [...axis]);

test('text counts on, a picture spreads over rows and columns, and text goes on after its longer side', () => {
  const { axes, next } = mropePositions(5, [{ count: 2 }, { count: 6, grid: [2, 3] }, { count: 1 }]);
  assert.deepEqual(rows(axes), [
    [5, 6, 7, 7, 7, 7, 7, 7, 10],
    [5, 6, 7, 7, 7, 8, 8, 8, 10],
    [5, 6, 7, 8, 9, 7, 8, 9, 10],
  ]);
  assert.deepEqual([...next], [6, 7, 10, 10, 10, 10, 10, 10, 11]);
});

test('tokens left out of a crop leave the positions of the others as they were', () => {
  const { axes, next } = mropePositions(0, [
    { count: 2, grid: [4, 2], keep: Uint32Array.of(1, 6) },
    { count: 1 },
  ]);
  assert.deepEqual(rows(axes), [
    [0, 0, 4],
    [0, 3, 4],
    [1, 0, 4],
  ]);
  assert.deepEqual([...next], [4, 4, 5]);
});

test('a crop may lie inside the rows and columns of another picture, as fractions; its time and what follows stay', () => {
  const over = { rows: [3, 4], columns: [3, 5] } as const;
  const crop = { count: 6, grid: [3, 2] as const };
  const own = mropePositions(10, [{ count: 1 }, crop, { count: 2 }]);
  const inside = mropePositions(10, [{ count: 1 }, { ...crop, over }, { count: 2 }]);
  assert.deepEqual([...inside.axes[1].subarray(1, 7)], [3, 3, 3.5, 3.5, 4, 4]);
  assert.deepEqual([...inside.axes[2].subarray(1, 7)], [3, 5, 3, 5, 3, 5]);
  assert.deepEqual(inside.axes[0], own.axes[0]);
  assert.deepEqual(inside.next, own.next);
  for (const axis of [1, 2] as const) {
    assert.deepEqual([...inside.axes[axis]].slice(7), [...own.axes[axis]].slice(7));
  }
  const kept = mropePositions(0, [{ count: 2, grid: [3, 2], keep: Uint32Array.of(1, 4), over }]);
  assert.deepEqual(rows(kept.axes), [
    [0, 0],
    [3, 4],
    [5, 3],
  ]);
});

test('numbers are spread as float32 from both ends; one number is the first', () => {
  assert.deepEqual([...spread(7, 9, 1)], [7]);
  assert.deepEqual([...spread(7, 7, 3)], [7, 7, 7]);
  assert.deepEqual([...spread(2, 3, 4)], [2, 2.3333332538604736, 2.6666667461395264, 3]);
});

test('where the three numbers agree, the tables are ordinary rotary tables', () => {
  const { axes } = mropePositions(3, [{ count: 4 }]);
  const plain = ropeTables(3, 4, 16, 1e6);
  const tables = mropeTables(axes, 16, 1e6, [2, 3, 3]);
  assertClose(tables.cos, plain.cos, 0);
  assertClose(tables.sin, plain.sin, 0);
});
