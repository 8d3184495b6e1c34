/** Tokens, another question kept as a sample, and the causal check, as a reviewer uses them, in both hosts. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';

/** The demo model is small, but two cores may be busy. */
const ANSWER_MS = 60_000;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: tokens by pointer and keyboard, a question asked and kept, a causal check`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      await page.setViewportSize({ width: 1280, height: 720 });
      const review = new ReviewPage(page);
      await review.ready();

      await page.getByRole('tab', { name: 'Tokens' }).click();
      const chips = page.locator('[data-token]');
      await chips.first().waitFor({ timeout: ANSWER_MS });
      const map = page.getByRole('region', { name: 'Map of the tokens' });
      assert.match((await map.textContent()) ?? '', /Tokens of the map/);
      const words = (await chips.first().textContent()) ?? '';
      await chips.first().focus();
      assert.ok(((await map.textContent()) ?? '').includes(`“${words}”`), 'focus shows its map');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      assert.equal(await page.locator('[data-token][aria-pressed=true]').count(), 2);
      await page.getByRole('tab', { name: 'Tokens' }).focus();
      assert.match((await map.textContent()) ?? '', /“.+” \+ “.+”/, 'two that are kept give their mean');
      await page.getByRole('button', { name: 'Show in a pane' }).click();
      await page.getByRole('region', { name: /“.+” \+ “.+”/ }).waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        // Colours that are still changing have the contrast of neither theme.
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
        assert.deepEqual(await violations(page), [], `tokens, ${colorScheme}`);
      }

      await page.getByRole('tab', { name: 'Sample' }).click();
      await review.pressAndMove('j');
      const pane = page.getByRole('region', { name: 'Tokens of the map' });
      await pane.getByTestId('highest').filter({ hasText: /\d/ }).waitFor({ timeout: ANSWER_MS });
      assert.equal(await page.getByText('Asking the model').count(), 0, 'a pane fills with its tab closed');
      await review.pressAndMove('k');

      await page.getByRole('tab', { name: 'Ask and check' }).click();
      await page.getByRole('button', { name: 'Check', exact: true }).click();
      await page.locator('[data-verdict]').waitFor({ timeout: ANSWER_MS });
      assert.ok((await page.getByRole('row').count()) >= 4, 'the answers side by side');
      await page.getByLabel('Question', { exact: true }).fill('what is the border colour of the red tag ?');
      await page.keyboard.press('Enter');
      await page.getByTestId('asked-answer').waitFor({ timeout: ANSWER_MS });
      for (const colorScheme of ['light', 'dark'] as const) {
        // Colours that are still changing have the contrast of neither theme.
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
        assert.deepEqual(await violations(page), [], `ask and check, ${colorScheme}`);
      }
      const before = await review.currentId();
      await page.getByRole('button', { name: 'Keep as sample' }).click();
      await page.getByText(/Kept as sample/).waitFor();
      await page.getByRole('button', { name: 'Show it' }).click();
      await page.locator(`button[aria-current=true]:not([data-sample="${before}"])`).waitFor();
      await page.getByRole('tab', { name: 'Sample' }).click();
      await review.ready();
      await page.getByText('asked by').waitFor();
      assert.equal(await review.currentState(), 'pending');
    } finally {
      await app.close();
    }
  });
}
