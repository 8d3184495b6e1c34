/** Tips of controls: by the pointer and by keyboard focus, over dialogs too, out of the way as soon as something is done. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
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

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: a tip is shown by pointer and by Tab, and goes with the next key, press or control`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      const tip = page.getByTestId('tip');
      const says = async (words: RegExp): Promise<void> => {
        await tip.filter({ hasText: words }).waitFor();
      };
      await page.getByRole('button', { name: /^Brush/ }).hover();
      await says(/^Brush \(B\)$/);
      assert.deepEqual(await violations(page), []);
      await page.keyboard.press('ArrowRight');
      await tip.waitFor({ state: 'hidden' });

      const recipe = page.getByRole('tab', { name: 'Recipe' });
      await page.getByRole('tab', { name: 'Sample' }).focus();
      await page.keyboard.press('ArrowRight');
      await recipe.and(page.locator(':focus')).waitFor();
      await says(/^Show the tab Recipe \(Alt\+C\)$/);
      await page.mouse.move(640, 400);
      await page.keyboard.press('Alt+s');
      await tip.waitFor({ state: 'hidden' });

      // A row, which holds small icons, and what explains a slider: the keyboard hears of them as the pointer does.
      await page.locator('[data-sample][aria-current=true]').focus();
      await page.keyboard.press('ArrowDown');
      await says(/^(To review|Dropped: )/);
      await page.keyboard.press('Alt+c');
      await page.getByRole('slider', { name: 'Foreground' }).focus();
      await says(
        /^Foreground is above this share of the maximum\s*Behind it: this sample’s tokens by their share of the denoised maximum \(heights are square roots\)\. \d+ tokens, \d+ [^.]+$/,
      );
      await page.keyboard.press('Escape');
      await tip.waitFor({ state: 'hidden' });

      await page.keyboard.press('?');
      await page.getByRole('button', { name: 'Close (Esc)' }).hover();
      await says(/^Close \(Esc\)$/);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await tip.waitFor({ state: 'hidden' });

      // What stands there whole needs no tip; where it is cut off, the tip has the rest.
      await page.keyboard.press('Alt+s');
      const file = page.locator('#dock-panel .file');
      await file.evaluate((one) => (one.style.flex = 'none'));
      await file.hover();
      await page.getByRole('button', { name: /^Brush/ }).hover();
      await says(/^Brush/);
      await file.evaluate((one) => (one.style.width = '5ch'));
      await file.hover();
      await says(/^demo-\d+\.\w+$/);
    } finally {
      await app.close();
    }
  });
}
