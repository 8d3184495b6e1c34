/**
 * Every control of every page, tab and dialog: it has a name, the keyboard gets to it, its key is in its tooltip, and a
 * dialog gives the keyboard back to where it was opened from.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { acts } from '../../src-renderer/shell/keymap.ts';
import type { CommandId, PageId } from '../../src-renderer/shell/names.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { controls, type Control } from './support/controls.ts';
import { compareDemo } from './support/compare-demo.ts';
import { demoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';
import { DOCK, KEYMAP, PAGES } from '../support/keymap.ts';

/** The demo model is small, but two cores may be busy. */
const ANSWER_MS = 60_000;
const FOCUS_MS = 5_000;
const POPPED_UP = ':popover-open:not([popover=manual]), [role=menu]:not([popover])';

/** Keys that are their own control: they move what is on screen, or end what goes on. */
const NO_CONTROL: readonly CommandId[] = [
  ...(['zoomIn', 'zoomOut', 'panLeft', 'panRight', 'panUp', 'panDown', 'paneCursor'] as const),
  ...(['cancel', 'chooseNone', 'clearFilter', 'back', 'undoBatch', 'acceptMany', 'rejectMany'] as const),
  ...(['palette', 'tour', 'saveFilter'] as const),
  ...(['compareNext', 'comparePrevious', 'compareZoomIn', 'compareZoomOut'] as const),
  ...(['nextDiffering', 'previousDiffering', 'zoomInDiffering', 'zoomOutDiffering'] as const),
  // Their buttons are there where a second answer is missing, somebody proposed boxes, or the list is of similar pictures.
  ...(['answerAgain', 'proposals', 'similarPictures'] as const),
  // The menu of the panes tells them.
  ...(['layout', 'arrangement'] as const),
];

/** What opens a dialog from where: the page, the tab under the panes, the button. */
const DIALOGS: readonly [page: PageId, tab: string | null, button: RegExp | string][] = [
  ['review', null, 'Import…'],
  ['review', null, 'Export…'],
  ['review', null, /^Show all keys/],
  ['review', 'Recipe', 'Save as preset…'],
  ['review', 'Recipe', 'Saved…'],
  ['gallery', null, 'Batches'],
  ['models', null, 'Add folder…'],
  ['models', null, 'Download…'],
];

/** Tooltips of all controls, those included that can do nothing just now. */
const TIPS = '[...document.querySelectorAll("[data-tip]")].map((one) => one.dataset.tip)';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

/** What is wrong with the controls in front, in words. */
async function wrong(page: Page, on: PageId): Promise<{ wrong: string[]; found: Control[] }> {
  const found = await controls(page);
  const keys = KEYMAP.filter((binding) => binding.keys.length > 0 && acts(binding, on));
  return {
    found,
    wrong: found.flatMap(({ name, tip, reached }) => {
      const words = [name, tip].map((text) => text.replace(/ \([^)]*\)$/, '').toLowerCase());
      const binding = keys.find((one) => words.includes(one.words.toLowerCase()));
      return [
        ...(name === '' ? [`no name: ${tip || 'nor a tooltip'}`] : []),
        ...(reached ? [] : [`out of the keyboard's reach: ${name}`]),
        ...(binding && !tip.includes(`(${binding.keys[0]})`) ? [`no key in its tooltip: ${name}`] : []),
      ];
    }),
  };
}

/** Keys that do something on a page and that none of its tooltips tells. */
function untold(on: PageId, tips: readonly string[]): string[] {
  const missing = KEYMAP.filter(
    (binding) =>
      acts(binding, on) &&
      !NO_CONTROL.includes(binding.command as CommandId) &&
      binding.keys.length > 0 &&
      !tips.some((tip) => tip.includes(`(${binding.keys[0]})`)),
  );
  return missing.map(({ command }) => command);
}

async function hasFocus(page: Page, control: Locator, words: string): Promise<void> {
  const focused = control.and(page.locator(':focus'));
  await focused.waitFor({ timeout: FOCUS_MS }).catch(() => assert.fail(words));
}

async function show(page: Page, id: PageId): Promise<void> {
  const { words } = PAGES.find((one) => one.id === id)!;
  await page.getByRole('tab', { name: words, exact: true }).click();
  await page.getByRole('tab', { name: words, exact: true, selected: true }).waitFor();
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: the queue is one tab stop that keys move through; tabs under the panes have keys`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      const rows = page.getByRole('list', { name: '120 samples' });
      assert.equal(await rows.locator('button[tabindex="0"]').count(), 1);
      const is = async (id: number): Promise<void> => {
        const row = rows.locator(`button[data-sample="${id}"][aria-current=true]`);
        await hasFocus(page, row, `on row ${id}`);
      };
      const first = await review.currentId();
      await rows.locator('button[tabindex="0"]').focus();
      for (const [key, to] of [
        ['ArrowDown', first + 1],
        ['End', 120],
        ['ArrowUp', 119],
        ['Home', first],
        ['PageDown', null],
        ['Home', first],
        // The row that is current has no answer of its own to Enter: the page's key accepts, and the list goes along.
        ['Enter', first + 1],
        ['j', first + 2],
      ] as const) {
        await page.keyboard.press(key);
        if (to !== null) await is(to);
      }
      assert.equal(await review.rowState(first), 'accepted');

      await page.keyboard.press('Alt+k');
      await page.getByRole('tab', { name: 'Ask and check', selected: true }).waitFor();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await hasFocus(page, page.getByLabel('Question', { exact: true }), 'Tab leads into the tab');
      await page.keyboard.press('Alt+s');
      await page.getByRole('tab', { name: 'Ask and check', selected: true }).waitFor();
      assert.equal(
        await page.getByLabel('Question', { exact: true }).inputValue(),
        '',
        'inert in text fields',
      );
      await review.saved();
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });

  test(`${name}: every control of every page and tab has a name, is reached by keys and tells its key`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      for (const { id } of PAGES) {
        const tips: string[] = [];
        await show(page, id);
        if (id === 'gallery') await page.locator('[role=option]').first().waitFor();
        if (id === 'dashboard') await page.getByRole('heading', { name: 'Languages' }).waitFor();
        if (id === 'models') await page.getByRole('heading', { name: 'What it is' }).waitFor();
        for (const tab of id === 'review' ? DOCK : [null]) {
          if (tab) {
            await page.getByRole('tab', { name: tab.words, exact: true }).click();
            if (tab.id === 'heads') await page.getByTestId('heads').waitFor({ timeout: ANSWER_MS });
            if (tab.id === 'tokens')
              await page.locator('[data-token]').first().waitFor({ timeout: ANSWER_MS });
          }
          const { wrong: complaints, found } = await wrong(page, id);
          assert.deepEqual(complaints, [], `${id}, ${tab?.words ?? ''}`);
          assert.ok(found.length > 10, found.map((one) => one.name).join());
          tips.push(...(await page.evaluate<string[]>(TIPS)));
        }
        // With nothing to compare, and nothing that reviewers differ on, pages have few controls: the test below and that of
        // the People page have something.
        if (id !== 'compare' && id !== 'reviewers')
          assert.deepEqual(untold(id, tips), [], `keys of ${id} that no tooltip tells`);
      }
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });

  test(`${name}: every control of the Compare page has a name, is reached by keys and tells its key`, async (t) => {
    const app = await open(chromium, await compareDemo(t, { samples: 4 }));
    try {
      const { page } = app;
      await show(page, 'compare');
      await page.getByRole('button', { name: 'Predict with mixed up' }).click();
      await page.locator('.panes[data-sample][aria-busy=false]').waitFor({ timeout: ANSWER_MS });
      const { wrong: complaints } = await wrong(page, 'compare');
      assert.deepEqual(complaints, []);
      assert.deepEqual(untold('compare', await page.evaluate<string[]>(TIPS)), []);
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });

  test(`${name}: every dialog is worked by keys alone and gives the keyboard back`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      await new ReviewPage(page).ready();
      for (const [id, tab, button] of DIALOGS) {
        await show(page, id);
        if (tab) await page.getByRole('tab', { name: tab, exact: true }).click();
        const opener = page.getByRole('button', { name: button, ...(tab ? { exact: true } : {}) });
        await opener.press('Enter');
        await page.getByRole('dialog').waitFor();
        assert.deepEqual((await wrong(page, id)).wrong, [], String(button));
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
        await hasFocus(page, opener, `back to ${button}`);
      }
      // Popovers, and dialogs that keys open.
      await show(page, 'review');
      const filter = page.getByRole('button', { name: /^Filter/ });
      await filter.press('Enter');
      await page.getByRole('dialog', { name: 'Filter', exact: true }).waitFor();
      assert.deepEqual((await wrong(page, 'review')).wrong, [], 'filter');
      await page.keyboard.press('Escape');
      for (const opener of [
        filter,
        page.getByRole('button', { name: /^Copy the label from/ }),
        page.getByRole('button', { name: 'Pane 1: save as a figure' }),
      ]) {
        await opener.press('Enter');
        await page.locator(POPPED_UP).waitFor();
        await page.keyboard.press('Escape');
        await page.locator(POPPED_UP).waitFor({ state: 'detached' });
        await hasFocus(page, opener, `back to ${await opener.getAttribute('data-tip')}`);
      }
      const here = page.getByRole('button', { name: /^Brush/ });
      for (const key of ['Control+k', '?', 'Control+i', 'Control+e']) {
        await here.focus();
        await page.keyboard.press(key);
        await page.getByRole('dialog').waitFor();
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
        await hasFocus(page, here, `back after ${key}`);
      }
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}
