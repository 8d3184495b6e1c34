import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BRUSH_SIZES, brushCells, paint, stepBrush } from '../../../src-renderer/canvas/brush.ts';
import { outline } from '../../../src-renderer/canvas/contour.ts';

const sorted = (cells: number[]) => cells.sort((a, b) => a - b);

test('the smallest brush paints the token under the pointer', () => {
  assert.deepEqual(brushCells([4, 5], { x: 2.99, y: 1.01 }, { x: 2.99, y: 1.01 }, 1), [7]);
});

test('a quick drag leaves no gaps', () => {
  assert.deepEqual(
    sorted(brushCells([1, 10], { x: 0.5, y: 0.5 }, { x: 9.5, y: 0.5 }, 1)),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  const diagonal = brushCells([8, 8], { x: 0.5, y: 0.5 }, { x: 7.5, y: 7.5 }, 1);
  for (let i = 0; i < 8; i++) assert.ok(diagonal.includes(i * 9));
});

test('brushes snap to the grid, keep their shape and stay inside', () => {
  assert.deepEqual(
    sorted(brushCells([3, 3], { x: 1.5, y: 1.5 }, { x: 1.5, y: 1.5 }, 3)),
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
  );
  assert.deepEqual(sorted(brushCells([5, 5], { x: 2.4, y: 2.6 }, { x: 2.4, y: 2.6 }, 2)), [11, 12, 16, 17]);
  assert.deepEqual(sorted(brushCells([3, 3], { x: 0.5, y: 0.5 }, { x: 0.5, y: 0.5 }, 3)), [0, 1, 3, 4]);
  assert.deepEqual(brushCells([3, 3], { x: -8, y: 1 }, { x: -6, y: 1 }, 3), []);
});

test('painting counts what really changed', () => {
  const label = Int8Array.of(0, 1, -100, 0);
  assert.equal(paint(label, [0, 1, 2], 1), 2);
  assert.deepEqual([...label], [1, 1, 1, 0]);
});

test('brush sizes step and stop at the ends', () => {
  assert.equal(stepBrush(1, -1), 1);
  assert.equal(stepBrush(3, 1), 5);
  const most = BRUSH_SIZES.at(-1)!;
  assert.equal(stepBrush(most, 1), most);
});

test('the outline of a region joins runs and goes round holes', () => {
  const label = [1, 1, 0, 1, 1, 0];
  assert.deepEqual(outline(label, [2, 3], 1), [0, 0, 2, 0, 0, 2, 2, 2, 0, 0, 0, 2, 2, 0, 2, 2]);
  assert.deepEqual(outline([0, 0], [1, 2], 1), []);
});
