/** Both hosts by name: a spec that loops over this runs on each. */
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
