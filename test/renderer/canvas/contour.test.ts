import assert from 'node:assert/strict';
import { test } from 'node:test';
import { innerLines, outline } from '../../../src-renderer/canvas/contour.ts';

test('a value that fills the grid has an outline and no inner line', () => {
  const lines = outline([0, 0, 0, 0, 0, 0], [2, 3], 0);
  assert.equal(lines.length, 16);
  assert.deepEqual(innerLines(lines, [2, 3]), []);
});

test('inner lines are those between two cells', () => {
  // One foreground cell in a corner: two of its sides face background, two the border.
  const lines = innerLines(outline([1, 0, 0, 0], [2, 2], 0), [2, 2]);
  assert.deepEqual(lines, [0, 1, 1, 1, 1, 0, 1, 1]);
});
