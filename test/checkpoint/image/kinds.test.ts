/**
 * Every kind of picture that a format can store gives Pillow's pixels or is refused by name. Goldens:
 * test/golden/image/kinds (make.py makes files and hashes anew, with Pillow and transformers).
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import sharp from 'sharp';
import { decodeImage, readImageSize } from '../../../src-main/checkpoint/image/decode.ts';
import { makeThumbnail } from '../../../src-main/checkpoint/image/thumbnail.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { PictureRules } from '../../../src-shared/contract/preset.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

interface Outcome {
  readonly size: [number, number];
  readonly sha256: string;
}
type Way = 'rgb' | 'turned' | 'white';
const at = (name: string) => fileURLToPath(new URL(`../../golden/image/kinds/${name}`, import.meta.url));
const golden = JSON.parse(readFileSync(at('golden.json'), 'utf8')) as {
  files: Record<string, Record<Way, Outcome | null>>;
  refused: Record<string, Outcome | null>;
};
const sha = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
const RULES: Record<Way, PictureRules> = {
  rgb: { exif: 'stored', alpha: 'dropped' },
  turned: { exif: 'turned', alpha: 'dropped' },
  white: { exif: 'stored', alpha: 'white' },
};
/** Where Pillow compares a transparent colour of one depth with pixels of another. */
const NOT_ON_WHITE = ['png-grey-16-key.png', 'png-grey-2-key.png'];

for (const [name, ways] of Object.entries(golden.files)) {
  test(`${name}: Pillow's pixels, turned and on white too`, async () => {
    assert.deepEqual(await readImageSize(at(name)), ways.rgb?.size);
    for (const [way, want] of Object.entries(ways) as [Way, Outcome | null][]) {
      if (way === 'white' && NOT_ON_WHITE.includes(name)) {
        await assert.rejects(decodeImage(at(name), RULES.white), {
          code: 'bad_image',
          message: /transparent colour/,
        });
        continue;
      }
      const image = await decodeImage(at(name), RULES[way]);
      assert.deepEqual([image.width, image.height], want?.size, way);
      assert.equal(sha(image.data), want?.sha256, way);
      if (way === 'rgb') assert.equal(image.turned, 1);
    }
  });
}

for (const name of Object.keys(golden.refused)) {
  test(`${name} is refused by name, at import already`, async () => {
    const named = { code: 'bad_image', message: /the picture is not read: .*(TIFF|AVIF)/ };
    await assert.rejects(readImageSize(at(name)), named);
    await assert.rejects(decodeImage(at(name)), named);
  });
}

test('cut anywhere, a picture is refused or read whole, and nothing else is thrown', async (t) => {
  const dir = temporaryDir(t);
  for (const name of [
    'avif-alpha.avif',
    'gif-small-frame-local.gif',
    'tif-palette.tif',
    'tif-turned-6.tif',
  ]) {
    const whole = readFileSync(at(name));
    for (let length = 1; length < whole.length; length += Math.max(1, whole.length >> 6)) {
      const path = join(dir, name);
      writeFileSync(path, whole.subarray(0, length));
      await decodeImage(path, RULES.white).catch((error: unknown) => {
        assert.ok(
          error instanceof FoveaError && error.code !== 'internal',
          `${name} cut to ${length}: ${String(error)}`,
        );
      });
    }
  }
});

test('thumbnails show what the model sees: hidden colours, stored orientation, clipped greys', async () => {
  for (const name of [
    'gif-small-frame-local.gif',
    'png-grey-16.png',
    'tif-turned-6.tif',
    'avif-turned-6.avif',
    'webp-lossless-alpha.webp',
    'png-palette-alpha.png',
  ]) {
    const { width, height, data } = await decodeImage(at(name));
    const { data: shown, info } = await sharp(await makeThumbnail(at(name), 128))
      .raw()
      .toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height, info.channels], [width, height, 3], name);
    const mean = data.reduce((sum, value, i) => sum + Math.abs(value - shown[i]), 0) / data.length;
    // WebP is lossy and these are noise; a hidden colour shown black would be some hundred levels away.
    assert.ok(mean < 40, `${name}: ${mean}`);
  }
});
