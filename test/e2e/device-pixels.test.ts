/**
 * What is drawn is as sharp as the screen that the window is on now, equal panes show one picture at one scale, and the
 * marker on a token goes with what it marked.
 */
import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import type { HostedPage } from './support/hosted-page.ts';
import { HOSTS } from './support/hosts.ts';
import { choosePanes } from './support/panes.ts';
import { ReviewPage } from './support/review-page.ts';
import { until } from './support/until.ts';

const ANSWER_MS = 60_000;
/** One pixel per value, whatever the screen: legends and maps over small pictures. */
const BY_VALUE = '.legend canvas, .frame canvas';
/** Canvases whose pixels are not the screen's, with what they have for each CSS pixel. */
const unlike = (ratio: number) => `[...document.querySelectorAll('canvas:not(${BY_VALUE})')]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.closest('section, figure, div')?.className, one.width / (one.getBoundingClientRect().width - (one.offsetWidth - one.clientWidth))])
  .filter(([, found]) => found < ${ratio} * 0.99)
  .map(String).join('; ')`;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

async function onReview(
  t: TestContext,
  body: (on: { app: HostedPage; page: Page; review: ReviewPage }) => Promise<void>,
): Promise<void> {
  const app = await HOSTS['browser host'](chromium, await demoProject(t));
  try {
    const review = new ReviewPage(app.page);
    await review.ready();
    await body({ app, page: app.page, review });
    assert.deepEqual(app.complaints, []);
  } finally {
    await app.close();
  }
}

test('every canvas follows the pixels of the screen: zoomed, moved to another screen, and back', async (t) => {
  await onReview(t, async ({ page }) => {
    const cdp = await page.context().newCDPSession(page);
    for (const tab of ['Sample', 'Heads', 'Tokens']) {
      await page.getByRole('tab', { name: tab, exact: true }).click();
      if (tab === 'Heads') await page.getByTestId('heads').waitFor({ timeout: ANSWER_MS });
      if (tab === 'Tokens') {
        await page.locator('[data-token]').first().waitFor({ timeout: ANSWER_MS });
        await page.locator('[data-token]').first().click();
      }
      for (const deviceScaleFactor of [2, 1.25, 3, 1]) {
        await cdp.send('Emulation.setDeviceMetricsOverride', {
          width: 1440,
          height: 900,
          deviceScaleFactor,
          mobile: false,
        });
        await until(page, unlike(deviceScaleFactor), '');
      }
    }
    assert.ok((await page.locator('canvas').count()) > 9, 'panes and the token’s map were there');
  });
});

test('equal panes are equal to the pixel in every window and show the picture at one scale', async (t) => {
  await onReview(t, async ({ page }) => {
    for (const [count, cols] of [
      [3, 3],
      [6, 3],
      [2, 2],
    ] as const) {
      await choosePanes(page, `${count} panes`);
      for (const width of [1279, 1280, 1281, 1366, 1439, 1440, 1441, 1442]) {
        await page.setViewportSize({ width, height: 901 });
        await page.waitForTimeout(80);
        const places: string[] = [];
        for (const pane of await page.locator('.panes section').all()) {
          const box = (await pane.getByRole('img').boundingBox())!;
          await pane.getByRole('application').focus();
          const rect = pane.getByRole('application').locator('rect').last();
          const cell = await Promise.all(
            ['x', 'y', 'width', 'height'].map((name) => rect.getAttribute(name)),
          );
          places.push(`${box.width} × ${box.height}: ${cell.join()}`);
        }
        assert.equal(places.length, count);
        assert.equal(new Set(places).size, 1, `${cols} beside each other at ${width}: ${places.join(' | ')}`);
      }
    }
  });
});

test('the marker on a token goes with the keyboard, the sample, the view and the panes', async (t) => {
  await onReview(t, async ({ page, review }) => {
    const token = page.getByTestId('token');
    const marked = () => token.filter({ hasText: 'row' }).waitFor();
    const unmarked = () => token.filter({ hasNotText: 'row' }).waitFor({ state: 'attached', timeout: 5_000 });
    await page.mouse.move(2, 2);
    await page.keyboard.press('z');
    await page.keyboard.press('ArrowDown');
    await marked();
    await page.keyboard.press('Escape');
    await unmarked();
    for (const gone of [
      () => review.pressAndMove('j'),
      () => page.keyboard.press('+'),
      () => page.keyboard.press('Shift+ArrowLeft'),
      () => page.keyboard.press('f'),
      () => page.keyboard.press('i'),
      () => page.setViewportSize({ width: 1300, height: 880 }),
    ]) {
      await review.tokenAt([0.5, 0.5]).catch(() => undefined);
      const box = (await page.locator('.panes section [role=img]').first().boundingBox())!;
      await page.mouse.move(box.x + box.width / 2 - 9, box.y + box.height / 2);
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await marked();
      await gone();
      await unmarked();
    }
    // Under the pointer it stays where the pointer is: zoomed about it.
    await page.mouse.wheel(0, 0);
    const box = (await page.locator('.panes section [role=img]').first().boundingBox())!;
    // Well inside a token.
    await page.mouse.move(box.x + box.width / 2 + 7, box.y + box.height / 2 + 7);
    await marked();
    const words = await token.textContent();
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -200);
    await page.keyboard.up('Control');
    await token.filter({ hasText: words!.trim() }).waitFor();
  });
});
