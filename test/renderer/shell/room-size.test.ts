import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOCK_LIMITS, pulled, QUEUE_LIMITS, sizeIn } from '../../../src-renderer/shell/room-size.ts';

test('a part grows by the share its border was moved, within its limits', () => {
  assert.equal(pulled(300, 0.1, 1000, QUEUE_LIMITS), 400);
  assert.equal(pulled(300, -0.5, 1000, QUEUE_LIMITS), QUEUE_LIMITS.least);
  assert.equal(pulled(300, 0.5, 1000, QUEUE_LIMITS), 450);
  // Too small a whole for both limits: the part keeps its least.
  assert.equal(pulled(96, 0.5, 100, DOCK_LIMITS), DOCK_LIMITS.least);
});

test('a size of one’s own is held within the window, none is the window’s', () => {
  assert.equal(sizeIn(0, '18vw', QUEUE_LIMITS, 'vw'), '18vw');
  assert.equal(sizeIn(412, '18vw', QUEUE_LIMITS, 'vw'), 'clamp(200px, 412px, 45vw)');
});
