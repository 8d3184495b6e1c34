/** A page asks for its pictures as soon as it is let in, before the host has worked out the key it asks with. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pictureKeys } from '../../../src-main/app/browser/picture-keys.ts';
import { pictureKeyOf } from '../../../src-shared/rpc/handshake.ts';

test('a key is good from when its session came in, and no other is', async () => {
  const known = await pictureKeyOf('secret');
  const keys = pictureKeys();
  assert.equal(await keys.has(known), false);
  keys.add('secret');
  assert.deepEqual(await Promise.all([keys.has(known), keys.has('another'), keys.has(null)]), [
    true,
    false,
    false,
  ]);
});
