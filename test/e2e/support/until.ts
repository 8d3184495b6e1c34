/**
 * Waits for what no locator can say. Playwright's `waitForFunction` evaluates text in the page again and again, which the
 * page's Content-Security-Policy refuses from the second time on: a spec that has to wait would fail.
 */
import type { Page } from 'playwright-core';

const PAUSE_MS = 20;

/** Waits until an expression gives `expected` in the page. @throws Error with what it gives instead */
export async function until<T extends string | number | boolean>(
  page: Page,
  expression: string,
  expected: T,
  timeoutMs = 20_000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const found = await page.evaluate<unknown>(expression);
    if (found === expected) return;
    if (performance.now() > end) {
      throw new Error(`${expression} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
    }
    await page.waitForTimeout(PAUSE_MS);
  }
}
