/** Many samples decided at once: the sampled audit, by keyboard and by mouse, undo, refusal, and a second window. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { violations } from './support/axe.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

async function openGallery(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Gallery' }).click();
  await page.locator('[role=option] img').first().waitFor();
  await page.getByRole('listbox').focus();
}

/** Presses a verdict's key on every sample of the audit that is left, each once it can be judged. */
async function judgeAll(page: Page, count: number, key: string): Promise<void> {
  for (let i = 0; i < count; i++) {
    const id = await page.locator('[data-audit]').getAttribute('data-audit');
    await page.getByRole('dialog').locator('button[data-tip^="Right"]:enabled').waitFor();
    await page.keyboard.press(key);
    if (i + 1 < count) await page.locator(`[data-audit]:not([data-audit="${id}"])`).waitFor();
  }
}

async function bothThemes(page: Page, where: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    assert.deepEqual(await violations(page), [], `${where}, ${colorScheme}`);
  }
}

test('by keyboard: all of a filter is accepted after a clean audit, another window hears of it, and it is undone', async (t) => {
  const app = await openInBrowserHost(chromium, await demoProject(t));
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    await review.pressAndMove('x');
    await review.saved();
    const opened = await review.currentId();
    const other = await page.context().newPage();
    await other.goto(page.url());
    const second = new ReviewPage(other);
    await second.ready();
    await other.locator('[data-filter=pending]').click();
    await other.locator('[aria-busy=false][role=list]').waitFor();
    await second.choose(opened);

    await openGallery(page);
    await page.keyboard.press('Control+a');
    await bothThemes(page, 'chosen samples');
    await page.keyboard.press('a');
    const counts = page.getByTestId('batch-counts');
    await counts.waitFor();
    assert.match(
      (await counts.textContent()) ?? '',
      /To be accepted, as labelled\s*\d+.*Already decided.*1/s,
    );
    // What has no label to accept stays undecided.
    const rows = await counts.locator('tr', { hasText: 'Left out' }).allTextContents();
    const staying = rows
      .filter((row) => !row.includes('Already decided'))
      .reduce((sum, row) => sum + Number(/(\d+)\s*$/.exec(row)?.[1]), 0);
    const undecided = `[data-filter=pending][data-count="${staying}"]`;
    await page.getByRole('radio', { name: /At most 10%/ }).check();
    await bothThemes(page, 'choice');
    await page.getByRole('button', { name: 'Look at 30 first' }).press('Enter');
    await page.locator('[data-audit] canvas').waitFor();
    await bothThemes(page, 'audit');
    await judgeAll(page, 1, 'Enter');
    await page.getByText('1 of 30').waitFor();

    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Shift+B');
    await page.getByText('Being audited: 1 of 30 looked at').waitFor();
    await bothThemes(page, 'list');
    await page.getByRole('button', { name: 'Continue the audit' }).press('Enter');
    await page.locator('[data-audit]').waitFor();
    await judgeAll(page, 29, 'Enter');
    await page.getByTestId('batch-finding').waitFor();
    await page.getByText('The audit has passed').waitFor();
    await bothThemes(page, 'finding');
    await page.getByRole('button', { name: /^Accept \d+ samples$/ }).press('Enter');
    await page.getByText(/^\d+ samples accepted\.$/).waitFor();
    await page.locator(undecided).waitFor();

    await other.getByText(/^Batch 1 by .+ decided this sample$/).waitFor();
    await other.locator('[data-current-state=accepted]').waitFor();
    await other.locator(`[data-sample="${opened}"][data-state=accepted]`).waitFor();
    await other.getByText('· batch 1').waitFor();
    await other.locator(undecided).waitFor();
    await other.keyboard.press('x');
    await second.saved();

    await page.keyboard.press('Control+z');
    await page
      .getByText(/samples are as before the batch\. 1 was decided since and stays as it is\.$/)
      .waitFor();
    await page.locator('[data-filter=rejected][data-count="2"]').waitFor();
    await page.locator('[data-filter=accepted][data-count="0"]').waitFor();
    await page.keyboard.press('Control+z');
    await page
      .getByRole('dialog', { name: 'Batches' })
      .getByText(/^Undone: /)
      .waitFor();
    assert.deepEqual(app.complaints, []);
  } finally {
    await app.close();
  }
});

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}, by mouse: a wrong one refuses the batch; the rest is reviewed one by one; rejecting works alike`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      await new ReviewPage(page).ready();
      await page.locator('[data-filter=pending]').click();
      await openGallery(page);
      await page.locator('[aria-posinset="1"]').click();
      await page.locator('[aria-posinset="8"]').click({ modifiers: ['Shift'] });
      await page.locator('[aria-posinset="9"]').click({ modifiers: ['Control'] });
      await page.getByText('9 samples selected').waitFor();
      await page.getByRole('button', { name: 'Accept…' }).click();
      await page.getByText('That is all of them.').waitFor();
      await page.getByRole('button', { name: /^Look at \d first$/ }).click();
      const wrong = page.getByRole('button', { name: 'Wrong', exact: true });
      await page.locator('[data-audit] canvas').waitFor();
      await wrong.click();
      await page.getByText('The audit has not passed: nothing was decided').waitFor();
      await bothThemes(page, 'refused');
      assert.equal(await page.getByRole('button', { name: /^Accept \d/ }).count(), 0);
      await page.getByRole('button', { name: /^Review all \d one by one$/ }).click();
      const review = new ReviewPage(page);
      await review.ready();
      assert.equal(await page.getByRole('tab', { name: 'Review' }).getAttribute('aria-selected'), 'true');
      await page.getByRole('list', { name: /^\d samples$/ }).waitFor();

      await openGallery(page);
      await page.locator('[aria-posinset="1"]').click();
      await page.locator('[aria-posinset="3"]').click({ modifiers: ['Shift'] });
      await page.getByRole('button', { name: 'Reject…' }).click();
      await page.getByText(/has an unfinished audit/).waitFor();
      await page.getByRole('button', { name: 'Look at 3 first' }).click();
      for (let i = 0; i < 3; i++) {
        await page.getByText(`${i} of 3`).waitFor();
        await page.getByRole('button', { name: 'Right', exact: true }).click();
      }
      await page.getByLabel(/^Why\?/).fill('  too small  ');
      await bothThemes(page, 'reason');
      await page.getByRole('button', { name: 'Reject 3 samples' }).click();
      await page.getByText('3 samples rejected.').waitFor();
      await page.getByRole('button', { name: 'Undo', exact: true }).click();
      await page.getByText('3 samples are as before the batch.').waitFor();
      await page.keyboard.press('Shift+B');
      await page.getByText('reject 3, “too small” ·').waitFor();
      await page.keyboard.press('Escape');
      await page.locator('[data-filter=rejected][data-count="0"]').waitFor();
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}
