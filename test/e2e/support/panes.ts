/** The panes of the review page: one of them, its map, and what all of them say of one place. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';

/** The n-th pane, from 1. */
export const pane = (page: Page, n: number): Locator => page.locator('.panes section').nth(n - 1);

/** The choice of the map that the n-th pane shows. */
export const picker = (page: Page, n: number): Locator => page.getByLabel(`Pane ${n}: map`, { exact: true });

/** Shows as many panes, or arranges them, as the menu says it: `5 panes`, `In a row`. */
export async function choosePanes(page: Page, words: string): Promise<void> {
  await page.getByRole('button', { name: /^Number and arrangement of panes/ }).click();
  await page.getByRole('menuitemradio', { name: words, exact: true }).click();
}

/** The values that the panes show for the token under a place of the first pane, as shares of its size. */
export async function valuesAt(page: Page, x: number, y: number): Promise<string[]> {
  // What is read must be of this place, not of where the pointer was.
  await page.mouse.move(0, 0);
  const box = await pane(page, 1).getByRole('img').boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
  await page.getByTestId('value').first().filter({ hasText: /\d/ }).waitFor();
  return page.getByTestId('value').allInnerTexts();
}
