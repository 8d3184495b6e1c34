/** Pictures that are not: one line each, nothing decoded that need not be. An honest large photo works. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { squareImage } from '../../../src-main/checkpoint/image/clip-processor.ts';
import { decodeImage, readImageSize } from '../../../src-main/checkpoint/image/decode.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const good = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../golden/image/${name}`, import.meta.url)));

function png(width: number, height: number, depth: number, colour: number, raw: Uint8Array): Buffer {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([depth, colour, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', new Uint8Array()),
  ]);
}

test('bad pictures are refused by code', async (t) => {
  const dir = temporaryDir(t);
  const photo = good('photo-420.jpg');
  const flipped = Buffer.from(good('rgb.png'));
  flipped.fill(0x5a, 200, 400);
  const cases: Record<string, [Uint8Array, string]> = {
    'empty.jpg': [new Uint8Array(), 'bad_image'],
    'text.png': [Buffer.from('this is not a picture\n'), 'bad_image'],
    'truncated.jpg': [photo.subarray(0, photo.length / 2), 'bad_image'],
    'truncated.png': [good('rgb.png').subarray(0, 3000), 'bad_image'],
    'header-only.jpg': [photo.subarray(0, 30), 'bad_image'],
    'corrupt.png': [flipped, 'bad_image'],
    'drawing.svg': [
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      'bad_image',
    ],
    'bomb.png': [png(60_000, 60_000, 8, 2, new Uint8Array(1000)), 'image_too_large'],
  };
  for (const [name, [bytes, code]] of Object.entries(cases)) {
    const path = join(dir, name);
    writeFileSync(path, bytes);
    await assert.rejects(decodeImage(path), { code, where: path }, name);
  }
  await assert.rejects(readImageSize(join(dir, 'bomb.png')), { code: 'image_too_large' });
  await assert.rejects(decodeImage(join(dir, 'nowhere.png')), { code: 'not_found' });
  mkdirSync(join(dir, 'folder.png'));
  await assert.rejects(decodeImage(join(dir, 'folder.png')), { code: 'bad_image' });
});

test('16-bit colours keep the high byte; 16-bit grey is clipped, as in Pillow', async (t) => {
  const dir = temporaryDir(t);
  writeFileSync(join(dir, 'grey16.png'), png(2, 1, 16, 0, Uint8Array.of(0, 0x00, 0x34, 0xab, 0xcd)));
  assert.deepEqual([...(await decodeImage(join(dir, 'grey16.png'))).data], [0x34, 0x34, 0x34, 255, 255, 255]);
  writeFileSync(join(dir, 'rgb16.png'), png(1, 1, 16, 2, Uint8Array.of(0, 1, 255, 128, 0, 254, 127)));
  assert.deepEqual([...(await decodeImage(join(dir, 'rgb16.png'))).data], [1, 128, 254]);
});

test('a picture replaced under its name is read anew', async (t) => {
  const path = join(temporaryDir(t), 'same-name.png');
  for (const value of [10, 200]) {
    writeFileSync(path, png(1, 1, 8, 0, Uint8Array.of(0, value)));
    assert.deepEqual([...(await decodeImage(path)).data], [value, value, value]);
  }
});

test('an honest 50-megapixel photo becomes a square', async (t) => {
  const path = join(temporaryDir(t), 'large.jpg');
  const [width, height] = [8660, 5774];
  await sharp({ create: { width, height, channels: 3, background: { r: 200, g: 100, b: 50 } } })
    .jpeg()
    .toFile(path);
  assert.deepEqual(await readImageSize(path), [width, height]);
  const square = squareImage(await decodeImage(path), {
    side: 28,
    geometry: 'pad',
    rescaleFactor: 1 / 255,
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [1, 1, 1],
  });
  assert.deepEqual([...square.subarray(0, 3)], [122, 116, 104]);
  assert.deepEqual([...square.subarray((14 * 28 + 14) * 3, (14 * 28 + 14) * 3 + 3)], [200, 100, 50]);
});
