import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellUnder, outlineUnder } from '../../../src-renderer/canvas/hover.ts';

// A 100×50 picture: on a 4×4 square, and on a 2×5 grid of its own.
const square = { grid: [4, 4], transform: { scaleX: 0.04, scaleY: 0.04, offsetX: 0, offsetY: 1 } } as const;
const native = { grid: [2, 5], transform: { scaleX: 0.05, scaleY: 0.04, offsetX: 0, offsetY: 0 } } as const;

test('one pointer is another cell in every grid', () => {
  const pointer = { x: 90, y: 30 };
  assert.equal(cellUnder(square, pointer), 2 * 4 + 3);
  assert.equal(cellUnder(native, pointer), 1 * 5 + 4);
  // Padding of the square: no cell of the picture.
  assert.equal(cellUnder(square, { x: 90, y: -10 }), 3);
  assert.equal(cellUnder(native, { x: 90, y: -10 }), null);
  assert.equal(cellUnder(null, pointer), null);
  assert.equal(cellUnder(native, null), null);
});

test('the outline lies where its grid lies', () => {
  const found = outlineUnder(native, { x: 90, y: 30 }, 0);
  assert.ok(found);
  assert.deepEqual(
    [found.at.rect.width, found.at.rect.height, found.at.rows, found.at.cols],
    [100, 50, 2, 5],
  );
  const xs = found.lines.filter((_, i) => i % 2 === 0);
  assert.deepEqual([Math.min(...xs), Math.max(...xs)], [4, 5]);
  assert.equal(outlineUnder(square, { x: 90, y: 30 }, 0)?.at.rect.y, -25);
  const brush = outlineUnder(square, { x: 40, y: 20 }, 3)!.lines.filter((_, i) => i % 2 === 0);
  assert.deepEqual([Math.min(...brush), Math.max(...brush)], [0, 3]);
  assert.equal(outlineUnder(native, { x: 101, y: 30 }, 0), null);
});
