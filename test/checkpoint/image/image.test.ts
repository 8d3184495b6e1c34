/** Pictures and their squares equal Pillow's to the last bit. Goldens: test/golden/image (make.py regenerates them). */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { cropImage, normalise, squareImage } from '../../../src-main/checkpoint/image/clip-processor.ts';
import { decodeImage, readImageSize } from '../../../src-main/checkpoint/image/decode.ts';
import type { PreprocessorConfig } from '../../../src-main/checkpoint/preprocessor.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';

interface Golden {
  size: [number, number];
  rgb: string;
  pad: Record<string, string>;
  centre: Record<string, string>;
  crops: { box: SourceXyxy; side: number; sha256: string }[];
}
const at = (name: string) => fileURLToPath(new URL(`../../golden/image/${name}`, import.meta.url));
const golden = JSON.parse(readFileSync(at('golden.json'), 'utf8')) as { files: Record<string, Golden> };
const sha = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
const clip = (side: number, geometry: 'pad' | 'center_crop'): PreprocessorConfig => ({
  side,
  geometry,
  rescaleFactor: 1 / 255,
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
});

for (const [name, want] of Object.entries(golden.files)) {
  test(`${name} equals Pillow's pixels, squares and crops`, async () => {
    assert.deepEqual(await readImageSize(at(name)), want.size);
    const image = await decodeImage(at(name));
    assert.deepEqual([image.width, image.height], want.size);
    assert.equal(sha(image.data), want.rgb, 'convert("RGB")');
    for (const [side, hash] of Object.entries(want.pad)) {
      assert.equal(sha(squareImage(image, clip(Number(side), 'pad'))), hash, `pad to ${side}`);
    }
    for (const [side, hash] of Object.entries(want.centre)) {
      assert.equal(
        sha(squareImage(image, clip(Number(side), 'center_crop'))),
        hash,
        `centre crop to ${side}`,
      );
    }
    for (const { box, side, sha256 } of want.crops) {
      assert.equal(sha(cropImage(image, box, side)), sha256, `crop ${box.join()} to ${side}`);
    }
  });
}

test('normalised values are float32 (v/255 − mean) / std, channel by channel', () => {
  const config = clip(1, 'pad');
  const [r, g, b] = normalise(Uint8Array.of(0, 128, 255), config);
  assert.ok(Math.abs(r - (0 - 0.48145466) / 0.26862954) < 1e-6);
  assert.ok(Math.abs(g - (128 / 255 - 0.4578275) / 0.26130258) < 1e-6);
  assert.ok(Math.abs(b - (1 - 0.40821073) / 0.27577711) < 1e-6);
});
