/**
 * Controls of the review page, found on the page itself (of plain ones every second; `FOVEA_EVERY_HOST=1`: all): clicked with the
 * mouse, one leaves the keys to the page, so that the next key moves on or decides. What a click opens has the keys until it is
 * closed, and the page afterwards.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { DockId } from '../../src-renderer/shell/names.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { HOSTS } from './support/hosts.ts';
import { everyOne, PointerWalk } from './support/pointer-walk.ts';
import { ReviewPage } from './support/review-page.ts';
import { DOCK } from '../support/keymap.ts';

const ANSWER_MS = 60_000;
/** What is there only once the model has answered. */
const ANSWERS: Readonly<Partial<Record<DockId, string>>> = {
  heads: '[data-testid=heads]',
  tokens: '[data-token]',
};

/** Both before a frame is drawn: an item of the closed menu still has the keyboard when Enter comes. */
const ESCAPE_AND_ENTER = `for (const key of ['Escape', 'Enter'])
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))`;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

async function showTab(page: Page, { id, words }: (typeof DOCK)[number]): Promise<void> {
  const tab = page.getByRole('tab', { name: words, exact: true });
  if ((await tab.getAttribute('aria-selected')) === 'true') return;
  await tab.click();
  const answer = ANSWERS[id];
  if (answer) await page.locator(answer).first().waitFor({ timeout: ANSWER_MS });
}

async function showFilter(page: Page): Promise<void> {
  const panel = page.getByRole('dialog', { name: 'Filter', exact: true });
  if (await panel.isVisible()) return;
  await page.getByRole('button', { name: /^Filter/ }).click();
  await panel.waitFor();
}

test('browser host: controls used by mouse leave the keys to the page', async (t) => {
  const app = await HOSTS['browser host'](chromium, await demoProject(t));
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    const before = await review.currentId();
    await page.getByRole('button', { name: 'Pane 1: save as a figure' }).click();
    await page.evaluate(ESCAPE_AND_ENTER);
    await page.locator(`button[aria-current=true]:not([data-sample="${before}"])`).waitFor();
    assert.equal(await review.rowState(before), 'accepted');

    const walk = new PointerWalk(page);
    const wrong: string[] = [];
    // Where the model is asked about each sample that the walk comes to, it takes minutes.
    const tabs = DOCK.filter(({ id }) => everyOne || !ANSWERS[id]);
    for (const tab of tabs) wrong.push(...(await walk.wrong(() => showTab(page, tab))));
    wrong.push(...(await walk.wrong(() => showFilter(page))));
    assert.deepEqual(wrong, []);
    t.diagnostic(`${walk.used} controls`);
    assert.ok(walk.used > 45, `${walk.used} controls`);
    assert.deepEqual(app.complaints, []);
  } finally {
    await app.close();
  }
});

test('Electron: a button, a list and a slider used by mouse leave the keys to the page', async (t) => {
  const app = await HOSTS.Electron(chromium, await demoProject(t));
  try {
    await new ReviewPage(app.page).ready();
    const walk = new PointerWalk(app.page);
    assert.deepEqual(await walk.wrong(undefined, /^(Theme|Order|Colours of the maps|Map opacity)/), []);
    assert.equal(walk.used, 4);
    assert.deepEqual(app.complaints, []);
  } finally {
    await app.close();
  }
});
