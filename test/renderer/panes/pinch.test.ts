import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pinch } from '../../../src-renderer/panes/pinch.ts';

test('one finger is no pinch; the second makes one, and it lasts until the last is lifted', () => {
  const pinch = new Pinch();
  assert.equal(pinch.down(1, { x: 0, y: 0 }), false);
  assert.equal(pinch.move(1, { x: 5, y: 0 }), null);
  assert.equal(pinch.down(2, { x: 15, y: 0 }), true);
  assert.equal(pinch.up(2), true);
  assert.ok(pinch.move(1, { x: 6, y: 0 }), 'the finger that stays draws nothing');
  assert.equal(pinch.up(1), true);
  assert.equal(pinch.down(1, { x: 0, y: 0 }), false, 'anew');
  assert.equal(pinch.up(1), false);
});

test('fingers that part scale about their middle, and together they move', () => {
  const pinch = new Pinch();
  pinch.down(1, { x: 0, y: 0 });
  pinch.down(2, { x: 10, y: 0 });
  const apart = pinch.move(2, { x: 20, y: 0 });
  assert.deepEqual(apart, { pan: { x: 5, y: 0 }, zoom: 2, about: { x: 10, y: 0 } });
  pinch.move(1, { x: 0, y: 8 });
  const along = pinch.move(2, { x: 20, y: 8 });
  assert.deepEqual(
    [along?.pan, along?.about],
    [
      { x: 0, y: 4 },
      { x: 10, y: 8 },
    ],
  );
});
