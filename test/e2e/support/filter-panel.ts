/** The filter panel as specs use it. */
import type { Page } from 'playwright-core';

/** Lets through samples of one language only: `en`, `fr` or `zh`, as the demo has them. */
export async function onlyLanguage(page: Page, language: string): Promise<void> {
  await page.getByRole('button', { name: /^Filter/ }).click();
  const box = (name: string) =>
    page.getByRole('group', { name: 'Language' }).getByRole('checkbox', { name: new RegExp(`^${name}`) });
  await box(language).check();
  for (const other of ['en', 'fr', 'zh'].filter((name) => name !== language)) await box(other).uncheck();
  await page.keyboard.press('Escape');
  // A key that comes before the new list moves in the old one.
  const list = page.locator('[role=list][aria-busy=false], [role=listbox][aria-busy=false]');
  await list.first().waitFor({ state: 'attached' });
}
