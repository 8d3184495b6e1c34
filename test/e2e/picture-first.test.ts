/** The picture comes first: what lies over it leaves it its pixels, says what it is, gives way to the pointer and a key. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { HOSTS, hostInTurn } from './support/hosts.ts';
import { pane } from './support/panes.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

const BARE = 'Shift+v';

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGB. */
  readonly data: Uint8Array;
}

/** What a pane shows. */
async function pixelsOf(page: Page, n: number): Promise<Pixels> {
  await page.mouse.move(0, 0);
  // Two frames: what was asked for is drawn.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  const png = await pane(page, n).getByRole('img').screenshot();
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** Waits until the picture is drawn as it stays: a closer look decodes it anew. */
async function settled(page: Page): Promise<void> {
  for (let before = await pixelsOf(page, 1); ;) {
    await page.waitForTimeout(100);
    const now = await pixelsOf(page, 1);
    if (differing(before, now) === 0) return;
    before = now;
  }
}

/** Share of the pixels of a part of a pane that differ. */
function differing(a: Pixels, b: Pixels, part: (x: number, y: number) => boolean = () => true): number {
  let [all, other] = [0, 0];
  for (let y = 0; y < a.height; y++) {
    for (let x = 0; x < a.width; x++) {
      if (!part(x, y)) continue;
      const at = 3 * (y * a.width + x);
      all++;
      if ([0, 1, 2].some((c) => a.data[at + c] !== b.data[at + c])) other++;
    }
  }
  return other / all;
}

/** Holds the key that shows the bare picture meanwhile. */
async function bare<T>(page: Page, look: () => Promise<T>): Promise<T> {
  await page.keyboard.down('Shift');
  await page.keyboard.down('v');
  const seen = await look();
  await page.keyboard.up('v');
  await page.keyboard.up('Shift');
  return seen;
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: a key held shows the bare picture in every pane, and low values leave it its pixels`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      await page.getByLabel('Pane 3: map', { exact: true }).selectOption('picture');
      await settled(page);
      const picture = await pixelsOf(page, 3);
      for (const n of [1, 2]) {
        assert.ok(
          differing(await pixelsOf(page, n), picture) > 0.005,
          `pane ${n} shows more than the picture`,
        );
        const alone = await bare(page, () => pixelsOf(page, n));
        assert.equal(differing(alone, picture), 0, `pane ${n} is the picture`);
        assert.ok(differing(await pixelsOf(page, n), picture) > 0.005, 'let go of');
      }
      assert.equal(await bare(page, () => page.getByTestId('box-name').count()), 0);

      // Map alone, as strong as it gets: tokens of next to no attention are the picture's own pixels.
      await page.keyboard.press('l');
      await page.keyboard.press('o');
      await page.getByRole('slider', { name: 'Map' }).fill('1');
      const map = await pixelsOf(page, 1);
      assert.ok(differing(map, picture) > 0.002, 'the map is drawn');
      const box = await pane(page, 1).getByRole('img').boundingBox();
      assert.ok(box);
      const highest = Number(await pane(page, 1).getByTestId('highest').innerText());
      let low = 0;
      for (let y = 0.15; y < 0.9; y += 0.15) {
        for (let x = 0.15; x < 0.9; x += 0.15) {
          const at: readonly [number, number] = [Math.round(x * box.width), Math.round(y * box.height)];
          await page.mouse.move(box.x + at[0], box.y + at[1]);
          await page.evaluate('new Promise((done) => requestAnimationFrame(done))');
          const value = await pane(page, 1).getByTestId('value').innerText();
          if (value === '' || Number(value) > highest * 0.09) continue;
          low++;
          const here = differing(map, picture, (px, py) => px === at[0] && py === at[1]);
          assert.equal(here, 0, `${value} of ${highest} at ${at.join()}`);
        }
      }
      assert.ok(low > 5, `${low} tokens of next to nothing`);
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: a label is an outline with a faint fill, full while painting, without a frame`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      await page.getByLabel('Pane 3: map', { exact: true }).selectOption('label');
      await page.getByLabel('Pane 2: map', { exact: true }).selectOption('picture');
      await page.keyboard.press('o');
      await settled(page);
      const picture = await pixelsOf(page, 2);
      const looked = await pixelsOf(page, 3);
      await page.keyboard.press('b');
      const painted = await pixelsOf(page, 3);
      await page.keyboard.press('v');
      /** How far from the picture's own colours, on average. */
      const strength = (seen: Pixels) =>
        seen.data.reduce((sum, value, i) => sum + Math.abs(value - picture.data[i]!), 0) / seen.data.length;
      assert.ok(
        strength(looked) > 0 && strength(looked) < strength(painted) * 0.9,
        'faint until it is painted',
      );
      assert.equal(differing(looked, await pixelsOf(page, 3)), 0, 'faint again with the select tool');

      // All background: nothing lies over the picture, along its border neither.
      await page.keyboard.press('2');
      await page.getByRole('button', { name: /^Rectangle/ }).click();
      const box = await pane(page, 3).getByRole('img').boundingBox();
      assert.ok(box);
      // Not on the border between panes, which is caught from beside it.
      await page.mouse.move(box.x + 12, box.y + 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width - 12, box.y + box.height - 3, { steps: 4 });
      await page.mouse.up();
      await review.saved();
      await page.keyboard.press('v');
      const [after, now] = [await pixelsOf(page, 3), await pixelsOf(page, 2)];
      assert.equal(differing(after, now), 0, 'background has no frame');
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: boxes are named beside them, and names give way to the pointer`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      const names = (n: number) => pane(page, n).getByTestId('box-name');
      // A sample that all three have boxes of.
      for (let i = 0; i < 20; i++) {
        const counts = await Promise.all([1, 2, 3].map((n) => names(n).count()));
        if (counts.every((count) => count > 0)) break;
        await review.pressAndMove('j');
      }
      assert.equal(await names(1).first().innerText(), 'raw');
      assert.equal(await names(2).first().innerText(), 'denoised');
      assert.match(await names(3).first().innerText(), /^RPN [01]\.\d\d$/);
      await page.keyboard.press('t');
      assert.ok((await names(1).allInnerTexts()).includes('truth'));
      for (const theme of ['one', 'two']) {
        await page.getByRole('button', { name: /^Theme/ }).click();
        assert.deepEqual(await violations(page), [], `names of boxes, theme ${theme}`);
      }
      await page.mouse.move(0, 0);
      const place = await names(1).first().boundingBox();
      assert.ok(place);
      const [x, y] = [place.x + place.width / 2, place.y + place.height / 2];
      await page.mouse.move(x, y);
      await page.getByTestId('value').first().filter({ hasText: /\d/ }).waitFor();
      const over = await names(1).evaluateAll(
        (all: Placed[], [px, py]: number[]) =>
          all.filter((one) => {
            const { left, right, top, bottom } = one.getBoundingClientRect();
            return left <= px! && px! <= right && top <= py! && py! <= bottom;
          }).length,
        [x, y],
      );
      assert.equal(over, 0, 'what is pointed at is seen');
      await page.keyboard.press('o');
      assert.deepEqual(new Set(await page.getByTestId('box-name').allInnerTexts()), new Set(['truth']));
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}

/** An element of the page; the code that uses it runs there. */
interface Placed {
  getBoundingClientRect(): Record<'left' | 'right' | 'top' | 'bottom', number>;
}

test('the key of the bare picture is on the key sheet, and one’s own works', async (t) => {
  const app = await HOSTS['browser host'](chromium, await demoProject(t));
  try {
    const { page } = app;
    await new ReviewPage(page).ready();
    await page.keyboard.press('?');
    await page.getByRole('button', { name: 'Change keys' }).click();
    const key = page.getByRole('button', { name: `Show the bare picture: Shift+V` });
    await key.click();
    await page.keyboard.press('4');
    await page.keyboard.press('Escape');
    await page.getByLabel('Pane 3: map', { exact: true }).selectOption('picture');
    await page.keyboard.down('4');
    const [one, three] = [await pixelsOf(page, 1), await pixelsOf(page, 3)];
    await page.keyboard.up('4');
    assert.equal(differing(one, three), 0);
    await page.keyboard.press(BARE);
    assert.ok(differing(await pixelsOf(page, 1), three) > 0, 'the former key means nothing any more');
  } finally {
    await app.close();
  }
});
