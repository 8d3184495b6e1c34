/** Controls of the review page used with the mouse, one after the other, and who gets the key after each. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { pointables, type Pointable } from './pointable.ts';

const WAIT_MS = 5_000;
const PAUSE_MS = 25;
/** Of the demo. */
const SAMPLES = 120;
/** Further on there may be too few left to go to. */
const LAST_PLACE = 80;

/** Enough to tell: waiting for each of a hundred would take many minutes. */
const ENOUGH = 5;

/** They work for minutes, lead to another list once they have an answer, or hide what the walk goes by. */
const NEVER =
  /^(Label #|Ask again|More like this|Delete|Show or hide the (queue|tabs)|(Hide|Show) the tabs|Show queue and tabs|Panes fill)/;
/** What each kind would do something with, had it kept the keyboard. All others would take Enter. */
const PRESS: Readonly<Record<string, string>> = {
  INPUT: 'ArrowRight',
  SELECT: 'ArrowRight',
  tab: 'ArrowRight',
  separator: 'ArrowRight',
};

/** What the page shows. */
interface Look {
  readonly shown: number;
  readonly place: number;
  readonly samples: number;
  readonly onReview: boolean;
  /** The list is there, and the sample or the word that there is none. */
  readonly settled: boolean;
  readonly open: 'nothing' | 'list' | 'menu' | 'dialog';
  /** The page took a key and said why it goes no further. */
  readonly refused: boolean;
}

const LOOK = `(() => {
  const main = document.querySelector('main[aria-label=Review]');
  const queue = document.querySelector('[role=list][aria-busy]');
  const here = document.querySelector('[role=listitem]:has([data-sample][aria-current=true])');
  const some = (selector) => document.querySelector(selector) !== null;
  const samples = Number.parseInt(queue?.getAttribute('aria-label') ?? '0');
  return {
    shown: Number(main?.dataset.shown ?? -1),
    place: Number(here?.getAttribute('aria-posinset') ?? 0),
    samples,
    onReview: main !== null,
    settled: queue?.getAttribute('aria-busy') === 'false' && (samples === 0 || main.dataset.currentState !== undefined),
    open: some('select:open') ? 'list' : some('dialog[open]') ? 'dialog'
      : some(':popover-open:not([popover=manual]), [role=menu]:not([popover])') ? 'menu' : 'nothing',
    refused: some('[data-end-of-list]') || [...document.querySelectorAll('.notice p')].some((one) =>
      /is a trial|cannot be accepted|end of the list|Still loading|looking at the predicted label/.test(one.innerText)),
  };
})()`;

const DISMISS = `for (const one of document.querySelectorAll('.notice [aria-label="Dismiss"]')) one.click()`;

/** The key that brings back what a control hid: queue and tabs, or the tabs, or the queue. */
const BRING_BACK = `(() => {
  if (!document.querySelector('main[aria-label=Review]')) return null;
  if (!document.querySelector('header h1')) return 'Escape';
  if (!document.querySelector('[role=list][aria-busy]')) return 'Shift+Q';
  return document.querySelector('#dock-panel')?.checkVisibility() === false ? 'Shift+P' : null;
})()`;

/**
 * Alike to the page, which takes the keys back in one place: of these every second one is used. `FOVEA_EVERY_HOST=1` uses
 * them all.
 */
const ALIKE: ReadonlySet<string> = new Set(['BUTTON', 'INPUT', 'checkbox', 'radio']);
const ANY = /./;
export const everyOne = process.env.FOVEA_EVERY_HOST === '1';

/** Who has the keyboard, for the report. */
const KEYBOARD = 'document.activeElement?.outerHTML.slice(0, 100)';

/** How what was opened is closed: as a key does it, or as the pointer or a choice does. */
type Closing = 'Escape' | 'choice';

export class PointerWalk {
  readonly #page: Page;
  readonly #used = new Set<string>();
  #passed = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  /** How many different controls were used. */
  get used(): number {
    return this.#used.size - this.#passed;
  }

  /**
   * Uses each control in sight that was not used before, then a key that the page takes.
   * @param surface brings them in sight, again and again @param which of them
   * @returns those after which the key went somewhere else
   */
  async wrong(
    surface: () => Promise<void> = () => Promise.resolve(),
    which: RegExp = ANY,
  ): Promise<string[]> {
    await this.#calm();
    await surface();
    const found = (await pointables(this.#page)).filter(
      ({ key, name }) => which.test(name) && !NEVER.test(name) && !this.#used.has(key),
    );
    const wrong: string[] = [];
    let alike = 0;
    for (const { key, kind, name } of found) {
      this.#used.add(key);
      // What opens something is named so.
      if (which === ANY && !everyOne && ALIKE.has(kind) && !name.includes('…') && alike++ % 2 === 1) {
        this.#passed++;
        continue;
      }
      for (const closing of ['Escape', 'choice'] as const) {
        await surface();
        const control = (await pointables(this.#page)).find((one) => one.key === key);
        if (!control) break;
        const opened = await this.#use(control, closing);
        if (!(await this.#takesKey(PRESS[control.kind] ?? 'Enter'))) {
          const keyboard = await this.#page.evaluate<string>(KEYBOARD);
          wrong.push(`${key} (opened ${opened}, closed by ${closing}): the keyboard is at ${keyboard}`);
        }
        await this.#calm();
        if (opened === 'nothing') break;
      }
      if (wrong.length >= ENOUGH) break;
    }
    return wrong;
  }

  /** Clicks one control and closes what that opened. @returns what it opened */
  async #use({ x, y, typed }: Pointable, closing: Closing): Promise<Look['open']> {
    const page = this.#page;
    await page.mouse.click(x, y);
    const back = await page.evaluate<string | null>(BRING_BACK);
    if (back !== null) await page.keyboard.press(back);
    // Typed in, it keeps the keys; what is used next takes them away from it.
    if (typed) await this.#clickPane();
    const { open } = await this.#look();
    if (open === 'list' && closing === 'choice') {
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
    } else if (open === 'dialog' && closing === 'choice') {
      await page.getByRole('button', { name: 'Close (Esc)' }).click();
    } else if (open === 'menu' && closing === 'choice') await this.#clickPane();
    else if (open !== 'nothing') await page.keyboard.press('Escape');
    // A list of a panel that is still open, or a page of another tab.
    if (open === 'list' && (await this.#look()).open !== 'nothing') await page.keyboard.press('Escape');
    if (!(await this.#look()).onReview) await page.keyboard.press('Alt+r');
    return open;
  }

  async #takesKey(key: string): Promise<boolean> {
    const before = await this.#seen((one) => one.onReview && one.settled && one.open === 'nothing');
    if (!before) return false;
    if (before.samples === 0) {
      // A filter that nothing passes was chosen: there is nothing to move through, but the filter's own key.
      await this.#page.keyboard.press('Shift+C');
      return (await this.#seen(({ samples }) => samples === SAMPLES)) !== null;
    }
    await this.#page.keyboard.press(key);
    const after = await this.#seen(({ shown, refused }) => refused || (shown >= 0 && shown !== before.shown));
    return after !== null;
  }

  /** Beside everything that opens over it. */
  async #clickPane(): Promise<void> {
    const pane = (await this.#page.locator('[data-pane]').last().boundingBox())!;
    await this.#page.mouse.click(pane.x + pane.width - 12, pane.y + 12);
  }

  /** All samples, nothing open, nothing refused, enough of the queue left. One step at a time: each may take a while. */
  async #calm(): Promise<void> {
    const page = this.#page;
    const end = performance.now() + WAIT_MS;
    for (let now = await this.#look(); ; now = await this.#look()) {
      const all = now.samples === SAMPLES && now.place <= LAST_PLACE;
      if (now.onReview && now.settled && now.open === 'nothing' && !now.refused && all) return;
      assert.ok(performance.now() < end, JSON.stringify(now));
      if (now.open !== 'nothing') await page.keyboard.press('Escape');
      else if (!now.onReview) await page.keyboard.press('Alt+r');
      else if (!now.settled) await page.waitForTimeout(PAUSE_MS);
      else {
        await page.evaluate(`document.activeElement?.blur(); ${DISMISS}`);
        // A recipe on trial is given up, what is compared is left behind.
        for (const key of now.refused ? ['Escape', 'ArrowRight'] : []) await page.keyboard.press(key);
        if (now.samples !== SAMPLES) await page.keyboard.press('Shift+C');
        else if (now.place > LAST_PLACE) await page.locator('[data-sample][tabindex="0"]').press('Home');
        await page.evaluate('document.activeElement?.blur()');
      }
    }
  }

  #look(): Promise<Look> {
    return this.#page.evaluate<Look>(LOOK);
  }

  /** What the page shows once it is so; null if it never is. */
  async #seen(is: (look: Look) => boolean): Promise<Look | null> {
    const end = performance.now() + WAIT_MS;
    for (;;) {
      const found = await this.#look();
      if (is(found)) return found;
      if (performance.now() > end) return null;
      await this.#page.waitForTimeout(PAUSE_MS);
    }
  }
}
