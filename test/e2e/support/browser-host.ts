/** The real `fovea serve` as a process, and a page of Chromium at the address it printed. */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from '../../../scripts/lib/paths.mjs';
import type { Chromium } from './chromium.ts';
import { openPage, TOUR_TAKEN, type HostedPage } from './hosted-page.ts';
import { endProcess, recordOutput } from './processes.ts';

const readySchema = z.object({ url: z.url() });

/** Serves `project` (null: none) and opens the page, as somebody who knows the tour unless it is asked for. */
export async function openInBrowserHost(
  chromium: Chromium,
  project: string | null,
  { tour = false } = {},
): Promise<HostedPage> {
  const child = spawn(
    process.execPath,
    [
      join(root, 'src-main/app/cli/main.ts'),
      'serve',
      '--json',
      `--allow=${tmpdir()}`,
      ...(project === null ? [] : [project]),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said = recordOutput(child);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (line: string) => resolve(readySchema.parse(JSON.parse(line)).url));
    child.once('exit', () => reject(new Error(`fovea serve ended:\n${said()}`)));
  });
  const context = await chromium.browser.newContext({ viewport: { width: 1440, height: 900 } });
  if (!tour) await context.addInitScript(TOUR_TAKEN);
  const hosted = await openPage(await context.newPage(), 'browser host', async () => {
    await context.close();
    await endProcess(child);
  });
  await hosted.page.goto(url);
  return hosted;
}
