/** The Chromium whose pages are this process's windows. The spec started it and drives it too. */
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { TOUR_TAKEN } from '../hosted-page.ts';
import { PAGE_ORIGIN } from './session.ts';

let browser: Browser | null = null;
const windows: Page[] = [];

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

/** A new page of this app; other apps may have theirs in the same Chromium. */
export async function newWindowPage(): Promise<Page> {
  const page = await chromiumContext().newPage();
  if (windows.length === 0 && process.env.FOVEA_TEST_KEEPS === undefined) await forget(page);
  if (process.env.FOVEA_TEST_TOUR === undefined) await page.addInitScript(TOUR_TAKEN);
  windows.push(page);
  return page;
}

/** What apps before this one remembered in the same Chromium. */
async function forget(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Storage.clearDataForOrigin', { origin: PAGE_ORIGIN, storageTypes: 'local_storage' });
  await session.detach();
}

export async function disconnectChromium(): Promise<void> {
  for (const page of windows) await page.close().catch(() => undefined);
  await browser?.close();
}
