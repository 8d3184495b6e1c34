/** Every kind of picture that is read: the pixels Chromium makes of what the host sends are those that the model gets. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { z } from 'zod';
import { decodeImage, type RgbImage } from '../../src-main/checkpoint/image/decode.ts';
import { ensureImage } from '../../src-main/store/pictures/image.ts';
import { createProject } from '../../src-main/store/file/project.ts';
import { ensureRoot } from '../../src-main/store/pictures/root.ts';
import { addSample } from '../../src-main/store/samples/sample.ts';
import { withoutOrientation } from '../../src-renderer/canvas/orientation.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { ReviewPage } from './support/review-page.ts';

const golden = fileURLToPath(new URL('../golden/image/kinds/', import.meta.url));
/** Lossy kinds come from Chromium's own decoder where it shows them itself; PNG, also made by the host, is exact. */
const TOLERANCE = { mean: 2, exact: ['.png', '.tif', '.gif'] };

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

/** What the host sends, asked for with the key that the page asks with. Texts, for both run in the page. */
const FETCH = `async (id) => {
  const asked = performance.getEntriesByType('resource').find(({ name }) => name.includes('/image/'));
  const answer = await fetch('/image/' + id + new URL(asked.name).search);
  return { type: answer.headers.get('content-type'), bytes: (await answer.bytes()).toBase64() };
}`;
const sentSchema = z.object({ type: z.string(), bytes: z.string() });

/** Decodes as the page does: no colour management. */
const DRAW = `async ({ type, bytes }) => {
  const blob = new Blob([Uint8Array.fromBase64(bytes)], { type });
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none' });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.drawImage(bitmap, 0, 0);
  const pixels = context.getImageData(0, 0, width, height).data;
  return { width, height, data: new Uint8Array(pixels.buffer).toBase64() };
}`;
const drawnSchema = z.object({ width: z.number(), height: z.number(), data: z.string() });

/** Large, several pages, 16 bits, inks: as scanners and microscopes write TIFF. */
async function moreTiffs(dir: string): Promise<void> {
  const noise = (width: number, height: number, channels: 1 | 3 | 4): Sharp =>
    sharp(
      Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 2654435761) >>> 24),
      { raw: { width, height, channels } },
    );
  await noise(3000, 2000, 3).tiff({ compression: 'lzw' }).toFile(join(dir, 'x-large.tif'));
  await noise(60, 40, 3).tiff({ compression: 'none', tile: true }).toFile(join(dir, 'x-tiles.tif'));
  await noise(60, 40, 4).toColourspace('cmyk').tiff({ compression: 'lzw' }).toFile(join(dir, 'x-cmyk.tif'));
  const pages = await noise(60, 80, 3).png().toBuffer();
  await sharp(pages).tiff({ compression: 'lzw' }).toFile(join(dir, 'x-page.tif'));
}

test('what panes draw is what the model gets, for every kind', async (t) => {
  const dir = temporaryDir(t);
  const pictures = join(dir, 'pictures');
  mkdirSync(pictures);
  for (const name of readdirSync(golden)) {
    if (/\.(jpg|png|webp|gif|tif|avif)$/.test(name)) copyFileSync(join(golden, name), join(pictures, name));
  }
  await moreTiffs(pictures);
  const project = await createProject(join(dir, 'project'), 'pixels');
  const wanted = new Map<number, { readonly name: string; readonly image: RgbImage }>();
  const rootId = ensureRoot(project.db, project.path, pictures);
  for (const name of readdirSync(pictures).sort()) {
    const path = join(pictures, name);
    // What is refused by name is another test's.
    const image = await decodeImage(path).catch(() => null);
    if (!image) continue;
    const { size: bytes, mtimeMs } = statSync(path);
    const { width, height } = image;
    const imageId = ensureImage(project.db, { rootId, path: name, bytes, mtimeMs, width, height });
    wanted.set(imageId, { name, image });
    addSample(project.db, {
      externalId: name,
      imageId,
      question: 'What is here?',
      referenceAnswer: null,
      truthBoxes: [],
      language: null,
      split: null,
      tags: [],
    });
  }
  project.close();
  assert.ok(wanted.size > 60, `${wanted.size} kinds`);
  const app = await openInBrowserHost(chromium, join(dir, 'project'));
  try {
    await new ReviewPage(app.page).ready();
    const bad: string[] = [];
    for (const [id, { name, image }] of wanted) {
      const { type, bytes } = sentSchema.parse(await app.page.evaluate(`(${FETCH})(${id})`));
      const file = Buffer.from(withoutOrientation(new Uint8Array(Buffer.from(bytes, 'base64'))));
      const sent = JSON.stringify({ type, bytes: file.toString('base64') });
      const drawn = await app.page.evaluate(`(${DRAW})(${sent})`).catch((error: unknown) => {
        bad.push(`${name}: ${String(error)}`);
        return null;
      });
      if (drawn === null) continue;
      const { width, height, data } = drawnSchema.parse(drawn);
      if (width !== image.width || height !== image.height) {
        bad.push(`${name}: ${width} × ${height} instead of ${image.width} × ${image.height}`);
        continue;
      }
      const rgba = Buffer.from(data, 'base64');
      let [sum, most] = [0, 0];
      for (let i = 0; i < width * height; i++) {
        for (let c = 0; c < 3; c++) {
          const off = Math.abs(rgba[4 * i + c] - image.data[3 * i + c]);
          sum += off;
          most = Math.max(most, off);
        }
      }
      const mean = sum / (3 * width * height);
      const limit = TOLERANCE.exact.some((ending) => name.endsWith(ending)) ? 0 : TOLERANCE.mean;
      if (mean > limit) bad.push(`${name}: ${mean.toFixed(2)} levels off on average, ${most} at most`);
    }
    assert.deepEqual(bad, []);
  } finally {
    await app.close();
  }
});
