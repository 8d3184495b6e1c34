import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { openPicture } from '../../../src-main/checkpoint/image/picture-file.ts';
import { QUICK_BYTES, quickSize } from '../../../src-main/checkpoint/image/quick-size.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { seededRandom } from '../../support/random.ts';

const scene = (channels: 3 | 4 = 3) =>
  sharp({ create: { width: 37, height: 21, channels, background: { r: 90, g: 40, b: 20, alpha: 0.5 } } });

/** Kinds that are read from their first bytes alone, by name. */
const PLAIN: Readonly<Record<string, () => Sharp>> = {
  'rgb.png': () => scene().png(),
  'alpha.png': () => scene(4).png(),
  'grey.png': () => scene().greyscale().png(),
  'palette.png': () => scene().png({ palette: true, colours: 4 }),
  'interlaced.png': () => scene().png({ progressive: true }),
  'deep.png': () => scene().toColourspace('rgb16').png(),
  'baseline.jpg': () => scene().jpeg(),
  'progressive.jpg': () => scene().jpeg({ progressive: true }),
  'grey.jpg': () => scene().greyscale().jpeg(),
  'turned.jpg': () => scene().withMetadata({ orientation: 6 }).jpeg(),
};
const OTHERS: Readonly<Record<string, () => Sharp>> = {
  'a.webp': () => scene().webp(),
  'a.gif': () => scene().gif(),
  'a.tiff': () => scene().tiff(),
  'cmyk.jpg': () => scene().toColourspace('cmyk').jpeg(),
};

test('the size out of the first bytes is the one that the decoder reads', async () => {
  for (const [name, make] of Object.entries(PLAIN))
    assert.deepEqual(quickSize(await make().toBuffer()), [37, 21], name);
  for (const [name, make] of Object.entries(OTHERS))
    assert.equal(quickSize(await make().toBuffer()), null, name);
});

test('a damaged header is never taken where the decoder refuses it', async (t) => {
  const file = join(temporaryDir(t), 'picture');
  const random = seededRandom(9);
  let taken = 0;
  for (const [name, make] of Object.entries(PLAIN)) {
    const whole = await make().toBuffer();
    for (let n = 0; n < 40; n++) {
      const bytes = Buffer.from(whole);
      const header = Math.min(bytes.length, 700);
      if (n % 2)
        for (let i = 0; i < 2; i++) bytes[Math.floor(random() * header)] = Math.floor(random() * 256);
      const cut = n % 2 ? bytes : bytes.subarray(0, Math.floor(random() * header));
      const size = quickSize(cut.subarray(0, QUICK_BYTES));
      if (size === null) continue;
      taken++;
      writeFileSync(file, cut);
      const { width, height } = await openPicture(file);
      assert.deepEqual(size, [width, height], `${name}, try ${n}`);
    }
  }
  assert.ok(taken > 20);
});
