/** The numbers beside the pictures, in both hosts: what a list is sorted by, and what the Sample tab counts. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

/** The values of the rows or tiles on screen, from the top, once the list is in its order. */
async function values(page: Page, order: string): Promise<string[]> {
  await page.locator('[role=list][aria-busy=false], [role=listbox][aria-busy=false]').waitFor();
  await page.locator(`[data-value=${order}]`).first().waitFor();
  return page.locator(`[data-value=${order}] > [data-figure]`).allTextContents();
}

const shares = (texts: readonly string[]) =>
  texts.filter((text) => text !== '—').map((text) => parseFloat(text));

async function accessible(page: Page, where: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    assert.deepEqual(await violations(page), [], `${where}, ${colorScheme}`);
  }
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: rows and tiles show what the list is sorted by, and follow a decision`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      await page.setViewportSize({ width: 1280, height: 720 });
      const review = new ReviewPage(page);
      await review.ready();
      assert.equal(await page.locator('[data-value]').count(), 0, 'as imported there is nothing to show');
      await page.locator('button[data-sample] img').first().waitFor();
      const order = page.getByLabel('Order', { exact: true });
      await order.selectOption('disagreement');
      const found = await values(page, 'disagreement');
      assert.ok(found.length > 3 && found.every((text) => /^\d+\.\d%$|^—$/.test(text)), found.join());
      assert.deepEqual(
        shares(found),
        shares(found).toSorted((a, b) => b - a),
        'in the order of the list',
      );

      // Another order is read from its first sample on; the Sample tab has the same number, the other way round.
      await page.locator('[aria-posinset="1"] [aria-current=true]').waitFor();
      await review.ready();
      const mask = page.locator('[data-score=rpnMask] td');
      const first = shares(await values(page, 'disagreement'))[0]!;
      await mask.filter({ hasText: '%' }).waitFor();
      assert.ok(Math.abs(100 - first - parseFloat(await mask.innerText())) < 0.11, await mask.innerText());
      await page.locator('[data-score=truthMask] td').filter({ hasText: '%' }).waitFor();
      await accessible(page, 'review');

      // Explained by the keyboard alone.
      const explain = page.getByRole('button', { name: 'How the numbers are counted' });
      await explain.focus();
      const bubble = page.getByRole('tooltip').filter({ hasText: '1 − disagreement' });
      await bubble.waitFor();
      await accessible(page, 'explained');
      await page.keyboard.press('Escape');
      await bubble.waitFor({ state: 'hidden' });

      // What a decision changes is there at once.
      await order.selectOption('reviewed');
      await values(page, 'reviewed');
      await order.blur();
      const id = await review.currentId();
      await page.keyboard.press('x');
      await page
        .locator(`[data-sample="${id}"] [data-value=reviewed]`)
        .filter({ hasText: /\d\d:\d\d/ })
        .waitFor();

      // An answer is right or wrong by the rule, and by a person's word over it: by key, then by button.
      await order.selectOption('outcome');
      await values(page, 'outcome');
      await page.locator('button[aria-current=true]').focus();
      await page.keyboard.press('Home');
      await page.locator('[aria-posinset="1"] [aria-current=true]').waitFor();
      await review.ready();
      assert.equal((await values(page, 'outcome'))[0], 'fixed');
      const judged = page.getByTestId('judged-first');
      await judged.getByText('wrong').waitFor();
      await page.getByTestId('scored').getByText('exact match: 0.00 alone, 1.00 with the crop').waitFor();
      await page.locator('[data-match]').first().waitFor();
      const mark = page.locator(`[data-sample="${await review.currentId()}"] [data-outcome]`);
      assert.equal(await mark.getAttribute('data-outcome'), 'fixed');
      await page.keyboard.press('5');
      await judged.getByText('by you').waitFor();
      await judged.getByText('right', { exact: true }).waitFor();
      await page.keyboard.press('Shift+W');
      await page.getByTestId('judged-crop').getByText('by you').waitFor();
      await review.saved();
      assert.equal(await mark.getAttribute('data-outcome'), 'broken');
      await accessible(page, 'judged');
      await judged.getByRole('button', { name: 'The answer is right' }).click();
      await judged.getByText('by you').waitFor({ state: 'detached' });
      await page.locator(`[data-sample="${await review.currentId()}"] [data-outcome=both_wrong]`).waitFor();

      await page.getByRole('tab', { name: 'Gallery' }).click();
      await page.getByLabel('Order', { exact: true }).selectOption('roiSize');
      const sizes = shares(await values(page, 'roiSize'));
      assert.deepEqual(
        sizes,
        sizes.toSorted((a, b) => b - a),
      );
      const tile = page.locator('[role=option][data-tile]').first();
      assert.match((await tile.getAttribute('aria-label')) ?? '', /, region \d+\.\d%,/);
      await accessible(page, 'gallery');
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });

  test(`${name}: the filter shows how each number is distributed, and what its range takes in`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      await page.setViewportSize({ width: 1280, height: 720 });
      await new ReviewPage(page).ready();
      await page.keyboard.press('Shift+F');
      const numbers = page.getByRole('group', { name: 'Numbers' });
      const size = numbers.getByRole('img', { name: /^Size of the region: \d+ samples, from/ });
      await size.waitFor();
      const bars = () => size.locator('rect').count();
      const outside = () => size.locator('rect.out').count();
      const before = await bars();
      assert.ok(before > 1);
      assert.equal(await outside(), 0);
      await page.getByLabel('Size of the region, from, percent').fill('90');
      await size.locator('rect.out').first().waitFor();
      assert.equal(await bars(), before, 'its own range takes nothing away');
      // Of the other numbers only what the range lets through is counted.
      await numbers.getByRole('img', { name: 'Region from the left: No sample has this number' }).waitFor();
      await accessible(page, 'filter with histograms');
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });

  test(`${name}: a threshold is typed, refused with its bounds, and taken back`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      await page.setViewportSize({ width: 1280, height: 720 });
      await new ReviewPage(page).ready();
      await page.getByRole('tab', { name: 'Recipe' }).click();
      const field = page.getByLabel('Foreground, typed');
      const stored = await field.inputValue();
      const onTrial = page.getByTestId('on-trial');
      await field.fill('42,5');
      await field.press('Enter');
      await onTrial.waitFor();
      assert.equal(await field.inputValue(), '42.5%');
      assert.equal(
        await page.getByRole('slider', { name: 'Foreground', exact: true }).getAttribute('aria-valuetext'),
        '42.5%',
      );
      await field.fill('142');
      await field.press('Enter');
      await page.getByRole('alert').filter({ hasText: 'Foreground: 0% to 100%' }).waitFor();
      assert.equal(await field.getAttribute('aria-invalid'), 'true');
      await accessible(page, 'wrong value');
      await field.press('Escape');
      assert.equal(await field.inputValue(), stored);
      await onTrial.waitFor({ state: 'detached' });
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });

  test(`${name}: a correction has its own numbers; rows tell where the crop changed the answer`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      const changed = page.locator('button[data-sample]').filter({ hasText: 'another answer' });
      await changed.first().waitFor();
      const id = Number(await changed.first().getAttribute('data-sample'));
      await review.choose(id);
      const answers = page.getByRole('region', { name: 'Question and answers' });
      await answers.getByText('changed', { exact: true }).waitFor();

      await page.locator('[data-score=rpnMask] td').filter({ hasText: /\d|—/ }).waitFor();
      assert.equal(await page.locator('[data-score=iou]').count(), 0);
      await page.keyboard.press('b');
      await review.stroke([0.1, 0.1], [0.6, 0.5]);
      await review.saved();
      await page.locator('[data-score=iou] td').last().filter({ hasText: /%/ }).waitFor();
      await page.locator('[data-score=rpnMask] td').nth(1).waitFor();
      await accessible(page, 'corrected');
      await page.keyboard.press('Control+z');
      await page.locator('[data-score=iou]').waitFor({ state: 'detached' });
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}
