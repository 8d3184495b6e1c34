import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mropePositions, mropeTables } from '../../models/architectures/mrope.ts';
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

test('where the three numbers agree, the tables are ordinary rotary tables', () => {
  const { axes } = mropePositions(3, [{ count: 4 }]);
  const plain = ropeTables(3, 4, 16, 1e6);
  const tables = mropeTables(axes, 16, 1e6, [2, 3, 3]);
  assertClose(tables.cos, plain.cos, 0);
  assertClose(tables.sin, plain.sin, 0);
});
