/**
 * The real main bundle in Node on the Electron stand-in. The window's page is also this process's: both are connected to
 * the same Chromium.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../../../scripts/lib/paths.mjs';
import type { Chromium } from './chromium.ts';
import type { FromTest, ShownItem, ToTest } from './electron-stand-in/test-link.ts';
import { homeFor } from './homes.ts';
import { openPage, type HostedPage } from './hosted-page.ts';
import { endProcess, recordOutput } from './processes.ts';

export interface ElectronApp extends HostedPage {
  /** What main did that a person would have seen: boxes, links opened elsewhere, requests refused. */
  readonly events: readonly ToTest[];
  /** Process id of the backend that runs now. */
  backendPid(): number;
  /** Answers the next dialog; no paths: cancels it. */
  answerDialog(...paths: string[]): void;
  /** The item of the menu with that id, as it is now. */
  menuItem(id: string): ShownItem | undefined;
  /** Chooses a menu item by its id. */
  chooseMenu(id: string): void;
  /** Starts the program once more, on a project that somebody named or on none. */
  startAgain(project: string | null): void;
  /** A link is followed, as a browser hands it over. */
  follow(link: string): void;
  /** Whether a window of the app is in front on the desktop. */
  toFront(own: boolean): void;
  /** Ends the app as its menu does. @returns the exit code */
  quit(): Promise<number | null>;
}

const REGISTER = join(root, 'test/e2e/support/electron-stand-in/register.ts');

/**
 * Starts the app on `project` (null: none) and waits for its window, as somebody who knows the tour unless it is asked
 * for. Nothing is remembered of apps before it, unless it `keeps` what they stored.
 */
export async function openInElectron(
  chromium: Chromium,
  project: string | null,
  {
    tour = false,
    keeps = false,
    env = {},
    answers = [],
  }: { tour?: boolean; keeps?: boolean; env?: Record<string, string>; answers?: readonly string[] } = {},
): Promise<ElectronApp> {
  const context = chromium.browser.contexts()[0];
  // A window has no opener; what has one is a page's attempt to open a window.
  const opening = context.waitForEvent('page', async (page) => (await page.opener()) === null);
  const home = homeFor(project, keeps);
  const child = fork(join(root, 'dist/electron/main.mjs'), project === null ? [] : [`--project=${project}`], {
    execArgv: ['--disable-warning=ExperimentalWarning', `--import=${REGISTER}`],
    env: {
      ...process.env,
      FOVEA_HOME: home.dir,
      ...env,
      FOVEA_TEST_CHROMIUM: chromium.endpoint,
      ...(tour ? { FOVEA_TEST_TOUR: '1' } : {}),
      ...(keeps ? { FOVEA_TEST_KEEPS: '1' } : {}),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const said = recordOutput(child);
  const events: ToTest[] = [];
  const tell = (message: FromTest): void => void child.send(message);
  for (const answer of answers) tell({ type: 'dialog', paths: [answer] });
  const window = new Promise<void>((resolve, reject) => {
    child.on('message', (message: ToTest) => {
      events.push(message);
      if (message.type === 'window') resolve();
    });
    child.once('exit', (code) => reject(new Error(`main ended (${code}):\n${said()}`)));
  });
  window.catch(() => undefined);
  const page = await Promise.race([opening, window.then(() => opening)]);
  const hosted = await openPage(page, 'Electron', async () => {
    await endProcess(child);
    home.remove();
  });
  await window;
  return {
    ...hosted,
    events,
    backendPid: () => {
      const last = events.findLast((event) => event.type === 'backend');
      if (!last) throw new Error('no backend was started');
      return last.pid;
    },
    answerDialog: (...paths) => tell({ type: 'dialog', paths }),
    menuItem: (id) => events.findLast((event) => event.type === 'menu')?.items.find((item) => item.id === id),
    chooseMenu: (id) => tell({ type: 'menu', id }),
    startAgain: (again) =>
      tell({ type: 'second-start', asked: again === null ? [] : [{ what: 'path', path: again }] }),
    follow: (link) => tell({ type: 'second-start', asked: [{ what: 'link', link }] }),
    toFront: (own) => tell({ type: 'front', own }),
    quit: async () => {
      const exited = once(child, 'exit');
      tell({ type: 'quit' });
      await exited;
      return child.exitCode;
    },
  };
}
