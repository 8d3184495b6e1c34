/** Both hosts by name: a spec that loops over this runs on each, one that loops over `hostInTurn` on one of them. */
import { basename } from 'node:path';
import type { Page } from 'playwright-core';
import { openInBrowserHost } from './browser-host.ts';
import type { Chromium } from './chromium.ts';
import { openInElectron, type ElectronApp } from './electron-app.ts';
import type { HostedPage, HostName } from './hosted-page.ts';
import { newWindow } from './new-window.ts';

export const HOSTS: Readonly<
  Record<
    HostName,
    (chromium: Chromium, project: string | null, options?: { readonly tour?: boolean }) => Promise<HostedPage>
  >
> = {
  'browser host': openInBrowserHost,
  Electron: openInElectron,
};

/**
 * For a spec of what the page does by itself, whatever serves it: one host, always the same one for a spec, each for half
 * of them. `FOVEA_EVERY_HOST=1` runs such a spec on both, too.
 *
 * @param spec `import.meta.filename` of the spec
 */
export function hostInTurn(spec: string): Partial<typeof HOSTS> {
  if (process.env.FOVEA_EVERY_HOST === '1') return HOSTS;
  const hash = [...basename(spec)].reduce((before, letter) => (before * 5 + letter.charCodeAt(0)) % 65521, 0);
  return Object.fromEntries(Object.entries(HOSTS).filter((_, place) => place === hash % 2));
}

/** Another window on the same project, as each host opens one: from the menu, or the same address once more. */
export async function secondWindow(app: HostedPage): Promise<Page> {
  if (!('chooseMenu' in app)) {
    const page = await newWindow(app.page);
    await page.goto(app.page.url());
    return page;
  }
  const opening = app.page.context().waitForEvent('page');
  (app as ElectronApp).chooseMenu('new-window');
  return opening;
}
