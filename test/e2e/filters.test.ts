/** Filters as a person sets them, in both hosts: panel, chips, counts, and filters kept under a name. */
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

const panel = (page: Page) => page.getByRole('dialog', { name: 'Filter', exact: true });
const chip = (page: Page, words: string) => page.getByRole('button', { name: `Remove: ${words}` });
const chips = (page: Page) => page.locator('[data-chip]').count();

/** How many samples the panel says there are, once the list has settled. */
async function total(page: Page): Promise<number> {
  await page.locator('[role=list][aria-busy=false], [role=listbox][aria-busy=false]').waitFor();
  return Number((await panel(page).getByRole('status').textContent())?.replace(/\D/g, ''));
}

/** The count beside a choice of the panel. */
const beside = (page: Page, group: string, choice: string) =>
  panel(page)
    .getByRole('group', { name: group })
    .locator('label')
    .filter({ hasText: choice })
    .locator('.num');

/** Ticks a choice of the panel and gives the count beside it. */
async function tick(page: Page, group: string, choice: string): Promise<number> {
  const label = panel(page).getByRole('group', { name: group }).locator('label').filter({ hasText: choice });
  await label.getByRole('checkbox').check();
  return Number((await label.locator('.num').innerText()).replaceAll(',', ''));
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: parts of a filter are set in the panel, counted, shown as chips and taken away`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      await page.keyboard.press('Shift+F');
      await panel(page).waitFor();
      const counted = await tick(page, 'Language', 'fr');
      await chip(page, 'Language fr').waitFor();
      assert.equal(await total(page), counted, 'the count beside a choice is what it shows');
      // Every other part is counted under it; its own other choices are what they would add.
      await beside(page, 'Split', 'demo')
        .filter({ hasText: `${counted}` })
        .waitFor();
      assert.notEqual(await beside(page, 'Language', 'zh').innerText(), '0');
      await page.keyboard.press('x');
      assert.equal(await review.currentState(), 'pending', 'keys of the page mean nothing in the panel');

      const size = panel(page).getByLabel('Size of the region, from, percent');
      await size.fill('20');
      await panel(page).getByLabel('Size of the region, to, percent').fill('10');
      await panel(page).getByText('From must be less than to').waitFor();
      await size.fill('1');
      await chip(page, 'region 1% to 10%').waitFor();
      assert.ok((await total(page)) < counted);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
        assert.deepEqual(await violations(page), [], colorScheme);
      }
      await panel(page).getByLabel('Notes').selectOption('without');
      await page.keyboard.press('Escape');
      await panel(page).waitFor({ state: 'hidden' });
      await page.getByLabel('Dropped or kept').selectOption('kept');
      await page.locator('[data-filter=pending]').click();
      await page.keyboard.press('/');
      await page.keyboard.type('quel');
      await chip(page, 'Search “quel”').waitFor();
      assert.equal(await chips(page), 6);
      assert.deepEqual(await violations(page), []);

      // The gallery shows the same filter, and its chips work by keyboard.
      await page.getByRole('tab', { name: 'Gallery' }).click();
      await page.getByRole('listbox').waitFor();
      assert.equal(await chips(page), 6);
      await page.locator('[data-chip=text]').focus();
      await page.keyboard.press('Delete');
      await page.locator('[data-chip=text]').waitFor({ state: 'detached' });
      await page.locator('[data-chip]:focus').waitFor();
      for (let left = 4; left >= 0; left--) {
        await page.keyboard.press('Enter');
        await until(page, "document.querySelectorAll('[data-chip]').length", left);
      }
      await page.getByRole('toolbar', { name: 'Gallery' }).getByText('120 samples').waitFor();

      // There all of it stands in a column for good: Shift+F leads into it, Esc back to the list, Shift+Q hides it.
      const column = page.getByRole('group', { name: 'Filter', exact: true });
      await page.getByRole('listbox').focus();
      await page.keyboard.press('Shift+F');
      await page.locator('[data-filter-panel]:focus').waitFor();
      const zh = column.getByRole('checkbox', { name: /^zh/ });
      await zh.check();
      await chip(page, 'Language zh').waitFor();
      assert.deepEqual(await violations(page), []);
      await zh.press('Escape');
      await page.locator('[role=listbox]:focus').waitFor();
      await page.keyboard.press('Shift+Q');
      await column.waitFor({ state: 'detached' });
      await page.reload();
      await page.getByRole('listbox').waitFor();
      assert.equal(await column.count(), 0, 'hidden stays hidden');
      await page.getByRole('listbox').focus();
      await page.keyboard.press('Shift+F');
      await page.locator('[data-filter-panel]:focus').waitFor();
      await zh.uncheck();
      await page.locator('[data-filter=pending]').click();
      await page.getByRole('listbox').focus();
      await page.keyboard.press('Shift+C');
      await page.locator('[data-chip]').waitFor({ state: 'detached' });
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });

  test(`${name}: a filter is saved, applied, renamed, replaced, deleted and brought back`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      await new ReviewPage(page).ready();
      await page.keyboard.press('Shift+S');
      await page.getByText('No filter to save').waitFor();

      await page.getByLabel('Dropped or kept').selectOption('dropped');
      await page.getByLabel('Order', { exact: true }).selectOption('uncertainty');
      await page.getByLabel('Order', { exact: true }).blur();
      await page.keyboard.press('Shift+S');
      const dialog = page.getByRole('dialog', { name: 'Save the filter' });
      await dialog.getByText('Dropped. Order: Uncertainty of the RPN.').waitFor();
      assert.deepEqual(await violations(page), []);
      await page.keyboard.type('Lost ones');
      await page.keyboard.press('Enter');
      await page.getByText('Saved the filter “Lost ones”').waitFor();

      // From the palette, after everything was shown again; a reload keeps it.
      await page.keyboard.press('Shift+C');
      await new ReviewPage(page).ready();
      await page.reload();
      await new ReviewPage(page).ready();
      await page.keyboard.press('Control+k');
      await page.keyboard.type('filter: lost');
      await page.keyboard.press('Enter');
      await chip(page, 'Dropped').waitFor();
      assert.equal(await page.getByLabel('Order', { exact: true }).inputValue(), 'uncertainty');

      await page.keyboard.press('Shift+F');
      const saved = (words: string) => panel(page).getByRole('button', { name: words, exact: true });
      await panel(page).locator('[data-saved="Lost ones"][aria-pressed=true]').waitFor();
      assert.deepEqual(await violations(page), []);
      await saved('More about Lost ones').press('Enter');
      await page.getByRole('menuitem', { name: 'Rename…' }).click();
      const rename = page.getByRole('dialog', { name: 'Rename the filter' });
      await rename.getByLabel('Name').fill('Left out');
      await page.keyboard.press('Enter');
      await rename.waitFor({ state: 'detached' });

      await page.getByLabel('Dropped or kept').selectOption('kept');
      await page.getByRole('button', { name: /^Filter/ }).click();
      await saved('More about Left out').click();
      await page.getByRole('menuitem', { name: 'Replace with the current filter' }).click();
      await page.getByText('Replaced the filter “Left out”').waitFor();
      await panel(page).locator('[data-saved="Left out"][aria-pressed=true]').waitFor();
      await page.getByRole('button', { name: 'Undo', exact: true }).click();
      await page.locator('[data-saved="Left out"][aria-pressed=false]').waitFor({ state: 'attached' });

      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+k');
      await page.keyboard.type('delete the filter left');
      await page.keyboard.press('Enter');
      await page.getByText('Deleted the filter “Left out”').waitFor();
      await page.getByRole('button', { name: 'Undo', exact: true }).press('Enter');
      await page.getByRole('button', { name: /^Filter/ }).click();
      await saved('Left out').click();
      await chip(page, 'Dropped').waitFor();
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}
