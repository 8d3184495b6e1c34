/** axe-core over every screen in both themes: names, roles, contrast, focus order. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violations } from './support/axe.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

test('the start screen and the review page have no violations in either theme', async (t) => {
  const project = await demoProject(t);
  const app = await openInBrowserHost(chromium, null);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await page.getByRole('button', { name: 'Open the demo project' }).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    }
    await page.emulateMedia({ colorScheme: 'light' });
    assert.deepEqual(await violations(page), []);
    await page.getByLabel('Open a project folder').fill(project);
    await page.keyboard.press('Enter');
    await review.ready();
    for (const theme of ['system', 'dark', 'light']) {
      await review.pressAndMove('x');
      assert.deepEqual(await violations(page), [], theme);
      await page.getByRole('button', { name: /^Theme/ }).click();
    }
    for (const [open, name] of [
      ['Export…', 'Export labels'],
      ['Import…', 'Import pictures and questions'],
    ] as const) {
      await page.getByRole('button', { name: open }).click();
      await page.getByRole('dialog', { name }).waitFor();
      assert.deepEqual(await violations(page), [], name);
      await page.keyboard.press('Escape');
    }
    await page.getByRole('tab', { name: 'Jobs' }).click();
    await page.locator('[data-job]').first().waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(page), [], `Jobs, ${colorScheme}`);
    }
    await page.getByRole('tab', { name: 'Gallery' }).click();
    await page.locator('[role=option] canvas').first().waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(page), [], `Gallery, ${colorScheme}`);
    }
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    assert.deepEqual(await violations(page), [], 'Keys');
    await page.getByRole('button', { name: 'Change keys' }).click();
    assert.deepEqual(await violations(page), [], 'Change keys');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Find a command' }).waitFor();
    assert.deepEqual(await violations(page), [], 'Find a command');
  } finally {
    await app.close();
  }
});
