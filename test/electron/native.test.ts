/** Fovea as a program of the desktop: what it is asked to open, the projects opened last, jobs as the desktop sees them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { linkTo } from '../../src-shared/contract/link.ts';
import { ReviewPage } from '../e2e/support/review-page.ts';
import { openDisplay, type Display } from './support/display.ts';
import { giveTo } from './support/person.ts';
import {
  deskWithDemo,
  newDesk,
  NO_ELECTRON,
  startApp,
  startWith,
  type Desk,
  type RealApp,
} from './support/real-app.ts';
import { until } from './support/until.ts';

let display: Display;
before(async () => {
  if (NO_ELECTRON === false) display = await openDisplay();
});
after(() => display?.close());

const LABELLING_MS = 120_000;

/** A desk with the demo project and a copy of it. */
async function deskWithTwo(t: TestContext): Promise<{ desk: Desk; other: string }> {
  const desk = await deskWithDemo(t);
  const other = join(desk.dir, 'other tags');
  cpSync(desk.demo, other, { recursive: true });
  giveTo(desk.person, other);
  return { desk, other };
}

const isOpen = (app: RealApp, path: string): Promise<void> =>
  app.page.locator(`button[data-tip^="${path}"]`).waitFor();

const isOnScreen = async (app: RealApp, sample: number): Promise<void> => {
  await app.page.locator(`[data-shown="${sample}"]`).waitFor();
};

/** Items of the menu whose id begins so. */
const items = (app: RealApp, beginning: string): Promise<string[]> =>
  app.inMain(({ Menu }, wanted) => {
    const all = (menu: Electron.Menu | null | undefined): Electron.MenuItem[] =>
      (menu?.items ?? []).flatMap((item) => [item, ...all(item.submenu)]);
    return all(Menu.getApplicationMenu())
      .filter(({ id }) => id?.startsWith(wanted))
      .map(({ label }) => label);
  }, beginning);

const choose = (app: RealApp, id: string): Promise<void> =>
  app.inMain(({ Menu }, wanted) => void Menu.getApplicationMenu()?.getMenuItemById(wanted)?.click(), id);

const shown = (app: RealApp, kind: string): Promise<Record<string, unknown>[]> =>
  app.inMain(
    (_electron, wanted, state) =>
      state.shown.filter((one) => one.kind === wanted).map(({ options }) => options),
    kind,
  );

test(
  'a folder from the file manager is opened; the menu lists the projects opened last, opens and forgets them',
  { skip: NO_ELECTRON },
  async (t) => {
    const { desk, other } = await deskWithTwo(t);
    const app = await startApp(t, display, desk, { args: [other] });
    await isOpen(app, other);
    await until('it is listed', async () => (await items(app, 'recent-')).length === 1);
    assert.match(await startWith(desk, display, desk.demo), /Fovea is open already: .*demo is opened there/);
    await isOpen(app, desk.demo);
    await until('both are listed', async () => (await items(app, 'recent-')).length === 2);
    const [first, second] = await items(app, 'recent-');
    assert.match(first!, /demo/);
    assert.match(second!, /~\/other tags$/, 'a path as a person says it');
    await choose(app, 'recent-2');
    await isOpen(app, other);
    await until('the order is another one', async () =>
      /other tags$/.test((await items(app, 'recent-'))[0] ?? ''),
    );
    await choose(app, 'clear-recent');
    await until('the list is empty', async () => (await items(app, 'recent-')).length === 0);
    // Not only in the menu: the start page lists the same.
    const kept = JSON.parse(readFileSync(join(desk.dir, 'fovea', 'recent-projects.json'), 'utf8')) as unknown;
    assert.deepEqual(kept, { projects: [] });
  },
);

test(
  'a link: a known project is opened at its sample, an unknown one asked about, anything else refused',
  { skip: NO_ELECTRON },
  async (t) => {
    const { desk, other } = await deskWithTwo(t);
    const app = await startApp(t, display, desk, { project: desk.demo });
    const review = new ReviewPage(app.page);
    await review.ready();
    await startWith(desk, display, linkTo({ project: desk.demo, sample: 7 }));
    await isOnScreen(app, 7);
    assert.deepEqual(await shown(app, 'message'), []);

    await startWith(desk, display, linkTo({ project: desk.demo, sample: 99_999 }));
    await app.page.getByText('This project has no sample 99999').waitFor();
    await isOnScreen(app, 7);

    const [open, leave] = [0, 1];
    const answer = (button: number): Promise<void> =>
      app.inMain((_electron, chosen, { answers }) => void answers.push(chosen), button);
    await answer(leave);
    await startWith(desk, display, linkTo({ project: other, sample: 5 }));
    await until('it is asked about', async () => (await shown(app, 'message')).length === 1);
    assert.match(String((await shown(app, 'message'))[0]!.detail), /other tags$/);
    await isOpen(app, desk.demo);
    await answer(open);
    await startWith(desk, display, linkTo({ project: other, sample: 5 }));
    await isOpen(app, other);
    await isOnScreen(app, 5);

    await startWith(desk, display, 'fovea://open?project=%5C%5Celsewhere%5Cshare');
    await until('it is refused', async () => (await shown(app, 'error')).length === 1);
    await isOpen(app, other);
  },
);

test('a link starts the app; a link is copied from the menu', { skip: NO_ELECTRON }, async (t) => {
  const desk = await deskWithDemo(t);
  const link = linkTo({ project: desk.demo, sample: 9 });
  const app = await startApp(t, display, desk, { args: [link] });
  await app.inMain((_electron, _argument, { answers }) => void answers.push(0));
  await isOpen(app, desk.demo);
  await isOnScreen(app, 9);
  await choose(app, 'copyLink');
  await app.page.getByText('Link copied').waitFor();
  assert.equal(await app.inMain(({ clipboard }) => clipboard.readText()), link);
});

test(
  'a job: a bar while it runs and none after, no sleep meanwhile, a note at its end that leads to Jobs',
  { skip: NO_ELECTRON },
  async (t) => {
    const desk = newDesk(t);
    const app = await startApp(t, display, desk);
    await app.inMain(({ BrowserWindow, powerSaveBlocker }) => {
      const seen = { bars: [] as number[], awake: [] as boolean[] };
      Object.assign(globalThis, { seen });
      const { setProgressBar } = BrowserWindow.prototype;
      BrowserWindow.prototype.setProgressBar = function set(this: Electron.BrowserWindow, share: number) {
        seen.bars.push(share);
        setProgressBar.call(this, share);
      };
      const { start, stop } = powerSaveBlocker;
      powerSaveBlocker.start = (kind) => {
        seen.awake.push(kind === 'prevent-app-suspension');
        return start.call(powerSaveBlocker, kind);
      };
      powerSaveBlocker.stop = (id) => {
        seen.awake.push(!powerSaveBlocker.isStarted(id));
        return stop.call(powerSaveBlocker, id);
      };
      // Somebody looks at another program.
      Object.assign(BrowserWindow, { getFocusedWindow: () => null });
    });
    const seen = (): Promise<{ bars: number[]; awake: boolean[] }> =>
      app.inMain(() => (globalThis as unknown as { seen: { bars: number[]; awake: boolean[] } }).seen);
    await app.page.getByRole('button', { name: 'Open the demo project' }).click();
    await until('the bar', async () => (await seen()).bars.some((share) => share > 0 && share < 1));
    assert.deepEqual((await seen()).awake, [true]);
    // The machine is sent to sleep all the same, and wakes.
    await app.inMain(({ powerMonitor }) => [powerMonitor.emit('suspend'), powerMonitor.emit('resume')]);
    await app.page.getByRole('button', { name: 'Not labelled 0' }).waitFor({ timeout: LABELLING_MS });
    await until('the note', async () => (await shown(app, 'note')).length === 1);
    const [{ title, body }] = (await shown(app, 'note')) as [Record<string, unknown>];
    assert.deepEqual([title, body], ['Labelling is done', 'Fovea demo: 120 samples']);
    const { bars, awake } = await seen();
    assert.equal(bars.at(-1), -1, 'no bar is left');
    assert.deepEqual(awake, [true, false], 'it may sleep again');
    await app.inMain((_electron, _argument, state) => {
      const note = state.shown.find(({ kind }) => kind === 'note');
      (note!.options.click as () => void)();
    });
    await app.page.getByRole('tab', { name: 'Jobs', selected: true }).waitFor();
  },
);

test('notes of jobs are switched off in the menu, and stay off', { skip: NO_ELECTRON }, async (t) => {
  const desk = newDesk(t);
  const isOn = (app: RealApp): Promise<boolean> =>
    app.inMain(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('job-notes')?.checked === true);
  const app = await startApp(t, display, desk);
  assert.ok(await isOn(app));
  await choose(app, 'job-notes');
  await until('it is kept', () => {
    const file = join(desk.dir, 'fovea', 'preferences.json');
    return existsSync(file);
  });
  assert.equal(await app.quit(), 0);
  const again = await startApp(t, display, desk);
  await until('it is off', async () => !(await isOn(again)));
});

test(
  'a page that crashes leaves a report in the data folder, which the menu opens',
  { skip: NO_ELECTRON },
  async (t) => {
    const desk = newDesk(t);
    const app = await startApp(t, display, desk);
    await app.page.getByRole('button', { name: 'Open the demo project' }).waitFor();
    const folder = join(desk.dir, 'fovea', 'crashes');
    await app.inMain(({ BrowserWindow, shell }) => {
      Object.assign(shell, {
        openPath: (path: string) => {
          Object.assign(globalThis, { opened: path });
          return Promise.resolve('');
        },
      });
      BrowserWindow.getAllWindows()[0]!.webContents.forcefullyCrashRenderer();
    });
    await until('the report', () =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).some((name) => name.endsWith('.dmp')),
    );
    const page = await app.reconnect();
    await page.getByRole('button', { name: 'Open the demo project' }).waitFor();
    assert.equal(await app.inMain(({ crashReporter }) => crashReporter.getUploadToServer()), false);
    await choose(app, 'crash-reports');
    assert.equal(await app.inMain(() => (globalThis as unknown as { opened: string }).opened), folder);
  },
);

test('the system goes down: the app ends as when the person quits', { skip: NO_ELECTRON }, async (t) => {
  const desk = await deskWithDemo(t);
  const app = await startApp(t, display, desk, { project: desk.demo });
  const review = new ReviewPage(app.page);
  await review.ready();
  const sample = await review.currentId();
  await app.page.keyboard.press('x');
  const ended = once(app.main, 'exit');
  app.inMain(({ powerMonitor }) => powerMonitor.emit('shutdown')).catch(() => undefined);
  assert.deepEqual(await ended, [0, null]);
  const again = await startApp(t, display, desk, { project: desk.demo });
  await new ReviewPage(again.page).ready();
  await again.page.locator(`[data-sample="${sample}"][data-state=rejected]`).waitFor();
});
