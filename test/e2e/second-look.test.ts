/** Answering again with the real engine: after relabelling, with a changed label's region, and as part of relabelling. */
import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';

const ANSWERED_MS = 60_000;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

const second = (page: Page) => page.locator('dt:text-is("With the crop") + dd');
/** The answer itself: what people and scorers say of it comes beside it a moment later. */
const said = (page: Page) =>
  second(page).evaluate(({ childNodes }) =>
    [...childNodes].map((node) => (node.nodeName === '#text' ? node.textContent : '')).join(''),
  );

/**
 * Another threshold, so that the crop is another one.
 * @param position of the slider, 0 to 400
 * @param scope the words of the button
 */
async function relabel(page: Page, position: string, scope: RegExp, again: boolean): Promise<void> {
  await page.getByRole('tab', { name: 'Recipe' }).click();
  const slider = page.getByRole('slider', { name: 'RoI threshold' });
  await slider.fill(position);
  await page.getByRole('button', { name: scope }).click();
  await page.getByText('Checked', { exact: true }).waitFor();
  const option = page.getByRole('checkbox', { name: /^Ask again where the crop changes/ });
  await option.setChecked(again);
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: /^Apply to \d+ samples?$/ }).click();
  await page.getByText(/samples? now follows?/).waitFor({ timeout: ANSWERED_MS });
  await page.getByRole('tab', { name: 'Sample' }).click();
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: a relabelled sample gets its second answer by key; a changed label is answered for its region; a job can do both`, async (t) => {
    const project = await demoProject(t);
    process.env.FOVEA_HOME = dirname(project);
    const app = await open(chromium, project);
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      await relabel(page, '120', /^Apply to the project/, false);
      await second(page).getByText('Not run').waitFor({ timeout: ANSWERED_MS });
      assert.deepEqual(await violations(page), []);
      await page.keyboard.press('Shift+L');
      await second(page).getByText('Not run').waitFor({ state: 'detached', timeout: ANSWERED_MS });
      const answer = await said(page);
      await page.reload();
      await review.ready();
      assert.equal(await said(page), answer, 'it is stored');

      await page.keyboard.press('.');
      const own = page.getByTestId('label-answer');
      await own.getByText('Not asked').waitFor();
      assert.deepEqual(await violations(page), []);
      await own.getByRole('button', { name: 'Ask with its region' }).click();
      await own.getByText('its region as the crop; not saved').waitFor({ timeout: ANSWERED_MS });
      assert.equal(await said(page), answer, 'the prediction keeps its own');

      await page.locator('[data-search]').fill('demo-0001-0');
      await page.locator('[aria-current=true]', { hasText: 'demo-0001-0' }).waitFor();
      await second(page).getByText('Not run').waitFor();
      await relabel(page, '60', /^Apply to the filter/, true);
      await page.locator('dt:text-is("With the crop") + dd:not(:has-text("Not run"))').waitFor({
        timeout: ANSWERED_MS,
      });
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}
