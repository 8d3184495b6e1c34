/** Where a person was, come back to: after a reload, in another window, at the next start; each project has its own. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { openInElectron } from './support/electron-app.ts';
import { onlyLanguage } from './support/filter-panel.ts';
import { HOSTS, secondWindow } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

const order = (page: Page) => page.getByLabel('Order', { exact: true }).inputValue();

for (const [name, open] of Object.entries(HOSTS)) {
  test(`${name}: filter, order, sample, page and tab are there again after a reload and at the next start`, async (t) => {
    const project = await demoProject(t);
    let app = await open(chromium, project);
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      await onlyLanguage(page, 'fr');
      await page.getByLabel('Order', { exact: true }).selectOption('disagreement');
      await page.getByLabel('Order', { exact: true }).blur();
      await page.locator('[role=list][aria-busy=false]').waitFor();
      for (let i = 0; i < 3; i++) await review.pressAndMove('j');
      await page.getByRole('tab', { name: 'Recipe' }).click();
      const sample = await review.currentId();

      await page.reload();
      await review.ready();
      assert.equal(await review.currentId(), sample);
      assert.equal(await order(page), 'disagreement');
      await page.getByRole('button', { name: 'Remove: Language fr' }).waitFor();
      await page.getByRole('tab', { name: 'Recipe', selected: true }).waitFor();

      // Another window begins where this one is, and goes its own way; each reload comes back to its own place.
      const other = await secondWindow(app);
      const there = new ReviewPage(other);
      await there.ready();
      assert.equal(await there.currentId(), sample);
      await there.pressAndMove('k');
      const before = await there.currentId();
      await other.reload();
      await there.ready();
      assert.equal(await there.currentId(), before);
      await other.close();
      await page.bringToFront();
      await page.reload();
      await review.ready();
      assert.equal(await review.currentId(), sample);

      await page.keyboard.press('Alt+d');
      await page.getByRole('main', { name: 'Dashboard' }).waitFor();
      await page.reload();
      await page.getByRole('main', { name: 'Dashboard' }).waitFor();
      await page.keyboard.press('Alt+r');
      await review.ready();
      assert.equal(await review.currentId(), sample);
      assert.deepEqual(app.complaints, []);
      if (app.host === 'browser host') return;

      await app.close();
      app = await openInElectron(chromium, project, { keeps: true });
      const again = new ReviewPage(app.page);
      await again.ready();
      assert.equal(await again.currentId(), sample, 'the next start');
      assert.equal(await order(app.page), 'disagreement');
    } finally {
      await app.close();
    }
  });
}
