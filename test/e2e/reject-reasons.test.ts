/** Why a sample is rejected: by keys, first or afterwards, without holding up who just presses X. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { reviewHistory } from '../../src-main/store/reviews/review.ts';
import { openProject } from '../../src-main/store/file/project.ts';
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
  test(`${name}: a sample is rejected at once, for a reason, or told the reason afterwards; undo takes it back`, async (t) => {
    const path = await smallDemoProject(t, 8);
    const app = await open(chromium, path);
    const [one, two] = [1, 2];
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      assert.equal(await review.currentId(), one);

      // X asks nothing; the reason comes after it, of the sample that is not on screen any more.
      await review.pressAndMove('x');
      assert.equal(await page.getByRole('dialog').count(), 0);
      await page.keyboard.press('Shift+R');
      await page.getByRole('dialog', { name: `Why was sample no. ${one} rejected?` }).waitFor();
      assert.deepEqual(await violations(page), []);
      await page.keyboard.press('2');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.locator(`[data-rejected="${one}"]`, { hasText: 'Sink or artefact' }).waitFor();
      assert.equal(await review.currentId(), two, 'nobody is led back for it');

      // The list is the project's own.
      await page.keyboard.press('Shift+X');
      await page.getByRole('button', { name: 'Edit the list…' }).click();
      const list = page.getByRole('dialog', { name: 'Reasons for rejecting' });
      await list.getByRole('textbox').fill('Wrong region\nText is cut off\n');
      assert.deepEqual(await violations(page), []);
      await list.getByRole('button', { name: 'Save' }).click();
      await list.waitFor({ state: 'detached' });

      // First the reason, then the decision and on.
      await page.keyboard.press('Shift+X');
      await page.getByRole('dialog', { name: 'Reject: why?' }).waitFor();
      await page.keyboard.press('2');
      await page.locator(`button[aria-current=true]:not([data-sample="${two}"])`).waitFor();
      assert.equal(await review.rowState(two), 'rejected');
      await page.keyboard.press('Shift+X');
      await page.keyboard.press('0');
      await page.getByLabel('Another reason (0)').fill('two tags 1 colour');
      await page.keyboard.press('Enter');
      await page.locator('[data-rejected="3"]').waitFor();
      await review.saved();

      // A filter finds them by it.
      await page.keyboard.press('Shift+F');
      await page.getByRole('checkbox', { name: /^Text is cut off/ }).check();
      await page.getByRole('list', { name: '1 sample' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByText('Rejected: Text is cut off').waitFor();
      await page.keyboard.press('Shift+C');
      await page.getByRole('list', { name: '8 samples' }).waitFor();

      // The way back: the decision of 3, of 2, then the reason of 1 before its decision.
      for (const id of [3, two]) {
        await page.keyboard.press('Control+z');
        await page.locator(`button[aria-current=true][data-sample="${id}"][data-state=pending]`).waitFor();
        await review.ready();
      }
      await page.keyboard.press('Control+z');
      await page.getByText('Undid the reason on sample no. 1').waitFor();
      assert.equal(await review.rowState(one), 'rejected');
      await page.keyboard.press('Control+Shift+z');
      await page.getByText('Rejected: Sink or artefact').first().waitFor();
      await review.saved();
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
    const project = openProject(path);
    t.after(() => project.close());
    assert.deepEqual(
      reviewHistory(project.db, one).map(({ decision, reason }) => [decision, reason]),
      [
        ['reject', null],
        ['reject', 'Sink or artefact'],
        ['reject', null],
        ['reject', 'Sink or artefact'],
      ],
    );
    assert.deepEqual(
      reviewHistory(project.db, 3).map(({ decision, reason }) => [decision, reason]),
      [
        ['reject', 'two tags 1 colour'],
        ['reset', null],
      ],
    );
  });
}
