/** The page's room: queue and dock hidden and pulled, panes alone, panes arranged by the picture's shape or by choice. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { z } from 'zod';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { pane } from './support/panes.ts';
import { ReviewPage } from './support/review-page.ts';
import { until } from './support/until.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

const queue = (page: Page) => page.getByRole('complementary', { name: 'Queue' });
const dock = (page: Page) => page.locator('#dock-panel');
const shown = (page: Page) => page.locator('[data-shown]');

async function sizeOf(what: Locator): Promise<{ width: number; height: number }> {
  const box = await what.boundingBox();
  assert.ok(box);
  return box;
}

async function pull(page: Page, splitter: Locator, dx: number, dy: number): Promise<void> {
  const box = await splitter.boundingBox();
  assert.ok(box);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + dx, y + dy, { steps: 4 });
  await page.mouse.up();
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: queue and dock go by a key, are pulled by pointer and keys, and stay so`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      const before = await sizeOf(pane(page, 1));

      const side = page.getByRole('separator', { name: 'Border between queue and panes' });
      const below = page.getByRole('separator', { name: 'Border between panes and tabs' });
      const [queueWidth, dockHeight] = [(await sizeOf(queue(page))).width, (await sizeOf(dock(page))).height];
      const current = await review.currentId();
      await side.focus();
      await page.keyboard.press('ArrowRight');
      const byKeys = (await sizeOf(queue(page))).width;
      assert.ok(byKeys > queueWidth + 10, 'the queue by keys');
      await pull(page, side, 60, 0);
      assert.ok(Math.abs((await sizeOf(queue(page))).width - byKeys - 60) <= 2, 'and by the pointer');
      await below.focus();
      await page.keyboard.press('ArrowDown');
      assert.ok((await sizeOf(dock(page))).height < dockHeight - 8, 'the dock by keys');
      await pull(page, below, 0, -80);
      const tall = (await sizeOf(dock(page))).height;
      assert.ok(tall > dockHeight + 40, 'and by the pointer');
      assert.equal(await review.currentId(), current, 'keys on a border lead nowhere else');
      const wide = (await sizeOf(queue(page))).width;
      await page.reload();
      await review.ready();
      assert.ok(Math.abs((await sizeOf(queue(page))).width - wide) <= 1, 'kept: the queue');
      assert.ok(Math.abs((await sizeOf(dock(page))).height - tall) <= 1, 'kept: the dock');
      await side.focus();
      await page.keyboard.press('Home');
      assert.equal((await sizeOf(queue(page))).width, queueWidth, 'as the window makes it');
      await below.dblclick();
      assert.equal((await sizeOf(dock(page))).height, dockHeight);

      await page.keyboard.press('Shift+q');
      await queue(page).waitFor({ state: 'detached' });
      await page.keyboard.press('Shift+p');
      await dock(page).waitFor({ state: 'hidden' });
      const grown = await sizeOf(pane(page, 1));
      assert.ok(grown.width > before.width + 40 && grown.height > before.height + 100, 'panes take the room');
      for (const theme of ['one', 'two']) {
        await page.getByRole('button', { name: /^Theme/ }).click();
        assert.deepEqual(await violations(page), [], `without queue and dock, theme ${theme}`);
      }
      await page.reload();
      await shown(page).waitFor();
      assert.equal(await queue(page).count(), 0, 'stays hidden');
      assert.ok(await dock(page).isHidden());

      // Without a list to see, one goes on all the same.
      const first = await shown(page).getAttribute('data-shown');
      await page.keyboard.press('j');
      await page.locator(`[data-shown]:not([data-shown="${first}"])`).waitFor();

      // Whoever asks for what is hidden gets it.
      await page.keyboard.press('Alt+c');
      await dock(page).waitFor();
      await page.keyboard.press('/');
      await queue(page).waitFor();
      await until(page, `document.activeElement?.matches('[data-search]') === true`, true);
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: panes fill the window, decisions stay at hand, Esc brings the rest back`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      const before = await sizeOf(page.locator('.panes'));
      await page.keyboard.press('Shift+z');
      await queue(page).waitFor({ state: 'detached' });
      assert.equal(await page.getByRole('banner').count(), 0, 'no header');
      const { width, height } = await sizeOf(page.locator('.panes'));
      const [across, down] = z
        .tuple([z.number(), z.number()])
        .parse(await page.evaluate('[innerWidth, innerHeight]'));
      assert.ok(width === across && height > down - 60, `${width} × ${height}`);
      assert.ok(width * height > before.width * before.height * 1.8);
      assert.deepEqual(await violations(page), [], 'panes alone');
      const first = await shown(page).getAttribute('data-shown');
      await page.getByRole('button', { name: 'Accept' }).click();
      await page.locator(`[data-shown]:not([data-shown="${first}"])`).waitFor();
      await review.saved();
      await page.keyboard.press('Escape');
      await queue(page).waitFor();
      await dock(page).waitFor();
      await page.getByRole('button', { name: /^Panes fill the window/ }).click();
      await page.getByRole('button', { name: /^Show queue and tabs/ }).click();
      await review.ready();
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });

  test(`${name}: panes are arranged by the picture's shape until a person says how`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      const places = async () =>
        Promise.all(
          [1, 2, 3].map(async (n) => {
            const box = await pane(page, n).boundingBox();
            assert.ok(box);
            return box;
          }),
        );
      const inRow = ([a, b, c]: Awaited<ReturnType<typeof places>>) => a!.y === b!.y && b!.y === c!.y;
      const inColumn = ([a, b, c]: Awaited<ReturnType<typeof places>>) => a!.x === b!.x && b!.x === c!.x;
      assert.ok(inRow(await places()), 'a usual picture in a wide window');
      // The same pictures in a window as narrow as it gets, and tall.
      await page.setViewportSize({ width: 960, height: 1800 });
      // Elsewhere another grid shows more of them.
      await until(
        page,
        `(() => {
          const [one, , three] = [...document.querySelectorAll('.panes section')].map((each) => each.getBoundingClientRect());
          return three.top > one.top;
        })()`,
        true,
      );
      await page.getByRole('button', { name: /^Number and arrangement of panes/ }).click();
      await page.getByRole('menuitemradio', { name: 'In a row' }).click();
      assert.ok(inRow(await places()), 'one’s own choice wins');
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.getByRole('button', { name: /^Number and arrangement of panes/ }).click();
      assert.equal(
        await page.getByRole('menuitemradio', { name: 'In a row' }).getAttribute('aria-checked'),
        'true',
      );
      assert.deepEqual(await violations(page), [], 'the menu');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Shift+i');
      assert.ok(inColumn(await places()), 'the next one');
      await page.reload();
      await review.ready();
      assert.ok(inColumn(await places()), 'kept');
      const border = page.getByRole('separator', { name: 'Border between rows 1 and 2' });
      const { height } = await sizeOf(pane(page, 1));
      await border.focus();
      await page.keyboard.press('ArrowDown');
      assert.ok((await sizeOf(pane(page, 1))).height > height, 'its borders are pulled');
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}
