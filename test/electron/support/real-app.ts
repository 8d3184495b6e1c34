/**
 * Fovea on the real Electron that set-up made ready, as a person starts it: sandboxed where the machine allows, on a display
 * of its own, its pages driven over Chromium's debugging port and its main process over a socket of its own.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import type * as Electron from 'electron';
import { chromium, type Browser, type Page } from 'playwright-core';
import { root } from '../../../scripts/lib/paths.mjs';
import { demoProject } from '../../e2e/support/demo-project.ts';
import { openPage, TOUR_TAKEN } from '../../e2e/support/hosted-page.ts';
import { recordOutput } from '../../e2e/support/processes.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import type { Display } from './display.ts';
import { giveTo, whoRuns, type Person } from './person.ts';
import { descendants, type RunningProcess } from './process-tree.ts';

/** A busy machine takes its time to start it. */
const START_MS = 60_000;
const END_MS = 20_000;
/** A page of a browser that is connected to anew is there by then, or not at all. */
const AGAIN_MS = 10_000;

/** Canvases in a graphics process, as a card has them; drawn by the processor where there is none. */
const GRAPHICS = [
  '--use-angle=swiftshader',
  '--use-gl=angle',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
] as const;

/** Why there is no real Electron here, for `skip`; false where there is one. */
export const NO_ELECTRON: string | false =
  process.env.FOVEA_ELECTRON !== undefined
    ? false
    : (process.env.FOVEA_NO_ELECTRON ?? 'npm test makes it ready, and only for the folder test/electron');

/** What the main process knows of its dialogs, for {@link RealApp.inMain}. */
export interface DialogState {
  readonly shown: readonly { readonly kind: string; readonly options: Record<string, unknown> }[];
  readonly answers: unknown[];
}

/** A person's own folder: `fovea` holds the data of Fovea, what else is in it belongs to Electron. */
export interface Desk {
  readonly dir: string;
  /** Where the demo project is. */
  readonly demo: string;
  readonly person: Person;
}

export interface RealApp {
  readonly page: Page;
  readonly browser: Browser;
  readonly complaints: readonly string[];
  readonly main: ChildProcess;
  /** What its processes wrote so far. */
  said(): string;
  /** Runs a function in the main process; it knows nothing of the spec but `argument`. */
  inMain<Given, Value>(
    body: (electron: typeof Electron, argument: Given, state: DialogState) => Value | Promise<Value>,
    argument?: Given,
  ): Promise<Value>;
  /** Processes of the app whose command has these words. */
  processes(words: string | RegExp): RunningProcess[];
  /** The first window's page after its process ended and another one took its place. */
  reconnect(): Promise<Page>;
  /** As the menu's Quit. @returns the exit code */
  quit(): Promise<number | null>;
  /** Kills it with everything below it. */
  kill(): Promise<void>;
}

/** A new folder of a person; it goes some time after the test. */
export function newDesk(t: Pick<TestContext, 'after'>): Desk {
  const person = whoRuns(process.env.FOVEA_ELECTRON!);
  const dir = temporaryDir(t);
  for (const folder of ['config', 'fovea', 'cache']) mkdirSync(join(dir, folder));
  giveTo(person, dir);
  return { dir, demo: join(dir, 'fovea', 'demo'), person };
}

/** A desk with the demo project on it, labelled. */
export async function deskWithDemo(t: Pick<TestContext, 'after'>): Promise<Desk> {
  const desk = newDesk(t);
  cpSync(await demoProject(t), desk.demo, { recursive: true });
  giveTo(desk.person, desk.dir);
  return desk;
}

/** The program's arguments and environment on a desk. */
function spawnOn(
  desk: Desk,
  display: Display,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const support = join(root, 'test');
  const imports = [
    join(support, 'e2e/support/electron-stand-in/parent-port.ts'),
    join(support, 'electron/support/engine-in-electron.ts'),
  ].map((path) => pathToFileURL(path).href);
  const flags = ['--disable-dev-shm-usage', '--force-color-profile=srgb'];
  if (!args.includes(GRAPHICS[0])) flags.push('--disable-gpu');
  if (desk.person.whyNoSandbox !== null) flags.push('--no-sandbox');
  return spawn(process.env.FOVEA_ELECTRON!, [...flags, ...args], {
    ...desk.person.ids,
    cwd: desk.dir,
    env: {
      ...process.env,
      DISPLAY: display.name,
      DBUS_SESSION_BUS_ADDRESS: 'disabled:',
      HOME: desk.dir,
      XDG_CONFIG_HOME: join(desk.dir, 'config'),
      XDG_CACHE_HOME: join(desk.dir, 'cache'),
      FOVEA_HOME: join(desk.dir, 'fovea'),
      FOVEA_REVIEWER: 'somebody',
      FOVEA_TEST_NODE: process.execPath,
      FOVEA_TEST_BACKEND_ENTRY: process.env.FOVEA_ELECTRON_BACKEND,
      FOVEA_TEST_BACKEND_IMPORTS: imports.join(' '),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Starts the app once more on the same desk, as a person who clicks its icon again. @returns what it printed */
export function startAgain(desk: Desk, display: Display, project: string | null): Promise<string> {
  return startWith(desk, display, ...(project === null ? [] : [`--project=${project}`, '--asked']));
}

/** As a file manager or a browser does: with a path or a link. @returns what it printed */
export async function startWith(desk: Desk, display: Display, ...args: readonly string[]): Promise<string> {
  const child = spawnOn(desk, display, args, {});
  const said = recordOutput(child);
  await once(child, 'close');
  return said();
}

export interface StartOptions {
  readonly project?: string | null;
  /** Besides what every app gets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Canvases live in the graphics process. */
  readonly graphics?: boolean;
  /** After the program's name, as a desktop gives them. */
  readonly args?: readonly string[];
}

/** Starts the app on a desk and waits for its first window. */
export async function startApp(
  t: Pick<TestContext, 'after'>,
  display: Display,
  desk: Desk,
  { project = null, env = {}, graphics = false, args = [] }: StartOptions = {},
): Promise<RealApp> {
  const control = await openControl(desk);
  const child = spawnOn(
    desk,
    display,
    [
      '--remote-debugging-port=0',
      ...(graphics ? GRAPHICS : []),
      ...(project === null ? [] : [`--project=${project}`]),
      ...args,
    ],
    { FOVEA_TEST_CONTROL: control.place, ...env },
  );
  const said = recordOutput(child);
  let browser: Browser | null = null;
  const kill = async (): Promise<void> => {
    const below = descendants(child.pid!);
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    for (const { pid } of below) end(pid);
    await browser?.close().catch(() => undefined);
    control.close();
  };
  t.after(kill);
  await windowOpen(child, control, said);
  const address = /DevTools listening on (ws:\/\/\S+)/.exec(said())![1];
  browser = await chromium.connectOverCDP(address, { timeout: START_MS });
  const context = browser.contexts()[0];
  const page = context.pages()[0] ?? (await context.waitForEvent('page', { timeout: START_MS }));
  const hosted = await openPage(page, 'Electron', kill);
  await context.addInitScript(TOUR_TAKEN);
  await page.waitForURL('app://fovea/**');
  await page.evaluate(TOUR_TAKEN);
  return {
    page,
    browser,
    complaints: hosted.complaints,
    main: child,
    said,
    inMain: (body, argument) => control.run(String(body), argument) as never,
    processes: (words) =>
      descendants(child.pid!).filter(({ command }) =>
        typeof words === 'string' ? command.includes(words) : words.test(command),
      ),
    reconnect: async () => {
      for (let waited = 0; waited < START_MS; waited += AGAIN_MS) {
        await browser?.close();
        browser = await chromium.connectOverCDP(address, { timeout: START_MS });
        const [context] = browser.contexts();
        // Whoever connects while a page that died is not there again yet never hears of it.
        const page =
          context.pages()[0] ?? (await context.waitForEvent('page', { timeout: AGAIN_MS }).catch(() => null));
        if (page) return page;
      }
      throw new Error(`no page to connect to after ${START_MS / 1000} seconds:\n${said()}`);
    },
    quit: async () => {
      const exited = once(child, 'exit', { signal: AbortSignal.timeout(END_MS) });
      // It may be gone before it has answered.
      control.run('({ app }) => app.quit()', null).catch(() => undefined);
      await exited;
      return child.exitCode;
    },
    kill,
  };
}

/**
 * Waits until the first window shows its page. Only then may anything connect to the debugging port: this Electron never
 * gets ready when that comes earlier.
 */
async function windowOpen(child: ChildProcess, control: Control, said: () => string): Promise<void> {
  const gone = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`Electron did not start (${code ?? signal}):\n${said()}`);
  });
  const open = control.run(String(FIRST_PAGE), null);
  const late = sleep(START_MS, null, { ref: false }).then(() => {
    throw new Error(`no window after ${START_MS / 1000} seconds:\n${said()}`);
  });
  gone.catch(() => undefined);
  late.catch(() => undefined);
  await Promise.race([open, gone, late]);
}

/** Runs in main. */
const FIRST_PAGE = async ({ app, BrowserWindow }: typeof Electron): Promise<void> => {
  await app.whenReady();
  while (BrowserWindow.getAllWindows()[0]?.webContents.getURL().startsWith('app:') !== true) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

interface Control {
  readonly place: string;
  run(source: string, argument: unknown): Promise<unknown>;
  close(): void;
}

/** The socket by which the main process takes functions to run. */
async function openControl(desk: Desk): Promise<Control> {
  const place = join(mkdtempSync(join(desk.dir, 'control-')), 'main');
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let next = 1;
  const connected = Promise.withResolvers<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    createInterface({ input: socket }).on('line', (line) => {
      const { id, value, error } = JSON.parse(line) as { id: number; value?: unknown; error?: string };
      const one = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) one?.resolve(value);
      else one?.reject(new Error(`in main: ${error}`));
    });
    connected.resolve(socket);
  });
  server.unref();
  server.listen(place);
  await once(server, 'listening');
  giveTo(desk.person, desk.dir);
  return {
    place,
    run: async (source, argument) => {
      const socket = await connected.promise;
      const id = next++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        socket.write(`${JSON.stringify({ id, source, argument })}\n`);
      });
    },
    close: () => server.close(),
  };
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended with the others.
  }
}
