/** The gallery as a person uses it, in both hosts: look, sort, choose, open a sample. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { demoPicture } from '../support/demo.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { hostInTurn, HOSTS } from './support/hosts.ts';
import { newWindow } from './support/new-window.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

const current = (page: Page) => page.locator('[role=option].current').getAttribute('data-tile').then(Number);
const chosen = (page: Page) => page.locator('[role=option][aria-selected=true]').count();

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: the gallery shows pictures with their maps, sorts, chooses and opens a sample`, async (t) => {
    const project = await demoProject(t);
    rmSync(demoPicture(project, 'demo-0003'));
    const app = await open(chromium, project);
    try {
      const { page } = app;
      await new ReviewPage(page).ready();
      await page.getByRole('tab', { name: 'Gallery' }).click();
      // Keys that come while the list is still asked for lead as far as later ones.
      await page.getByRole('listbox').focus();
      for (const key of ['Home', ...Array.from({ length: 12 }, () => 'ArrowRight')])
        await page.keyboard.press(key);
      await page.locator('[aria-busy=false][role=listbox]').waitFor();
      await page.locator('[aria-posinset="13"].current').waitFor();
      await page.keyboard.press('Home');
      await page.locator('[aria-posinset="1"].current').waitFor();
      await page.locator('[role=option] img').first().waitFor();
      await page.locator('[role=option] canvas').first().waitFor();
      const lost = page.locator('[role=option]').filter({ hasText: 'No picture' });
      await lost.first().waitFor();
      assert.match(
        (await lost.first().locator('[data-tip]').first().getAttribute('data-tip')) ?? '',
        /missing/,
      );
      assert.equal(
        await lost.first().locator('img, canvas').count(),
        0,
        'a lost picture has a tile that says so',
      );
      const first = await current(page);

      await page.getByRole('listbox').focus();
      await page.keyboard.press('ArrowRight');
      await page.locator(`[role=option].current:not([data-tile="${first}"])`).waitFor();
      await page.locator('[role=option].current[aria-selected=true]').waitFor();
      assert.equal(await chosen(page), 1);
      await page.keyboard.press('Shift+ArrowRight');
      await page.locator('[role=option][aria-selected=true]').nth(1).waitFor();
      await page.keyboard.press('Control+a');
      await page.getByText('120 samples selected').waitFor();
      await page.keyboard.press('End');
      await page.locator('[aria-posinset="120"].current').waitFor();

      // Another order begins at its top, wherever somebody was.
      await page.getByLabel('Order').selectOption('disagreement');
      await page.locator('[aria-posinset="1"].current').waitFor();
      await page.locator('[aria-busy=false][role=listbox]').waitFor();
      for (const tint of ['rpn', 'denoised', 'none', 'label'])
        await page.getByLabel('Tint').selectOption(tint);
      await page.locator('[role=option] canvas').first().waitFor();

      const opened = await current(page);
      await page.locator('[role=option].current').dblclick();
      const review = new ReviewPage(page);
      await review.ready();
      assert.equal(await review.currentId(), opened);
      assert.equal(await page.getByRole('tab', { name: 'Review' }).getAttribute('aria-selected'), 'true');

      // A look at the gallery takes no undo away.
      const before = await review.currentState();
      await page.keyboard.press('.');
      await page.locator('[data-current-state=corrected]').waitFor();
      await page.getByRole('tab', { name: 'Gallery' }).click();
      await page.locator(`[role=option].current[data-tile="${opened}"]`).waitFor();
      await page.keyboard.press('Enter');
      await review.ready();
      assert.equal(await review.currentState(), 'corrected');
      await page.keyboard.press('Control+z');
      await page.locator(`[data-current-state=${before}]`).waitFor();
      const others = app.complaints.filter((one) => !one.includes('404 (Not Found)'));
      assert.deepEqual(others, [], 'nothing but the lost picture');
    } finally {
      await app.close();
    }
  });
}

test('a range under a filter is what is seen, also when somebody decided one of it meanwhile', async (t) => {
  const app = await HOSTS['browser host'](chromium, await demoProject(t));
  try {
    const { page } = app;
    await new ReviewPage(page).ready();
    const other = await newWindow(page);
    await other.goto(page.url());
    const elsewhere = new ReviewPage(other);
    await elsewhere.ready();
    await page.locator('[data-filter=pending]').click();
    await page.getByRole('tab', { name: 'Gallery' }).click();
    const tile = (place: number) => page.locator(`[role=option][aria-posinset="${place}"]`);
    await tile(5).locator('img').waitFor();
    const second = Number(await tile(2).getAttribute('data-tile'));
    await elsewhere.choose(second);
    await other.keyboard.press('x');
    await elsewhere.saved();
    await page.locator(`[data-tile="${second}"][aria-label*="Rejected"]`).waitFor();

    await tile(1).click();
    await tile(4).click({ modifiers: ['Shift'] });
    await tile(6).click({ modifiers: ['Control'] });
    await page.getByText('5 samples selected').waitFor();
    for (const [place, is] of [true, true, true, true, false, true].entries()) {
      assert.equal(await tile(place + 1).getAttribute('aria-selected'), String(is), `tile ${place + 1}`);
    }
    await page
      .getByRole('toolbar', { name: 'Selected samples' })
      .getByRole('button', { name: 'Export…' })
      .click();
    const dialog = page.getByRole('dialog', { name: 'Export labels' });
    await dialog
      .getByText('None of 5 selected samples will be written. Left out: 4 not reviewed, 1 rejected.')
      .waitFor();
    const before = await dialog.boundingBox();
    await dialog.getByText('YOLO').click();
    assert.deepEqual(await dialog.boundingBox(), before, 'nothing moves under the pointer');
  } finally {
    await app.close();
  }
});

test('on a large screen a list made anew fills every tile in sight', async (t) => {
  const app = await HOSTS['browser host'](chromium, await demoProject(t));
  try {
    const { page } = app;
    await new ReviewPage(page).ready();
    await page.setViewportSize({ width: 3840, height: 2160 });
    await page.keyboard.press('Alt+g');
    const last = page.locator('[role=option] img').nth(119);
    await last.waitFor({ state: 'attached' });
    await page.getByRole('button', { name: /; reverse$/ }).click();
    await page.locator('[aria-busy=false][role=listbox]').waitFor();
    await last.waitFor({ state: 'attached' });
    assert.equal(await page.locator('[role=option]').filter({ hasText: 'demo-' }).count(), 120);
  } finally {
    await app.close();
  }
});
