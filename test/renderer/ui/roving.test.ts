import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roveTo } from '../../../src-renderer/ui/roving.ts';

test('arrows move within a row and between rows, and stop at the edges', () => {
  const from = (key: string, at: number): number | null => roveTo(key, at, 6, 3);
  assert.deepEqual(
    ['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp'].map((key) => from(key, 1)),
    [2, 0, 4, null],
  );
  assert.deepEqual(
    ['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp'].map((key) => from(key, 3)),
    [4, null, null, 0],
  );
  assert.equal(from('ArrowRight', 2), null, 'a row does not run over into the next');
  assert.deepEqual(
    ['Home', 'End', 'Enter'].map((key) => from(key, 4)),
    [0, 5, null],
  );
});
