/** Flags and notes on samples, in both hosts: by key, on chosen tiles, found again, and no word of a note lost. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';
import { until } from './support/until.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

const NOTE_FIELD = "document.querySelector('[data-sample-note]').value";
const flagged = (page: Page, id: number, flag: string) =>
  page.locator(`[data-sample="${id}"] [data-marks~=${flag}], [data-tile="${id}"] [data-marks~=${flag}]`);
const field = (page: Page) => page.getByLabel('Note on the sample', { exact: true });
const noteSaved = (page: Page) => page.locator('[data-note-state=Saved]').waitFor();

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: flags are set by key on one sample and on chosen tiles, filtered by, and undone`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      const first = await review.currentId();
      await page.keyboard.press('7');
      await flagged(page, first, 'look_again').waitFor();
      const button = page.getByRole('group', { name: 'Flags' }).getByRole('button', { name: /^Look again/ });
      assert.equal(await button.getAttribute('aria-pressed'), 'true');
      assert.deepEqual(await violations(page), []);
      await page.keyboard.press('8');
      await page.keyboard.press('7');
      await flagged(page, first, 'look_again').waitFor({ state: 'detached' });
      await flagged(page, first, 'example').waitFor();
      assert.equal(await review.currentState(), 'pending', 'a flag is no decision');

      await page.getByRole('tab', { name: 'Gallery' }).click();
      await page.locator('[role=option] img').first().waitFor();
      await flagged(page, first, 'example').waitFor();
      await page.getByRole('listbox').focus();
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('Shift+ArrowRight');
      await page.getByText('3 samples selected').waitFor();
      await page.keyboard.press('8');
      // The first one had it already: undoing leaves it there.
      await page.getByText('Flagged 2 samples: Good example').waitFor();
      assert.equal(await page.locator('[data-marks~=example]').count(), 3);
      assert.deepEqual(await violations(page), []);
      await page.getByRole('button', { name: 'Undo', exact: true }).click();
      await until(page, "document.querySelectorAll('[data-marks~=example]').length", 1);

      await page.getByRole('listbox').focus();
      await page.keyboard.press('Control+a');
      await page.keyboard.press('9');
      await page.getByText('Flagged 120 samples: Bad data').waitFor();
      await page.keyboard.press('9');
      await page.getByText('Removed the flag from 120 samples: Bad data').waitFor();

      // A filtered list stands still: what loses the flag keeps its place until the list is asked for anew.
      await page.keyboard.press('Shift+F');
      await page.getByRole('checkbox', { name: /^Good example/ }).check();
      await page.getByText('1 sample', { exact: false }).first().waitFor({ state: 'attached' });
      await page.keyboard.press('Escape');
      await page.locator('[role=option][aria-setsize="1"]').waitFor();
      await page.keyboard.press('8');
      await flagged(page, first, 'example').waitFor({ state: 'detached' });
      await page.locator(`[data-tile="${first}"]`).waitFor();
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });

  test(`${name}: a note is saved while it is typed, survives leaving and reloading, and is found again`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      const first = await review.currentId();
      await page.keyboard.press('n');
      await page.keyboard.type('Half hidden xylophone');
      await noteSaved(page);
      assert.deepEqual(await violations(page), []);
      await page.locator(`[data-sample="${first}"] [data-tip="Half hidden xylophone"]`).waitFor();

      // Left in the middle of a word: the words go to the sample they were typed for.
      await page.keyboard.type(', and more');
      await page.keyboard.press('Escape');
      await review.pressAndMove('j');
      assert.equal(await field(page).inputValue(), '');
      await page.keyboard.press('n');
      await page.keyboard.type('Second');
      await page.keyboard.press('Control+Enter');
      await review.pressAndMove('k');
      await until(page, NOTE_FIELD, 'Half hidden xylophone, and more');

      // Reloaded before the pause is over. Browsers ask whether to leave; a person says yes.
      page.on('dialog', (dialog) => void dialog.accept().catch(() => undefined));
      await page.keyboard.press('n');
      await page.keyboard.press('End');
      await page.keyboard.type('!');
      await page.reload();
      await review.ready();
      assert.equal(await review.currentId(), first);
      await until(page, NOTE_FIELD, 'Half hidden xylophone, and more!');

      await page.getByRole('tab', { name: 'Gallery' }).click();
      await page.locator('[role=option] img').first().waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('XYLOPHONE');
      await page.locator('[role=option][aria-setsize="1"]').waitFor();
      await page.getByRole('listbox').focus();
      await page.keyboard.press('n');
      const dialog = page.getByRole('dialog', { name: 'Note', exact: true });
      await dialog.locator('textarea:focus').waitFor();
      assert.equal(await field(page).inputValue(), 'Half hidden xylophone, and more!');
      assert.deepEqual(await violations(page), []);
      await field(page).fill('');
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await page.locator(`[data-tile="${first}"] [data-marks]`).waitFor({ state: 'detached' });
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}
