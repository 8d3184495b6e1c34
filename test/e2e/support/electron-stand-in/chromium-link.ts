/** The Chromium whose pages are this process's windows. The spec started it and drives it too. */
import { chromium, type Browser, type BrowserContext } from 'playwright-core';

let browser: Browser | null = null;

export async function connectChromium(): Promise<void> {
  const endpoint = process.env.FOVEA_TEST_CHROMIUM;
  if (!endpoint) throw new Error('FOVEA_TEST_CHROMIUM must hold the address of a Chromium');
  browser = await chromium.connectOverCDP(endpoint);
}

export function chromiumContext(): BrowserContext {
  const context = browser?.contexts()[0];
  if (!context) throw new Error('a window was made before the app was ready');
  return context;
}

export async function disconnectChromium(): Promise<void> {
  for (const page of browser?.contexts()[0]?.pages() ?? []) {
    if (page.url().startsWith('https://fovea.test/')) await page.close().catch(() => undefined);
  }
  await browser?.close();
}
