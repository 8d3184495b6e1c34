/**
 * Every control on screen as the keyboard and a screen reader meet it: its name, its tooltip, and whether Tab, or arrow
 * keys from a control that Tab reaches, lead to it. As text where code runs in the page: this folder is typed without
 * the DOM.
 */
import type { Page } from 'playwright-core';

export interface Control {
  /** What a screen reader says. */
  readonly name: string;
  readonly tip: string;
  /** Reached by Tab, or by arrow keys from something that is. */
  readonly reached: boolean;
}

const COMPOSITE = '[role=tablist], [role=listbox], [role=list]';

/** Numbers what can be used now: in the dialog or popover in front, else on the whole page. Gives names and tooltips. */
const LIST = `(() => {
  const front = document.querySelector(':popover-open:not([popover=manual])') ?? [...document.querySelectorAll('dialog[open]')].at(-1) ?? document;
  const all = 'a[href], button, input, select, textarea, summary, [role=separator], [role=application], [role=listbox], [role=option]';
  const words = (element) => (element?.innerText ?? '').trim();
  const named = (element) =>
    element.getAttribute('aria-label') ||
    (element.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => words(document.getElementById(id))).join(' ').trim() ||
    [...(element.labels ?? [])].map(words).join(' ') ||
    words(element) || element.getAttribute('placeholder') || (element.dataset.tip ?? '');
  for (const old of document.querySelectorAll('[data-control]')) delete old.dataset.control;
  return [...front.querySelectorAll(all)]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && !one.closest('[inert]'))
    .map((one, i) => {
      one.dataset.control = i;
      const group = one.closest('${COMPOSITE}');
      return { name: named(one), tip: one.dataset.tip ?? '', group: group && [...document.querySelectorAll('${COMPOSITE}')].indexOf(group) };
    });
})()`;

/** The number of the control that has the focus; -1 for what only scrolls, null where nothing has it. */
const FOCUSED = `document.activeElement === document.body ? null : Number(document.activeElement.dataset.control ?? -1)`;

/** The numbers that are still on the page. */
const THERE = `[...document.querySelectorAll('[data-control]')].map((one) => Number(one.dataset.control))`;

/** All controls in front. Leaves the focus somewhere among them. */
export async function controls(page: Page): Promise<Control[]> {
  const found = await page.evaluate<{ name: string; tip: string; group: number | null }[]>(LIST);
  const focused = (): Promise<number | null> => page.evaluate<number | null>(FOCUSED);
  const reached = new Set<number>();
  await page.evaluate('document.activeElement?.blur()');
  let outside = 0;
  for (let i = 0; i < 2 * found.length + 10 && outside < 3; i++) {
    await page.keyboard.press('Tab');
    const at = await focused();
    if (at === null) outside++;
    else if (reached.has(at)) break;
    else if (at >= 0) reached.add(at);
  }
  // One tab stop for many: whoever is in it moves by arrow keys. Those of tabs and lists choose, too: their own specs do.
  const groups = new Set([...reached].map((at) => found[at]?.group ?? null));
  for (const [at, { group }] of found.entries()) if (group !== null && groups.has(group)) reached.add(at);
  for (const from of [...reached]) {
    const next = found.findIndex((_, at) => at > from && !reached.has(at));
    if (next !== from + 1) continue;
    await page.locator(`[data-control="${from}"]`).focus();
    await snake(page, focused, reached);
  }
  // A notice may go by itself before Tab comes to it: what is not there any more is out of nobody's reach.
  const there = new Set(await page.evaluate<number[]>(THERE));
  return found.flatMap(({ name, tip }, at) =>
    reached.has(at) || there.has(at) ? [{ name, tip, reached: reached.has(at) }] : [],
  );
}

/** Along a row, down one, back along the next, until nothing new is reached. */
async function snake(page: Page, focused: () => Promise<number | null>, reached: Set<number>): Promise<void> {
  const goes = async (key: string): Promise<boolean> => {
    await page.keyboard.press(key);
    const at = await focused();
    if (at === null || at < 0 || reached.has(at)) return false;
    reached.add(at);
    return true;
  };
  for (let along = ['ArrowRight', 'ArrowLeft']; ; along.reverse()) {
    let any = false;
    while (await goes(along[0]!)) any = true;
    if (!(await goes('ArrowDown')) && !any) return;
  }
}
