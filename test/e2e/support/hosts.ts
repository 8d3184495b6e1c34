/** Both hosts by name: a spec that loops over this runs on each. */
import { openInBrowserHost } from './browser-host.ts';
import type { Chromium } from './chromium.ts';
import { openInElectron } from './electron-app.ts';
import type { HostedPage, HostName } from './hosted-page.ts';

export const HOSTS: Readonly<
  Record<HostName, (chromium: Chromium, project: string | null) => Promise<HostedPage>>
> = {
  'browser host': openInBrowserHost,
  Electron: openInElectron,
};
