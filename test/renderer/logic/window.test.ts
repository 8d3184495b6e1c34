import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scrollToRow, visibleRows } from '../../../src-renderer/logic/window.ts';

test('draws what is visible and a little more, whatever the length', () => {
  assert.deepEqual(visibleRows(0, 440, 44, 100_000), { first: 0, end: 16 });
  assert.deepEqual(visibleRows(4_399_560, 440, 44, 100_000), { first: 99_984, end: 100_000 });
  assert.deepEqual(visibleRows(0, 440, 44, 3), { first: 0, end: 3 });
  assert.deepEqual(visibleRows(900, 440, 44, 0), { first: 0, end: 0 });
});

test('scrolls as little as it can to show a row', () => {
  assert.equal(scrollToRow(5, 0, 440, 44, 100), 0);
  assert.equal(scrollToRow(20, 0, 440, 44, 100), 22 * 44 - 440);
  assert.equal(scrollToRow(2, 500, 440, 44, 100), 44);
  assert.equal(scrollToRow(99, 0, 440, 44, 100), 100 * 44 - 440);
});
