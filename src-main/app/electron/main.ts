/**
 * Electron's main process: windows, menus, dialogs. It holds no data and loads no native module; what can hang or crash
 * is in the backend process and the engine below it.
 */
import { z } from 'zod';
import { app, BrowserWindow, dialog, powerMonitor } from 'electron';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { LINK_SCHEME } from '../../../src-shared/contract/link.ts';
import type { RecentProject } from '../../../src-shared/contract/procedures.ts';
import type { MenuEntry } from '../../../src-shared/rpc/app-menu.ts';
import { inApp } from '../app-root.ts';
import { openPageFiles } from '../page/files.ts';
import { askedBy, askedSchema, readStart, type Asked } from './asked.ts';
import { BackendProcess } from './backend-process.ts';
import { serveBridge } from './bridge.ts';
import { keepCrashReports, showCrashReports } from './crash-reports.ts';
import { Follow } from './follow.ts';
import { installMenu } from './menu.ts';
import { bringForward, Openings } from './openings.ts';
import { registerAppScheme, serveApp } from './protocol.ts';
import { recentMenu, showRecentOutside } from './recent.ts';
import { lockDown } from './session.ts';
import { Signs } from './signs.ts';
import { openUpdates } from './updates.ts';
import { keepReachable, openWindow } from './windows.ts';

/** As electron-builder.yml has it: Windows groups windows and notes by it. */
const APP_ID = 'org.fovea.workbench';
/** Of the person's preferences. */
const JOB_NOTES = 'jobNotes';

/** In a checkout the app's folder stands before what is asked for. */
const start = readStart(process.argv.slice(process.defaultApp ? 2 : 1), process.cwd());
const secondStartSchema = z.object({ asked: z.array(askedSchema) });

/** What the desktop asks for before there is a window. macOS tells of files and links by these events alone. */
const early: Asked[] = [];
let ask = (asked: Asked): void => void early.push(asked);
app.on('open-file', (event, path) => {
  event.preventDefault();
  ask(askedBy(path, process.cwd()));
});
app.on('open-url', (event, url) => {
  event.preventDefault();
  ask({ what: 'link', link: url });
});

keepCrashReports();
registerAppScheme();
// Not this start's project as such: only one that somebody named.
if (app.requestSingleInstanceLock({ asked: start.asked })) {
  app.on('second-instance', (_event, _args, _folder, data: unknown) => {
    bringForward(BrowserWindow.getAllWindows()[0] ?? null);
    for (const asked of secondStartSchema.safeParse(data).data?.asked ?? []) ask(asked);
  });
  void app.whenReady().then(run);
} else {
  const [first] = start.asked;
  const what =
    first === undefined ? '' : `: ${first.what === 'path' ? first.path : first.link} is opened there`;
  process.stdout.write(`Fovea is open already${what}.\n`);
  app.quit();
}

function run(): void {
  lockDown();
  app.setAppUserModelId(APP_ID);
  // Elsewhere packages register it; Windows has it from the program itself.
  // After `--` nothing of a link is a switch, whatever quotes it has in it.
  if (process.platform === 'win32' && app.isPackaged)
    app.setAsDefaultProtocolClient(LINK_SCHEME, process.execPath, ['--']);
  const backend = new BackendProcess({
    entry: inApp('dist/electron/backend.mjs'),
    project: start.project,
    onGivenUp: (error) => void giveUp(backend, error),
  });
  serveApp(openPageFiles(inApp('dist/renderer')), backend);

  const signs = new Signs();
  let entries: readonly MenuEntry[] = [];
  let recent: readonly RecentProject[] = [];
  const follow = new Follow(backend, {
    onJobs: (jobs, ended) => signs.show(jobs, ended, follow.projectName),
    onRecent: (now) => {
      recent = now;
      showRecentOutside(recent, recentActions);
      showMenu();
    },
  });
  const openings = new Openings(async (project) => {
    const known = await follow.call('project.recent', {}).catch(() => []);
    return known.some(({ path }) => path === project);
  });
  const recentActions = {
    open: (path: string) => openings.give({ path, sample: null, isLink: false }),
    clear: () => void follow.call('project.forgetRecent', {}).catch(showError('The list cannot be cleared')),
  };
  // What somebody chose meanwhile is newer than what was remembered.
  let chosen = false;
  const setJobNotes = (on: boolean): void => {
    chosen = true;
    signs.notes = on;
    showMenu();
    follow
      .call('preferences.set', { values: { [JOB_NOTES]: String(on) } })
      .catch(showError('This cannot be remembered'));
  };
  const showMenu = (): void =>
    installMenu(
      {
        newWindow: openWindow,
        openProject: () => void openProject(follow),
        recent: recentMenu(recent, recentActions),
        jobNotes: signs.notes,
        setJobNotes,
        showCrashReports,
        updates,
      },
      entries,
    );
  const updates = openUpdates(showMenu);
  showMenu();
  serveBridge(
    backend,
    (given) => {
      entries = given;
      showMenu();
    },
    (page) => openings.listens(page),
  );
  follow.call('preferences.get', {}).then(
    ({ values }) => {
      if (chosen) return;
      signs.notes = values[JOB_NOTES] !== 'false';
      showMenu();
    },
    () => undefined,
  );
  keepReachable();
  openWindow();
  ask = (asked) => void openings.ask(asked);
  // What this start begins with is opened by the backend.
  const others = start.asked.filter((asked) => asked.what !== 'path' || asked.path !== start.project);
  for (const asked of [...others, ...early]) ask(asked);

  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  // The system goes down: windows save what is on its way, as when the person quits.
  powerMonitor.on('shutdown', () => app.quit());
  let closed = false;
  // Not before the windows are closed: what their pages still save needs the backend.
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    follow.close();
    void backend.close().then(() => {
      closed = true;
      app.quit();
    });
  });
}

/** The person decides whether to try once more. */
async function giveUp(backend: BackendProcess, error: FoveaError): Promise<void> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    message: 'Fovea cannot go on',
    detail: error.toLine(),
    buttons: ['Try again', 'Quit'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  });
  if (response === 0) backend.tryAgain();
  else app.exit(1);
}

async function openProject(follow: Follow): Promise<void> {
  const { canceled, filePaths } = await dialog.showOpenDialog({
    title: 'Open project',
    properties: ['openDirectory'],
  });
  const path = filePaths[0];
  if (canceled || path === undefined) return;
  await follow.call('project.open', { path }).catch(showError('The project cannot be opened'));
}

function showError(title: string): (error: unknown) => void {
  return (error) => dialog.showErrorBox(title, FoveaError.from(error).toLine());
}
