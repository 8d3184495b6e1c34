/** Samples like one: asked for from gallery and review, by key and by button, and the way back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { onlyLanguage } from './support/filter-panel.ts';
import { hostInTurn } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: the gallery shows what is like a sample, says why, and leads back to the list before`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      await onlyLanguage(page, 'en');
      await page.locator('[aria-busy=false][role=list]').waitFor();
      await review.ready();
      await review.pressAndMove('j');
      const subject = await review.currentId();

      await page.keyboard.press('Shift+M');
      const heading = page.getByTestId('similar');
      await heading.waitFor();
      await page.getByRole('tab', { name: 'Gallery', selected: true }).waitFor();
      await page.getByRole('listbox', { name: '101 samples' }).waitFor();
      await page.locator(`[data-tile="${subject}"][aria-posinset="1"].current`).waitFor();
      assert.equal(await page.getByLabel('Order').inputValue(), 'listed');
      const second = page.locator('[aria-posinset="2"]');
      await second.locator('.why').waitFor();
      assert.match((await second.locator('.why').getAttribute('data-tip')) ?? '', /^Question: .+\nRegion: /);
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
        assert.deepEqual(await violations(page), [], colorScheme);
      }

      await page.getByRole('listbox').focus();
      await page.keyboard.press('ArrowRight');
      const other = Number(await second.getAttribute('data-tile'));
      await page.getByRole('toolbar').getByRole('button', { name: 'More like this' }).click();
      await page.locator(`[data-tile="${other}"][aria-posinset="1"].current`).waitFor();

      await page.keyboard.press('Shift+Backspace');
      await heading.waitFor({ state: 'detached' });
      await page.locator(`[data-tile="${other}"].current`).waitFor();
      await page.getByRole('button', { name: 'Remove: Language en' }).waitFor();
      assert.equal(await page.getByLabel('Order').inputValue(), 'imported');

      await page.getByRole('tab', { name: 'Review' }).click();
      await review.ready();
      await page.getByRole('button', { name: 'More like this' }).click();
      await heading.waitFor();
      await page.getByRole('tab', { name: 'Review' }).click();
      await review.ready();
      assert.deepEqual(await violations(page), [], 'review');
      await heading.getByRole('button', { name: 'Back' }).click();
      await heading.waitFor({ state: 'detached' });
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}
