/**
 * Every control of the review page, found on the page itself: clicked with the mouse, it leaves the keys to the page, so
 * that the next one moves on or decides. Reached by Tab it keeps them.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { DOCK } from '../../src-renderer/logic/dock.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { HOSTS } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';

const ANSWER_MS = 60_000;
const WAIT_MS = 4_000;
/** Rows of the queue, of chips and of the history are all alike: a few of each are used. */
const ALIKE = 3;
/** What each kind would do something with; the rest is tried with Enter. */
const PRESSES: Readonly<Record<string, readonly string[]>> = {
  SELECT: ['x', 'ArrowRight'],
  INPUT: ['ArrowRight', 'x'],
  DIV: ['ArrowRight'],
};
const OPEN =
  'dialog[open], [role=menu]:popover-open, .menu[role=menu], :popover-open:not([popover=manual], [role=dialog])';
const PLACE = '[role=listitem]:has([data-sample][aria-current=true])';
/** They end what the page is, or work for minutes. */
const NEVER = /^(Relabel|Label \d|Cancel|Delete)/;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

interface Found {
  /** Finds it again after the page was drawn anew. */
  readonly key: string;
  readonly typed: boolean;
  readonly x: number;
  readonly y: number;
}

/** What can be used with the pointer now, whether or not it is a control to the keyboard. */
const LIST = `(() => {
  const all = 'button, a[href], input, select, textarea, summary, canvas, [tabindex]:not([role=tabpanel], [role=tablist], dialog, [role=dialog], [role=menu]), [role=img]';
  const counts = {};
  const found = [];
  for (const one of document.querySelectorAll(all)) {
    if (one.disabled || one.closest('[inert]') || !one.checkVisibility({ visibilityProperty: true })) continue;
    const box = one.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const hit = document.elementFromPoint(x, y);
    if (!hit || !(one.contains(hit) || hit.closest('label')?.control === one)) continue;
    const kind = one.dataset.sample ? 'row' : one.dataset.token ? 'token' : one.closest('li') ? 'item' : null;
    const name = kind ?? (one.getAttribute('aria-label') || one.labels?.[0]?.innerText || one.innerText || one.title || one.tagName).trim();
    const short = one.tagName + ' ' + name.replace(/\\d+/g, '#');
    counts[short] = (counts[short] ?? 0) + 1;
    if (kind && counts[short] > ${ALIKE}) continue;
    const typed = one.matches('textarea, input:not([type=range], [type=checkbox], [type=radio])');
    found.push({ key: short + ' ' + counts[short], typed, x, y });
  }
  return found;
})()`;

const list = (page: Page): Promise<Found[]> => page.evaluate<Found[]>(LIST);

/** Whether the key that was just pressed moved on, or was refused by the page in words. */
async function taken(page: Page, from: number): Promise<boolean> {
  const moved = page.locator(`button[aria-current=true]:not([data-sample="${from}"])`);
  const refused = page.getByText(/is on trial|cannot be accepted|was the last sample of the queue/);
  return moved
    .or(refused)
    .first()
    .waitFor({ timeout: WAIT_MS })
    .then(() => true)
    .catch(() => false);
}

/** All samples, nothing open, nothing on trial, somewhere before the end of the queue. */
async function calm(page: Page, review: ReviewPage): Promise<void> {
  if ((await page.locator(OPEN).count()) > 0) await page.keyboard.press('Escape');
  for (const key of ['Alt+r', 'Escape', 'Shift+C']) {
    await page.evaluate('document.activeElement?.blur()');
    await page.keyboard.press(key);
  }
  await page.locator('[role=list][aria-label="120 samples"][aria-busy=false]').waitFor();
  // A notice may lie over what is to be clicked.
  await page.evaluate(`for (const one of document.querySelectorAll('[aria-label="Dismiss"]')) one.click()`);
  if (Number(await page.locator(PLACE).getAttribute('aria-posinset')) > 90) {
    await page.locator('[data-sample][tabindex="0"]').focus();
    await page.keyboard.press('Home');
    await page.locator(`${PLACE}[aria-posinset="1"]`).waitFor();
    await page.evaluate('document.activeElement?.blur()');
  }
  await review.ready();
}

/** Another choice of the list that has the keyboard, as a click on it in the list that dropped down makes it. */
const chooseAnother = (page: Page) =>
  page.evaluate(`(() => {
    const list = document.activeElement;
    if (!list?.matches('select')) return;
    list.selectedIndex = (list.selectedIndex + 1) % list.options.length;
    list.dispatchEvent(new Event('input', { bubbles: true }));
    list.dispatchEvent(new Event('change', { bubbles: true }));
  })()`);

/** Clicks one control, closes what that opened, presses the key. @returns whether the page took it */
async function leavesTheKey(
  page: Page,
  review: ReviewPage,
  surface: () => Promise<void>,
  key: string,
  press: string,
): Promise<boolean> {
  await surface();
  const control = (await list(page)).find((one) => one.key === key);
  if (!control) return true;
  await page.mouse.click(control.x, control.y);
  // Typed in, it keeps the keys; what is used next takes them away from it.
  if (control.typed) {
    const pane = (await page.locator('canvas').first().boundingBox())!;
    await page.mouse.click(pane.x + 20, pane.y + 20);
  }
  await page.waitForTimeout(30);
  // The list that dropped down has the keys while it is open. Once it is closed without a choice, the page has them; and
  // after a choice.
  if (key.startsWith('SELECT')) {
    if (press === 'x') await chooseAnother(page);
    else await page.keyboard.press('Escape');
  }
  if ((await page.locator(OPEN).count()) > 0) await page.keyboard.press('Escape');
  if ((await page.getByRole('tab', { name: 'Review', selected: true }).count()) === 0)
    await page.keyboard.press('Alt+r');
  await page.locator('[role=list][aria-busy=false]').waitFor();
  if ((await page.locator('[role=list][aria-label="0 samples"]').count()) > 0) {
    // It chose a filter that nothing passes: there is nothing to move through, but the filter's own key.
    await page.keyboard.press('Shift+C');
    const whole = page.locator('[role=list][aria-label="120 samples"]');
    return whole.waitFor({ timeout: WAIT_MS }).then(
      () => true,
      () => false,
    );
  }
  await review.ready();
  const from = await review.currentId();
  await page.keyboard.press(press);
  return taken(page, from);
}

/** Uses each control that was not used before with the mouse, then keys. @returns what kept the keys */
async function kept(
  page: Page,
  review: ReviewPage,
  used: Set<string>,
  surface: () => Promise<void>,
): Promise<string[]> {
  await calm(page, review);
  await surface();
  const keys = (await list(page)).map(({ key }) => key).filter((key) => !used.has(key));
  const wrong: string[] = [];
  for (const key of keys) {
    used.add(key);
    const [kind, ...name] = key.split(' ');
    if (NEVER.test(name.join(' '))) continue;
    for (const press of PRESSES[kind] ?? ['Enter']) {
      const right = await leavesTheKey(page, review, surface, key, press).catch((cause: unknown) => {
        throw new Error(`${key}: ${press}`, { cause });
      });
      if (!right) wrong.push(`${key}: ${press}`);
      await calm(page, review);
    }
  }
  return wrong;
}

test('browser host: every control used by mouse leaves the keys to the page', async (t) => {
  const app = await HOSTS['browser host'](chromium, await demoProject(t));
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    const wrong: string[] = [];
    const used = new Set<string>();
    for (const tab of DOCK) {
      const on = await kept(page, review, used, async () => {
        const chosen = page.getByRole('tab', { name: tab.words, exact: true, selected: true });
        if ((await chosen.count()) > 0) return;
        await page.getByRole('tab', { name: tab.words, exact: true }).click();
        if (tab.id === 'heads') await page.getByTestId('heads').waitFor({ timeout: ANSWER_MS });
        if (tab.id === 'tokens') await page.locator('[data-token]').first().waitFor({ timeout: ANSWER_MS });
      });
      wrong.push(...on.map((words) => `${tab.words}: ${words}`));
    }
    const inFilter = await kept(page, review, used, async () => {
      const panel = page.getByRole('dialog', { name: 'Filter', exact: true });
      if (await panel.isVisible()) return;
      await page.getByRole('button', { name: /^Filter/ }).click();
      await panel.waitFor();
    });
    wrong.push(...inFilter.map((words) => `Filter: ${words}`));
    t.diagnostic(`${used.size} controls`);
    assert.ok(used.size > 100, [...used].join('\n'));
    assert.deepEqual(wrong, []);
    assert.deepEqual(app.complaints, []);
  } finally {
    await app.close();
  }
});
