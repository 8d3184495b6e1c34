/** The Compare page with the real engine and the real thread: from a version that has no predictions yet to who wins where, and back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { compareDemo } from './support/compare-demo.ts';
import { hostInTurn } from './support/hosts.ts';
import { trainingDemo } from './support/training-demo.ts';

const LONG_MS = 120_000;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

const openCompare = (page: Page) => page.getByRole('tab', { name: 'Compare' }).click();
const rows = (page: Page) => page.getByRole('region', { name: 'Who wins where' }).locator('[data-sample]');
const current = (page: Page) => page.locator('[data-sample][aria-current=true]').getAttribute('data-sample');

/** Once the panes show the row that is looked at. */
async function looked(page: Page): Promise<string> {
  const sample = await current(page);
  await page.locator(`.panes[data-sample="${sample}"][aria-busy=false]`).waitFor({ timeout: LONG_MS });
  return sample!;
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: a version predicts, is compared on the same samples, stepped through with keys, used and rolled back`, async (t) => {
    const app = await open(chromium, await compareDemo(t));
    try {
      const { page } = app;
      await page.locator('[data-sample][aria-current=true]').waitFor();
      await page.keyboard.press('Alt+p');
      const unasked = page.getByRole('region', { name: 'mixed up has no predictions yet' });
      await unasked.waitFor();
      assert.deepEqual(await violations(page), []);
      await unasked.getByRole('button', { name: 'Predict with mixed up' }).click();
      const table = page.getByRole('region', { name: /mixed up beside Model’s own/ });
      await table.waitFor({ timeout: LONG_MS });
      await page
        .getByTestId('compared-on')
        .getByText(/On 12 samples that neither side learned from.*truth boxes/)
        .waitFor();
      const auc = await page.locator('[data-measure=auc]').textContent();
      assert.match(
        auc ?? '',
        /AUC\s*0\.\d{4}\s*0\.\d{4}\s*[+−]0\.\d{4}.* to .*(sure difference|is better)\s*12/,
      );

      // The list begins where A does best, from the other end where B does.
      const first = await looked(page);
      await page.keyboard.press('e');
      await page.getByRole('button', { name: 'B’s best first' }).waitFor();
      assert.equal(await looked(page), first, 'who is looked at stays');
      await rows(page).first().click();
      const worst = await looked(page);
      await page.keyboard.press('ArrowRight');
      // The row, not the panes: they show it still while the next one comes.
      await page.locator(`button[data-sample="${worst}"]:not([aria-current])`).waitFor();
      const second = await looked(page);
      assert.notEqual(second, worst);
      await page.keyboard.press('k');
      await page.locator(`[data-sample="${worst}"][aria-current=true]`).waitFor();
      await page.getByRole('button', { name: /^B wins/ }).click();

      // One pointer, both values; one zoom.
      const a = page.getByRole('region', { name: 'A: mixed up' });
      const b = page.getByRole('region', { name: 'B: Model’s own' });
      await looked(page);
      await a.locator('[data-pane]').hover();
      for (const pane of [a, b]) await pane.getByTestId('value').getByText(/\d/).waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
        assert.deepEqual(await violations(page), [], colorScheme);
      }

      const lineage = page.getByRole('region', { name: 'Where they come from' });
      await lineage.getByRole('button', { name: 'Use mixed up' }).click();
      await lineage.getByText('Labelling uses mixed up').waitFor();
      await lineage.getByRole('button', { name: 'Go back to the model’s own RPN' }).click();
      await lineage.getByText('Labelling uses the model’s own RPN').waitFor();

      // What was chosen is there again after a reload, at the same page and sample.
      assert.ok((await rows(page).count()) > 1);
      await rows(page).last().click();
      await page.locator('[data-sample][aria-current=true]:last-child').waitFor();
      const left = await looked(page);
      await page.reload();
      await table.waitFor({ timeout: LONG_MS });
      await page.getByRole('button', { name: /^B wins/, pressed: true }).waitFor();
      const opened = await looked(page);
      assert.equal(opened, left);
      await page.keyboard.press('Enter');
      await page.getByRole('tab', { name: 'Review', selected: true }).waitFor();
      await page.locator(`[data-sample="${opened}"][aria-current=true]`).waitFor();
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: without a version, without anything known, beside the teacher: said in words, with a way on; a decision shows in the numbers`, async (t) => {
    const app = await open(chromium, await compareDemo(t, { samples: 8, corrected: 2 }));
    try {
      const { page } = app;
      await openCompare(page);
      await page.getByRole('button', { name: 'Predict with mixed up' }).click();
      await page
        .getByTestId('compared-on')
        .getByText(/On 2 samples .* against corrected labels/)
        .waitFor({ timeout: LONG_MS });

      await page.getByLabel('Side B', { exact: true }).selectOption('teacher');
      await page.locator('[data-measure=iou]').getByText('The teacher’s map is not a probability').waitFor();
      assert.ok(await page.locator('option', { hasText: 'Corrected and accepted labels' }).isDisabled());
      await page.getByLabel('Side B', { exact: true }).selectOption('own');
      await page.getByLabel('On samples').selectOption('held_out');
      await page.getByText(/No sample is left to compare on .*2 not held out/).waitFor();
      assert.deepEqual(await violations(page), []);
      await page.getByRole('button', { name: 'On samples new to both' }).click();
      await page
        .getByTestId('compared-on')
        .getByText(/On 2 samples/)
        .waitFor();

      await page.keyboard.press('Alt+r');
      await page.locator('[data-state=pending]').first().click();
      await page.locator('[data-state=pending][aria-current=true]').waitFor();
      await page.keyboard.press('Enter');
      await openCompare(page);
      await page.getByLabel('Measured against').selectOption('reviewed');
      await page
        .getByTestId('compared-on')
        .getByText(/On 3 samples/)
        .waitFor();
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });

  test(`${name}: a project without a version leads to where one is made`, async (t) => {
    const app = await open(chromium, await trainingDemo(t, { samples: 4 }));
    try {
      const { page } = app;
      await openCompare(page);
      await page.getByLabel('Side B', { exact: true }).selectOption('teacher');
      await page
        .getByTestId('compared-on')
        .getByText(/On 4 samples/)
        .waitFor({ timeout: LONG_MS });
      await page.getByRole('button', { name: 'All versions' }).click();
      await page.getByText('No versions yet. Each run ends with one').waitFor();
    } finally {
      await app.close();
    }
  });
}
