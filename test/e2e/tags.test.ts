/** Tags by keys: on one sample with completion, on chosen tiles, in filters, taken back and done again. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openProject } from '../../src-main/store/file/project.ts';
import { getSample } from '../../src-main/store/samples/sample.ts';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { smallDemoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

const chip = (page: Page, tag: string) => page.locator(`[data-tag="${tag}"]`);
const field = (page: Page) => page.getByRole('combobox', { name: 'Tag', exact: true });

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: samples are tagged by keys with completion, found by tag, and every step can be taken back`, async (t) => {
    const path = await smallDemoProject(t, 8);
    const app = await open(chromium, path);
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      await page.keyboard.press('Shift+T');
      await field(page).waitFor();
      await page.keyboard.type('two codes');
      await page.getByRole('option', { name: 'New tag “two codes”' }).waitFor();
      assert.deepEqual(await violations(page), []);
      await page.keyboard.press('Enter');
      await page.getByRole('option', { name: /^two codes/, selected: true }).waitFor();
      // Enter without letters is done.
      await page.keyboard.press('Enter');
      await field(page).waitFor({ state: 'detached' });
      await chip(page, 'two codes').waitFor();
      assert.equal(await review.currentState(), 'pending', 'a tag is no decision');
      assert.deepEqual(await violations(page), []);

      // A few letters complete it; one key gives the last one again, and takes it away.
      await review.pressAndMove('ArrowRight');
      await page.keyboard.press('Shift+T');
      await page.keyboard.type('cod');
      await page.getByRole('option', { name: /^two codes/ }).waitFor();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      await chip(page, 'two codes').waitFor();
      await page.keyboard.press('4');
      await chip(page, 'two codes').waitFor({ state: 'detached' });
      await page.keyboard.press('4');
      await chip(page, 'two codes').waitFor();

      // Back step by step, on whatever sample it was.
      await page.keyboard.press('Control+z');
      await chip(page, 'two codes').waitFor({ state: 'detached' });
      await page.keyboard.press('Control+z');
      await chip(page, 'two codes').waitFor();
      await page.keyboard.press('Control+z');
      await chip(page, 'two codes').waitFor({ state: 'detached' });
      await page.keyboard.press('Control+z');
      await page.getByText('Undid the tag “two codes” on sample no. 1').waitFor();
      await page.locator('button[aria-current=true][data-sample="1"]').waitFor();
      await chip(page, 'two codes').waitFor({ state: 'detached' });
      await page.keyboard.press('Control+Shift+z');
      await chip(page, 'two codes').waitFor();
      await review.saved();

      // Chosen tiles at once, and the way back.
      await page.getByRole('tab', { name: 'Gallery' }).click();
      await page.locator('[role=option] img').first().waitFor();
      await page.getByRole('listbox').focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('Shift+ArrowRight');
      await page.getByText('3 samples selected').waitFor();
      await page.keyboard.press('Shift+T');
      await page.getByRole('dialog', { name: 'Tags of 3 selected samples' }).waitFor();
      await page.keyboard.type('two');
      await page.keyboard.press('Enter');
      // The first one had it already: undoing leaves it there.
      await page.getByText('Tagged 2 samples: two codes').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Undo', exact: true }).click();
      await page.keyboard.press('Shift+F');
      const box = page.getByRole('checkbox', { name: /^two codes/ });
      await box.check();
      await page.locator('[role=option][aria-setsize="1"]').waitFor();
      await page.keyboard.press('Escape');
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
    const project = openProject(path);
    t.after(() => project.close());
    const has = [1, 2, 3].map((id) => getSample(project.db, id).tags.includes('two codes'));
    assert.deepEqual(has, [true, false, false]);
  });
}
