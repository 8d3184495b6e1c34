/** axe-core over what is on screen: names, roles, contrast, focus order. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/**
 * A theme that was just changed is drawn, and no colour is on its way to another: axe would measure one in between. A page
 * that another one covers draws no frames, so nothing is waited for longer than a second.
 */
const SETTLED = `Promise.race([
  new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))).then(() => {
    const transitions = document.getAnimations().filter((one) => one instanceof CSSTransition);
    return Promise.allSettled(transitions.map((one) => one.finished));
  }),
  new Promise((over) => setTimeout(over, 1000)),
]).then(() => typeof axe === 'object')`;

/** What is right is a megabyte: it is neither worked out nor sent. */
const RUN = `axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.html + ' ' + node.failureSummary)))`;

/** What axe finds wrong, one line per element. */
export async function violations(page: Page): Promise<string[]> {
  // Reading it takes a third of a run of it.
  if (!(await page.evaluate<boolean>(SETTLED))) await page.evaluate(`${axe.source}; 0`);
  return page.evaluate<string[]>(RUN);
}
