/** The real `fovea serve` as a process, and a page of Chromium at the address it printed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { z } from 'zod';
import type { Chromium } from './chromium.ts';
import { homeFor } from './homes.ts';
import { openPage, TOUR_TAKEN, type HostedPage } from './hosted-page.ts';
import { endProcess, recordOutput } from './processes.ts';
import { FOVEA } from '../../support/program.ts';

const readySchema = z.object({ url: z.url() });

export interface ServedHost {
  /** Lets one browser in. */
  readonly url: string;
  readonly port: number;
  end(): Promise<void>;
  /** As a crash or the system does it. */
  kill(): Promise<void>;
}

/** Serves `project` (null: none). @param home the data folder; @param port 0: any; undefined: a usual one */
export async function serve(project: string | null, home: string, port?: number): Promise<ServedHost> {
  const child: ChildProcess = spawn(
    process.execPath,
    [
      FOVEA,
      'serve',
      '--json',
      `--allow=${tmpdir()}`,
      ...(port === undefined ? [] : [`--port=${port}`]),
      ...(project === null ? [] : [project]),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, FOVEA_HOME: home } },
  );
  const said = recordOutput(child);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout!.once('data', (line: string) => resolve(readySchema.parse(JSON.parse(line)).url));
    child.once('exit', () => reject(new Error(`fovea serve ended:\n${said()}`)));
  });
  return {
    url,
    port: Number(new URL(url).port),
    end: async () => {
      await endProcess(child);
    },
    kill: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The page and the host that serves it, which may end and begin again. */
export interface BrowserApp extends HostedPage {
  /** The port that the page was opened at. */
  readonly port: number;
  /** Ends the host as a crash does. */
  kill(): Promise<void>;
  /** Begins it again on the same data folder. @returns an address that lets one browser in */
  begin(where: 'same port' | 'another port'): Promise<string>;
}

/** Serves `project` (null: none) and opens the page, as somebody who knows the tour unless it is asked for. */
export async function openInBrowserHost(
  chromium: Chromium,
  project: string | null,
  { tour = false } = {},
): Promise<BrowserApp> {
  const home = homeFor(project);
  let host = await serve(project, home.dir);
  const context = await chromium.browser.newContext({ viewport: { width: 1440, height: 900 } });
  if (!tour) await context.addInitScript(TOUR_TAKEN);
  const hosted = await openPage(await context.newPage(), 'browser host', async () => {
    await context.close();
    await host.end();
    home.remove();
  });
  await hosted.page.goto(host.url);
  return {
    ...hosted,
    get port() {
      return Number(new URL(hosted.page.url()).port);
    },
    kill: () => host.kill(),
    begin: async (where) => {
      const { port } = new URL(hosted.page.url());
      host = await serve(project, home.dir, where === 'same port' ? Number(port) : 0);
      return host.url;
    },
  };
}
