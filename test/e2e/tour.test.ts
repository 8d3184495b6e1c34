/** The tour on the demo, from its first opening to its end by keyboard alone: each step ends when it was really done. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openProject } from '../../src-main/store/file/project.ts';
import { reviewHistory } from '../../src-main/store/reviews/review.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { newWindow } from './support/new-window.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

const focused = (page: Page): Promise<unknown> =>
  page.evaluate(`document.activeElement === document.body || document.activeElement.tagName`);

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: the first opening of the demo tours it; every step is a real deed, and can be taken back`, async (t) => {
    const project = await demoProject(t);
    const app = await open(chromium, project, { tour: true });
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await page.setViewportSize({ width: 1280, height: 720 });
      const card = page.getByRole('region', { name: 'Tour' });
      const at = (step: number) => page.locator(`[data-tour="${step}"]`).waitFor();
      const said = page.getByTestId('tour-said');
      await at(0);
      await review.ready();
      assert.equal(await focused(page), true, 'the tour takes no focus');
      assert.match((await said.textContent()) ?? '', /^Tour\. Step 1 of 9: Three maps of one picture\./);
      assert.deepEqual(await violations(page), []);

      await page.keyboard.press('l');
      await card.getByText('Now show it again.').waitFor();
      await page.keyboard.press('l');
      await at(1);
      await page.keyboard.press('z');
      await card.getByText('Press Esc to leave the pane').waitFor();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Escape');
      await at(2);
      assert.equal(await focused(page), true);
      assert.match(
        (await said.textContent()) ?? '',
        /Step 3 of 9: .* Accept and next: Enter, Reject and next: X$/,
      );

      // The first label that somebody sees is a right one.
      await page.locator('[data-score=truthMask] td').filter({ hasText: '100.0%' }).waitFor();
      const accepted = await review.currentId();
      await review.pressAndMove('Enter');
      await at(3);
      const corrected = await review.currentId();
      await page.keyboard.press('b');
      await page.keyboard.press('z');
      // Some token of the way is not foreground yet: painting it is a correction.
      await page.keyboard.press(' ');
      for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowRight');
      await page.keyboard.press(' ');
      await card.getByText('Saved as a correction.').waitFor();
      await page.keyboard.press('Control+z');
      await at(4);
      await page.keyboard.press('Escape');
      assert.equal(await review.currentId(), corrected);

      await page.keyboard.press('Alt+g');
      await page.getByRole('main', { name: 'Gallery' }).waitFor();
      await at(5);
      await page.keyboard.press('?');
      await at(6);
      assert.equal(await said.textContent(), '', 'nothing is said behind a dialog');
      await page.keyboard.press('Escape');
      assert.match((await said.textContent()) ?? '', /Step 7 of 9/);
      await page.keyboard.press('Control+e');
      await page.getByRole('dialog', { name: 'Export labels' }).waitFor();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await at(7);
      await page.keyboard.press('Escape');
      assert.ok(existsSync(`${project}-labels.jsonl`), 'the export is a real one');
      await card.getByText('Go back to Review').waitFor();
      await page.keyboard.press('Alt+r');
      await review.ready();
      for (const [key, next] of [
        ['Alt+c', 'Open Heads'],
        ['Alt+h', 'Open Tokens'],
        ['Alt+t', 'Open Ask and check'],
      ] as const) {
        await page.keyboard.press(key);
        await card.getByText(next).waitFor();
      }
      await page.keyboard.press('Alt+k');
      await at(8);
      await page.keyboard.press('Alt+d');
      await at(9);
      await card.getByText('The decision that it asked for is real and saved.').waitFor();

      await card.getByRole('button', { name: 'Undo it' }).focus();
      await page.keyboard.press('Enter');
      await card.getByText('It left no decisions of its own.').waitFor();
      await card.getByRole('button', { name: 'Close' }).focus();
      await page.keyboard.press('Enter');
      await card.waitFor({ state: 'detached' });
      await page.keyboard.press('Alt+r');
      await review.saved();
      await page.reload();
      await review.ready();
      assert.equal(await card.count(), 0, 'it is remembered');
      const { db, close } = openProject(project);
      const decisions = (id: number): string[] => reviewHistory(db, id).map(({ decision }) => decision);
      assert.deepEqual(decisions(accepted), ['accept', 'reset']);
      assert.deepEqual(decisions(corrected), ['correct', 'reset']);
      close();
    } finally {
      await app.close();
    }
  });
}

test('Esc skips a step, the cross ends the tour, palette and key sheet begin it again', async (t) => {
  const app = await openInBrowserHost(chromium, await demoProject(t), { tour: true });
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    const card = page.getByRole('region', { name: 'Tour' });
    const at = (step: number) => page.locator(`[data-tour="${step}"]`).waitFor();
    await at(0);
    await review.ready();
    await page.keyboard.press('Escape');
    await at(1);
    // It goes on where it was left.
    await page.reload();
    await at(1);
    await card.getByRole('button', { name: 'Skip this step' }).click();
    await at(2);
    await card.getByRole('button', { name: 'End the tour' }).click();
    await card.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    await page.keyboard.type('take the tour');
    await page.keyboard.press('Enter');
    await at(0);
    await card.getByRole('button', { name: 'End the tour' }).click();
    await page.keyboard.press('Alt+g');
    await page.keyboard.press('?');
    await page.getByRole('button', { name: 'Take the tour' }).click();
    await at(0);
    await page.getByRole('main', { name: 'Review' }).waitFor();
  } finally {
    await app.close();
  }
});

test('a second window does not begin the tour once more, nor when it was ended in the first one', async (t) => {
  const app = await openInBrowserHost(chromium, await demoProject(t), { tour: true });
  try {
    const { page } = app;
    await page.locator('[data-tour="0"]').waitFor();
    const other = await newWindow(page);
    await other.goto(page.url());
    const second = new ReviewPage(other);
    await second.ready();
    // Longer than it takes to find out that another window has it.
    await other.waitForTimeout(1_800);
    assert.equal(await other.locator('[data-tour]').count(), 0);
    await page.getByRole('region', { name: 'Tour' }).getByRole('button', { name: 'End the tour' }).click();
    await page.locator('[data-tour]').waitFor({ state: 'detached' });
    await second.pressAndMove('ArrowRight');
    assert.equal(await other.locator('[data-tour]').count(), 0);
    await other.reload();
    await second.ready();
    assert.equal(await other.locator('[data-tour]').count(), 0);
  } finally {
    await app.close();
  }
});
