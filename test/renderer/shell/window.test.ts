import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moveInList, scrollToRow, visibleRows } from '../../../src-renderer/shell/list/window.ts';

test('draws what is visible and a little more, whatever the length', () => {
  assert.deepEqual(visibleRows(0, 440, 44, 100_000), { first: 0, end: 16 });
  assert.deepEqual(visibleRows(4_399_560, 440, 44, 100_000), { first: 99_984, end: 100_000 });
  assert.deepEqual(visibleRows(0, 440, 44, 3), { first: 0, end: 3 });
  assert.deepEqual(visibleRows(900, 440, 44, 0), { first: 0, end: 0 });
});

test('keys of a list lead to rows that are there', () => {
  assert.equal(moveInList('ArrowDown', 3, 9, 100), 4);
  assert.equal(moveInList('ArrowUp', 0, 9, 100), 0);
  assert.equal(moveInList('PageDown', 95, 9, 100), 99);
  assert.equal(moveInList('Home', 50, 9, 100), 0);
  assert.equal(moveInList('End', 50, 9, 100), 99);
  assert.equal(moveInList('x', 50, 9, 100), null);
  assert.equal(moveInList('End', 0, 9, 0), null, 'an empty list');
});

test('scrolls as little as it can to show a row', () => {
  assert.equal(scrollToRow(5, 0, 440, 44, 100), 0);
  assert.equal(scrollToRow(20, 0, 440, 44, 100), 22 * 44 - 440);
  assert.equal(scrollToRow(2, 500, 440, 44, 100), 44);
  assert.equal(scrollToRow(99, 0, 440, 44, 100), 100 * 44 - 440);
});
