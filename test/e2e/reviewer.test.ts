/** The name that decisions are signed with, in both hosts: shown, changed in one place, for new decisions alone. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openProject } from '../../src-main/store/file/project.ts';
import { reviewHistory } from '../../src-main/store/reviews/review.ts';
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
  test(`${name}: the reviewer's name is in the header, is changed there, and is given back`, async (t) => {
    const path = await smallDemoProject(t, 4);
    const app = await open(chromium, path);
    let given = '';
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      const shown = page.getByRole('banner').locator('[data-reviewer]');
      const rename = async (to: string): Promise<void> => {
        await shown.click();
        const dialog = page.getByRole('dialog', { name: 'Reviewer' });
        await dialog.getByLabel('Your name, as decisions show it').fill(to);
        assert.deepEqual(await violations(page), []);
        await page.keyboard.press('Enter');
        await dialog.waitFor({ state: 'detached' });
      };
      await review.ready();
      given = (await shown.getAttribute('data-reviewer')) ?? '';
      await review.pressAndMove('x');
      await review.saved();
      await rename('  Ana María  ');
      await page.locator('[data-reviewer="Ana María"]').waitFor();
      await review.pressAndMove('x');
      await review.saved();
      if (name === 'browser host') {
        // It is this machine's, not this page's: a window that is open already signs with it too.
        const other = await page.context().newPage();
        await other.goto(page.url());
        await other.locator('[data-reviewer="Ana María"]').waitFor();
        await rename('Ana');
        await other.locator('[data-reviewer="Ana"]').waitFor();
        await other.close();
        await rename('Ana María');
      }
      await page.reload();
      await review.ready();
      await page.locator('[data-reviewer="Ana María"]').waitFor();
      await shown.click();
      await page.getByRole('button', { name: `Use “${given}”` }).click();
      await page.locator(`[data-reviewer="${given}"]`).waitFor();
      await page.keyboard.press('End');
      await page.locator('button[aria-current=true][data-sample="4"]').waitFor();
      await review.ready();
      await page.keyboard.press('x');
      await page.locator('[data-sample="4"][data-state=rejected]').waitFor();
      await review.saved();
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
    const project = openProject(path);
    t.after(() => project.close());
    const who = [1, 2, 4].map((id) => reviewHistory(project.db, id)[0]?.reviewer);
    assert.deepEqual(who, [given, 'Ana María', given]);
  });
}
