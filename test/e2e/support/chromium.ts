/** One Chromium per test file, with a profile of its own, reachable by Playwright from more than one process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '../../../scripts/lib/test-tools.mjs';

export interface Chromium {
  readonly browser: Browser;
  /** DevTools address, for another process to connect to. */
  readonly endpoint: string;
  close(): Promise<void>;
}

const FLAGS = [
  '--headless=new',
  '--remote-debugging-port=0',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-gpu',
  '--disable-background-networking',
  // Windows behind another one go on drawing, as a person's second screen does.
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--disable-extensions',
  '--disable-dev-shm-usage',
  '--hide-scrollbars',
  '--mute-audio',
  '--force-prefers-reduced-motion',
  '--force-color-profile=srgb',
];

/** A busy machine takes its time to start it. */
const CONNECT_MS = 120_000;

/** Starts Chromium; close it in `after`. */
export async function launchChromium(): Promise<Chromium> {
  const program = findChromium();
  if (program === null) throw new Error('no Chromium: run the tests with npm test, or set CHROME_PATH');
  const profile = mkdtempSync(join(tmpdir(), 'fovea-chromium-'));
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(program, [...FLAGS, ...sandbox, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const endpoint = await devToolsAddress(child);
  const browser = await chromium
    .connectOverCDP(endpoint, { timeout: CONNECT_MS })
    .catch((thrown: unknown) => {
      child.kill('SIGKILL');
      throw thrown;
    });
  return {
    browser,
    endpoint,
    close: async () => {
      await browser.close();
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function devToolsAddress(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr! })) {
    said.push(line);
    const match = /DevTools listening on (ws:\/\/\S+)/.exec(line);
    if (!match) continue;
    // Keep reading, or Chromium blocks on a full pipe.
    child.stderr!.resume();
    return match[1];
  }
  throw new Error(`Chromium did not start:\n${said.join('\n')}`);
}
