/** axe-core over what is on screen: names, roles, contrast, focus order. */
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds wrong, one line per element. */
export async function violations(page: Page): Promise<string[]> {
  const results = await page.evaluate<AxeResults>(`${axe.source}; axe.run()`);
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
  );
}
