import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History } from '../../../src-renderer/logic/history.ts';

test('undo and redo walk the states; the ends hold', () => {
  const history = new History('a');
  assert.equal(history.undo(), null);
  history.push('b');
  history.push('c');
  assert.equal(history.undo(), 'b');
  assert.equal(history.undo(), 'a');
  assert.equal(history.undo(), null);
  assert.equal(history.redo(), 'b');
  assert.equal(history.current, 'b');
  assert.equal(history.canRedo, true);
});

test('a new state cuts off what had been undone', () => {
  const history = new History(1);
  history.push(2);
  history.undo();
  history.push(3);
  assert.equal(history.redo(), null);
  assert.equal(history.undo(), 1);
});
