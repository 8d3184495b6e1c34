/** The way through a list by key: its ends, what nobody decided yet, and what the page says behind the last sample. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
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

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: the end of a list says how it stands and leads on; nothing is decided there`, async (t) => {
    const app = await open(chromium, await smallDemoProject(t, 6));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      const at = (id: number) => page.locator(`button[aria-current=true][data-sample="${id}"]`).waitFor();
      const end = page.locator('[data-end-of-list]');
      const count = (state: string) => page.locator(`[data-end-count=${state}]`).textContent();
      await review.ready();
      await review.pressAndMove('x');
      await page.keyboard.press('End');
      await at(6);
      await page.keyboard.press('Home');
      await at(1);
      await page.keyboard.press('Shift+J');
      await at(2);
      await page.keyboard.press('Shift+K');
      await at(6);
      await page.getByText('Continued from its end').waitFor();
      await review.ready();

      await page.keyboard.press('x');
      await end.waitFor();
      await end.getByText('4 samples in this list wait for a decision.').waitFor();
      assert.deepEqual([await count('rejected'), await count('pending')], ['2', '4']);
      assert.deepEqual(await violations(page), []);

      // Nothing is on screen that could be decided; the last sample is one key away.
      await page.keyboard.press('Enter');
      await page.getByText('This is the end of the list').waitFor();
      assert.equal(await review.rowState(6), 'rejected');
      await page.keyboard.press('ArrowLeft');
      await end.waitFor({ state: 'detached' });
      await at(6);
      await page.keyboard.press('ArrowRight');
      await end.waitFor();
      await page.keyboard.press('Control+z');
      await end.waitFor({ state: 'detached' });
      await page.locator('[data-sample="6"][data-state=pending]').waitFor();

      await page.keyboard.press('Home');
      await at(1);
      for (const id of [2, 3, 4, 5, 6]) {
        await page.keyboard.press('Shift+J');
        await at(id);
        await review.ready();
        if (id < 6) await page.keyboard.press('x');
        // Already on the next one: back, to go on by the key.
        if (id < 6) await at(id + 1);
        if (id < 5) await page.keyboard.press('ArrowLeft');
        if (id < 5) await at(id);
        if (id === 5) break;
      }
      await review.ready();
      await page.keyboard.press('x');
      await end.getByText('Nothing waits for a decision.').waitFor();
      await page.keyboard.press('Shift+J');
      await page.getByText('Nothing left to decide in this list').waitFor();

      // A filter with its own end, and the way out of it.
      await end.getByRole('button', { name: 'Back to the first' }).click();
      await at(1);
      await review.ready();
      await page.keyboard.press('Control+z');
      await page.locator('[data-sample="6"][data-state=pending]').waitFor();
      await review.saved();
      await page.locator('[data-filter=rejected]').click();
      await page.getByRole('list', { name: '5 samples' }).waitFor();
      await page.keyboard.press('End');
      await page.keyboard.press('ArrowRight');
      await end.getByText('End of the list').waitFor();
      await end.getByRole('button', { name: 'Go to the undecided' }).waitFor();
      await end.getByRole('button', { name: 'Clear the filter' }).click();
      await end.waitFor({ state: 'detached' });
      await page.getByRole('list', { name: '6 samples' }).waitFor();
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}
