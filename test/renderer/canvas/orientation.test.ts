import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { withoutOrientation } from '../../../src-renderer/canvas/orientation.ts';

/** A 4×2 picture marked to be turned by a quarter. */
function turned() {
  return sharp({ create: { width: 4, height: 2, channels: 3, background: 'red' } }).withMetadata({
    orientation: 6,
  });
}

for (const format of ['jpeg', 'png', 'webp'] as const) {
  test(`${format}: the orientation goes, the picture stays`, async () => {
    const file = Uint8Array.from(await turned().toFormat(format, { lossless: true }).toBuffer());
    assert.equal((await sharp(file).metadata()).orientation, 6);
    const plain = withoutOrientation(file);
    const { orientation, width, height } = await sharp(plain).metadata();
    assert.deepEqual([orientation ?? 1, width, height], [1, 4, 2]);
    const pixels = (bytes: Uint8Array) => sharp(bytes).raw().toBuffer();
    assert.deepEqual(await pixels(plain), await pixels(file));
  });
}

test('what is no such picture stays as it is', () => {
  for (const bytes of [
    Uint8Array.of(),
    Uint8Array.of(1, 2, 3),
    Uint8Array.of(0xff, 0xd8, 0xff, 0xe1, 0xff),
  ]) {
    assert.deepEqual(withoutOrientation(bytes), bytes);
  }
});
