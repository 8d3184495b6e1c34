/** Panes show the colours that the model sees, where a browser by itself would show others; and the facts say why. */
import assert from 'node:assert/strict';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { decodeImage, readImageSize } from '../../src-main/checkpoint/image/decode.ts';
import { ensureImage } from '../../src-main/store/pictures/image.ts';
import { createProject } from '../../src-main/store/file/project.ts';
import { ensureRoot } from '../../src-main/store/pictures/root.ts';
import { addSample } from '../../src-main/store/samples/sample.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { pane } from './support/panes.ts';
import { ReviewPage } from './support/review-page.ts';

const [WIDTH, HEIGHT] = [400, 300];
type Colour = readonly number[];
const LEFT: Colour = [210, 40, 60];
const RIGHT: Colour = [20, 160, 90];

/** Left and right halves of two colours, alpha after them where one is given. */
function halves(alpha: number | null = null): Sharp {
  const channels = alpha === null ? 3 : 4;
  const data = new Uint8Array(WIDTH * HEIGHT * channels);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    data.set([...(i % WIDTH < WIDTH / 2 ? LEFT : RIGHT), ...(alpha === null ? [] : [alpha])], i * channels);
  }
  return sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels } });
}

const PICTURES: { file: string; make: (path: string) => Promise<unknown>; words: RegExp | null }[] = [
  {
    file: 'hidden.png',
    make: (path) => halves(0).png().toFile(path),
    words: /Transparent: the model saw the colours beneath/,
  },
  {
    file: 'turned.jpg',
    make: (path) => halves().withMetadata({ orientation: 6 }).jpeg().toFile(path),
    words: /EXIF 6 would show it a quarter turned to the right; the model saw it as stored/,
  },
  {
    file: 'turned.tif',
    make: (path) => halves().withMetadata({ orientation: 3 }).tiff({ compression: 'lzw' }).toFile(path),
    words: null,
  },
  {
    file: 'sixteen.png',
    make: (path) => {
      const grey = Uint16Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i % WIDTH < WIDTH / 2 ? 60 : 300));
      return sharp(grey, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } })
        .toColourspace('grey16')
        .png()
        .toFile(path);
    },
    words: /16-bit grey/,
  },
  { file: 'ink.jpg', make: (path) => halves().toColourspace('cmyk').jpeg().toFile(path), words: null },
  { file: 'wide.jpg', make: (path) => halves().withIccProfile('p3').jpeg().toFile(path), words: null },
];

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

test('what is on screen is what the model sees, and the facts say where that surprises', async (t) => {
  const dir = temporaryDir(t);
  const pictures = join(dir, 'pictures');
  mkdirSync(pictures);
  for (const { file, make } of PICTURES) await make(join(pictures, file));
  const app = await openInBrowserHost(chromium, await projectOf(dir, pictures));
  try {
    const review = new ReviewPage(app.page);
    await review.ready();
    for (const [i, { file, words }] of PICTURES.entries()) {
      if (i > 0) await review.pressAndMove('j');
      const { width, height, data } = await decodeImage(join(pictures, file));
      const middle = (Math.floor(height / 2) * width + Math.floor(width / 2)) * 3;
      const at = (dx: number) => [...data.subarray(middle + dx * 3, middle + dx * 3 + 3)];
      assert.notDeepEqual(at(-40), at(40), file);
      await shows(app.page, file, [at(-40), at(40)]);
      const notes = app.page.locator('dd.note');
      if (words) await notes.filter({ hasText: words }).waitFor();
      else assert.equal(await notes.count(), 0, file);
    }
  } finally {
    await app.close();
  }
});

async function projectOf(dir: string, pictures: string): Promise<string> {
  const project = await createProject(join(dir, 'project'), 'seen');
  try {
    for (const { file } of PICTURES) {
      const path = join(pictures, file);
      const { size: bytes, mtimeMs } = statSync(path);
      const [width, height] = await readImageSize(path);
      const rootId = ensureRoot(project.db, project.path, pictures);
      const imageId = ensureImage(project.db, { rootId, path: file, bytes, mtimeMs, width, height });
      addSample(project.db, {
        externalId: file,
        imageId,
        question: `What is in ${file}?`,
        referenceAnswer: null,
        truthBoxes: [],
        language: 'en',
        split: null,
        tags: [],
      });
    }
  } finally {
    project.close();
  }
  return join(dir, 'project');
}

/** Waits until the first pane shows two colours left and right of its middle. */
async function shows(page: Page, file: string, wanted: readonly Colour[]): Promise<void> {
  const box = await pane(page, 1).getByRole('img').boundingBox();
  assert.ok(box);
  let seen: number[][] = [];
  for (let tries = 0; tries < 100; tries++) {
    seen = [];
    for (const side of [-1, 1]) {
      const clip = {
        x: box.x + box.width / 2 + side * 20 - 3,
        y: box.y + box.height / 2,
        width: 6,
        height: 3,
      };
      const { channels } = await sharp(await page.screenshot({ clip })).stats();
      seen.push(channels.slice(0, 3).map(({ mean }) => mean));
    }
    if (seen.every((colour, i) => colour.every((value, c) => Math.abs(value - wanted[i][c]) <= 4))) return;
  }
  assert.fail(`${file}: ${JSON.stringify(seen)} instead of ${JSON.stringify(wanted)}`);
}
