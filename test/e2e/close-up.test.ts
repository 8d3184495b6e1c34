/** A picture far larger than its pane: all of it is shown smoothly, and looking closer shows its own pixels. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { ensureImage } from '../../src-main/store/pictures/image.ts';
import { createProject } from '../../src-main/store/file/project.ts';
import { ensureRoot } from '../../src-main/store/pictures/root.ts';
import { addSample } from '../../src-main/store/samples/sample.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { hostInTurn } from './support/hosts.ts';
import { pane } from './support/panes.ts';
import { ReviewPage } from './support/review-page.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const [WIDTH, HEIGHT] = [2400, 1600];
/** As many brightness levels as one-pixel stripes of black and white must differ by when they are told apart. */
const TOLD_APART = 200;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: fine stripes are even grey when all is shown and stripes from nearby, on every sample`, async (t) => {
    const app = await open(chromium, await stripedProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      await spreadIs(page, (spread) => spread < TOLD_APART / 2);
      await page.keyboard.press('0');
      await spreadIs(page, (spread) => spread > TOLD_APART);
      await page.keyboard.press('f');
      // Fetched ahead, as large as a pane.
      await review.pressAndMove('j');
      await spreadIs(page, (spread) => spread < TOLD_APART / 2);
      await page.keyboard.press('0');
      await spreadIs(page, (spread) => spread > TOLD_APART);
      await page.keyboard.press('f');
      await review.pressAndMove('k');
      await page.keyboard.press('0');
      await spreadIs(page, (spread) => spread > TOLD_APART);
    } finally {
      await app.close();
    }
  });
}

/** Two samples of a picture of black and white columns, one pixel wide. */
async function stripedProject(t: { after(end: () => void): void }): Promise<string> {
  const dir = temporaryDir(t);
  const file = join(dir, 'stripes.png');
  const stripes = Buffer.from(Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i % 2) * 255));
  await sharp(stripes, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } })
    .png()
    .toFile(file);
  const project = await createProject(join(dir, 'project'), 'stripes');
  try {
    const { size, mtimeMs } = statSync(file);
    const imageId = ensureImage(project.db, {
      rootId: ensureRoot(project.db, project.path, dir),
      path: 'stripes.png',
      bytes: size,
      mtimeMs,
      width: WIDTH,
      height: HEIGHT,
    });
    for (const question of ['How many stripes are there?', 'Which colours do they have?'])
      addSample(project.db, {
        externalId: question,
        imageId,
        question,
        referenceAnswer: null,
        truthBoxes: [],
        language: 'en',
        split: null,
        tags: [],
      });
  } finally {
    project.close();
  }
  return join(dir, 'project');
}

/** Waits until brightness differs as it should in a strip in the middle of the first pane that shows the picture. */
async function spreadIs(page: Page, wanted: (spread: number) => boolean): Promise<void> {
  const box = await pane(page, 1).getByRole('img').boundingBox();
  assert.ok(box);
  const clip = { x: box.x + box.width / 2 - 40, y: box.y + box.height / 2, width: 80, height: 1 };
  let seen = '';
  for (let tries = 0; tries < 100; tries++) {
    const { channels } = await sharp(await page.screenshot({ clip })).stats();
    const { min, max, mean } = channels[0]!;
    // Half of it is black and half of it white, which what lies behind the picture is not.
    if (Math.abs(mean - 127.5) < 20 && wanted(max - min)) return;
    seen = `${min} to ${max}, ${mean} on average`;
  }
  assert.fail(`brightness is ${seen}`);
}
