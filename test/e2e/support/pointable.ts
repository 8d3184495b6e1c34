/**
 * What a pointer can use on a page, found on the page itself, whether or not it is a control to the keyboard. As text
 * where code runs in the page: this folder is typed without the DOM.
 */
import type { Page } from 'playwright-core';

export interface Pointable {
  /** Finds it again after the page was drawn anew: its kind, its name without numbers, which of those. */
  readonly key: string;
  readonly name: string;
  /** The role that it says it has, else its tag. */
  readonly kind: string;
  /** Text is typed into it. */
  readonly typed: boolean;
  readonly x: number;
  readonly y: number;
}

/** Of rows, tokens and whatever else is named alike but for its number. */
const ALIKE = 2;

const LIST = `(() => {
  const all = 'button, a[href], input, select, textarea, summary, canvas, [role=separator], [role=img], [tabindex]:not([role=tabpanel], [role=tablist], [role=list], dialog, [popover])';
  const counts = {};
  const found = [];
  for (const one of document.querySelectorAll(all)) {
    if (one.disabled || one.closest('[inert]') || one.parentElement.closest('button, [role=img]')) continue;
    const kind = one.getAttribute('role') ?? one.tagName;
    const labels = [...(one.labels ?? [])].map((label) => label.querySelector('span')?.textContent ?? label.textContent).join(' ');
    const name = one.dataset.sample ? 'row' : one.dataset.token ? 'token' : one.getAttribute('aria-label') || labels || one.textContent || (one.dataset.tip ?? '');
    const short = kind + ' ' + name.trim().replace(/\\s+/g, ' ').replace(/\\d+/g, '#');
    if ((counts[short] ?? 0) >= ${ALIKE} || !one.checkVisibility({ visibilityProperty: true })) continue;
    const box = one.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const hit = document.elementFromPoint(x, y);
    if (!hit || !(one.contains(hit) || hit.closest('label')?.control === one)) continue;
    counts[short] = (counts[short] ?? 0) + 1;
    const typed = one.matches('textarea, input:not([type=range], [type=checkbox], [type=radio])');
    found.push({ key: short + ' ' + counts[short], name: short.slice(kind.length + 1), kind, typed, x, y });
  }
  return found;
})()`;

/** All that are in sight and not covered. */
export const pointables = (page: Page): Promise<Pointable[]> => page.evaluate<Pointable[]>(LIST);
