/** What a page saves as a file, in either host. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, CDPSession } from 'playwright-core';
import type { HostedPage } from './hosted-page.ts';

const WRITTEN_MS = 10_000;

export interface Saved {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Does what makes the page save a file, and gives the file. */
export async function saved(app: HostedPage, act: () => Promise<void>): Promise<Saved> {
  const dir = mkdtempSync(join(tmpdir(), 'fovea-download-'));
  // The stand-in's main process drives the same Chromium and would have the files in a folder of its own.
  const session = app.host === 'Electron' ? await sendDownloadsTo(app, dir) : null;
  try {
    const download = app.page.waitForEvent('download');
    await act();
    const file = await download;
    const name = file.suggestedFilename();
    const path = app.host === 'Electron' ? join(dir, name) : await file.path();
    for (let waited = 0; !existsSync(path) && waited < WRITTEN_MS; waited += 50) {
      await app.page.waitForTimeout(50);
    }
    return { name, bytes: readFileSync(path) };
  } finally {
    await session?.detach();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function sendDownloadsTo(app: HostedPage, downloadPath: string): Promise<CDPSession> {
  const session = await (app.page.context().browser() as Browser).newBrowserCDPSession();
  await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath, eventsEnabled: true });
  return session;
}
