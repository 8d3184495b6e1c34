import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BEHIND, roomAhead, stepsAhead } from '../../../src-renderer/logic/ahead.ts';

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
