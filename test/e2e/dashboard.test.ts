/** The dashboard as a person uses it: numbers that follow decisions and open what they count, with mouse and keys. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { write } from '../../src-main/store/db.ts';
import { createProject, openProject } from '../../src-main/store/file/project.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { violations } from './support/axe.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';
import { varyProject } from './support/varied-project.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

const NUMBERS = 'button[data-figure]:not([aria-disabled=true])';

/** Numbers that are not seen in full. As text: no DOM types here. */
const CUT = `[...document.querySelectorAll('main section :is(.num, .bars, .cells)')]
  .filter((one) => {
    const box = one.getBoundingClientRect();
    const card = one.closest('section').getBoundingClientRect();
    return box.left < card.left || box.right > card.right || card.right > innerWidth;
  })
  .map((one) => one.getAttribute('aria-label') || one.textContent)`;

async function openDashboard(page: Page): Promise<Locator> {
  await page.getByRole('tab', { name: 'Dashboard' }).click();
  const main = page.getByRole('main', { name: 'Dashboard' });
  await main.getByRole('heading', { name: 'Progress' }).waitFor();
  return main;
}

/** How many samples the gallery lists once it has asked. */
async function listed(page: Page): Promise<number> {
  const grid = page.locator('[role=listbox][aria-busy=false]');
  await grid.waitFor();
  return Number(((await grid.getAttribute('aria-label')) ?? '').replaceAll(/\D/g, ''));
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: every kind of number opens as many samples as it says`, async (t) => {
    const project = await demoProject(t);
    await varyProject(project);
    const app = await open(chromium, project);
    try {
      const { page } = app;
      await new ReviewPage(page).ready();
      const main = await openDashboard(page);
      const cards = await main.locator('section h2').allTextContents();
      assert.deepEqual(cards, [
        'Progress',
        'Labels',
        'What the crop bought',
        'Speed',
        'Agreement with the labels',
        'Label and RPN',
        'Size of the region',
        'Place of the region',
        'Reviewers',
        'Labelling runs',
        'Imports',
        'Backups',
        'Storage',
        'Languages',
        'Tags',
      ]);
      // The way back counts no samples, and there is no filter for the run a label is of.
      const counting = cards.filter(
        (title) => !['Backups', 'Storage', 'Imports', 'Labelling runs'].includes(title),
      );
      for (const card of counting) {
        await openDashboard(page);
        const numbers = main.getByRole('region', { name: card, exact: true }).locator(NUMBERS);
        const count = await numbers.count();
        assert.ok(count > 0, card);
        const some = name === 'Electron' ? [0] : [Math.floor(count / 2), count - 1];
        for (const at of new Set(some)) {
          await openDashboard(page);
          const number = numbers.nth(at);
          const words = (await number.getAttribute('aria-label'))!;
          const says = Number(await number.getAttribute('data-figure'));
          assert.match(words, new RegExp(`^${says} · `));
          await number.click();
          assert.equal(await listed(page), says, `${card}: ${words}`);
        }
      }
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}

test('charts are walked with arrow keys, and numbers open in Review when that is chosen', async (t) => {
  const project = await demoProject(t);
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    const main = await openDashboard(page);
    const bars = main.getByRole('toolbar', { name: /^Overlap of label and RPN: Most common/ });
    assert.equal(await bars.locator('[tabindex="0"]').count(), 1, 'one tab stop');
    await bars.locator('[tabindex="0"]').focus();
    await page.keyboard.press('End');
    const last = bars.getByRole('button').last();
    assert.equal(
      await page.locator(':focus').getAttribute('aria-label'),
      await last.getAttribute('aria-label'),
    );
    const says = await last.getAttribute('data-figure');
    await main
      .getByText('90% to 100%', { exact: true })
      .or(main.getByText(`${says} · 90% to 100%`))
      .waitFor();
    await page.keyboard.press('Enter');
    assert.equal(await listed(page), Number(says));

    await openDashboard(page);
    const places = main.getByRole('toolbar', { name: /^Place of the region/ });
    await places.locator('[tabindex="0"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    const place = page.locator(':focus');
    assert.match((await place.getAttribute('aria-label'))!, /row 2, column 2 of 8/);

    await main.getByLabel('Open in').selectOption('review');
    await main.getByRole('button', { name: /All samples$/ }).focus();
    await page.keyboard.press('Enter');
    await review.ready();
    assert.equal(await page.getByRole('tab', { name: 'Review' }).getAttribute('aria-selected'), 'true');
    assert.deepEqual(app.complaints, []);
  } finally {
    await app.close();
  }
});

test('numbers follow what another window decides, with the speed of it', async (t) => {
  const project = await demoProject(t);
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    await new ReviewPage(page).ready();
    const main = await openDashboard(page);
    await main.getByText('Nobody has decided anything yet.').waitFor();
    await main.getByText('Decide a few more to see how long they will take.').waitFor();

    const other = await page.context().newPage();
    await other.goto(page.url());
    // It opens where this one was left.
    await other.getByRole('tab', { name: 'Review' }).click();
    const review = new ReviewPage(other);
    await review.ready();
    for (let i = 0; i < 7; i++) await review.pressAndMove(i === 6 ? 'x' : 'Enter');
    await review.saved();
    await main.getByRole('button', { name: '6 · Accepted', exact: true }).waitFor();
    await main.getByRole('button', { name: '1 · Rejected', exact: true }).first().waitFor();
    await main.getByRole('button', { name: '113 · Left to review' }).waitFor();
    await main.getByRole('button', { name: '7 · Your latest decisions' }).waitFor();
    assert.ok(Number(await main.locator('[data-speed]').textContent()) > 0);
    assert.notEqual(await main.locator('[data-left]').textContent(), '–');
    await other.close();
  } finally {
    await app.close();
  }
});

test('the dashboard has no violations in either theme and fits every window, full and empty', async (t) => {
  const project = await demoProject(t);
  await varyProject(project);
  const empty = join(temporaryDir(t), 'empty');
  (await createProject(empty, 'Empty')).close();
  for (const path of [project, empty]) {
    const app = await openInBrowserHost(chromium, path);
    try {
      const { page } = app;
      await page.getByRole('tab', { name: 'Dashboard' }).click();
      const shown = path === empty ? 'This project has no samples yet.' : 'Every number opens';
      await page.getByText(shown).waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
        assert.deepEqual(await violations(page), [], `${shown} ${colorScheme}`);
      }
      for (const [width, height] of [
        [960, 600],
        [1280, 720],
        [3840, 2160],
      ] as const) {
        await page.setViewportSize({ width, height });
        assert.deepEqual(await page.evaluate(CUT), [], `${shown} ${width} × ${height}`);
      }
    } finally {
      await app.close();
    }
  }
});

test('numbers that cannot be counted say why, and are there when it works again', async (t) => {
  const path = await demoProject(t);
  const app = await openInBrowserHost(chromium, path);
  const project = await openProject(path);
  try {
    const { page } = app;
    await new ReviewPage(page).ready();
    write(project.db, 'ALTER TABLE batch RENAME TO lost').run();
    await page.getByRole('tab', { name: 'Dashboard' }).click();
    const main = page.getByRole('main', { name: 'Dashboard' });
    await main.getByRole('alert').waitFor();
    write(project.db, 'ALTER TABLE lost RENAME TO batch').run();
    await main.getByRole('button', { name: 'Try again' }).click();
    await main.getByRole('heading', { name: 'Progress' }).waitFor();
    assert.equal(await main.getByRole('alert').count(), 0);
  } finally {
    project.close();
    await app.close();
  }
});
