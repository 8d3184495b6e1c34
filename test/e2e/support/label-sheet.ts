/** The sheet that asks before samples are labelled. */
import type { Locator, Page } from 'playwright-core';

export function labelSheet(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Label samples' });
}

/** Says yes to every undecided sample. */
export async function labelAll(page: Page): Promise<void> {
  await labelSheet(page)
    .getByRole('button', { name: /^Label [\d,]+ samples?$/ })
    .click();
  await labelSheet(page).waitFor({ state: 'detached' });
}
