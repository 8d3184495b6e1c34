/**
 * The application menu: what main does itself, and below it what the page in front says it can do, with the keys a
 * person chose. Those keys are shown, not registered: the page acts on them, and knows when a text field has them.
 */
import { app, BrowserWindow, Menu, type MenuItemConstructorOptions } from 'electron';
import { MENUS, type MenuEntry } from '../../../src-shared/rpc/app-menu.ts';
import { acceleratorOf } from './accelerator.ts';
import { IPC } from './channels.ts';

export interface MenuActions {
  newWindow(): void;
  /** The person asks for another project. */
  openProject(): void;
  readonly recent: MenuItemConstructorOptions;
  /** Whether the person is told when a job ends while they look elsewhere. */
  readonly jobNotes: boolean;
  setJobNotes(on: boolean): void;
  showCrashReports(): void;
  /** Null where this build has no updates: the menu says nothing of them. */
  readonly updates: UpdateActions | null;
}

export interface UpdateActions {
  /** The version that can be put back, or null. */
  readonly previous: string | null;
  check(): void;
  goBack(): void;
}

type Menus = Record<(typeof MENUS)[number], MenuItemConstructorOptions[]>;

/** Installs the menu. What the page can do is sent to the window in use when it is chosen. */
export function installMenu(actions: MenuActions, entries: readonly MenuEntry[]): void {
  const menus = ownItems(actions);
  for (const name of MENUS) {
    const items = entries.filter(({ menu }) => menu === name).map(pageItem);
    if (items.length > 0 && menus[name].length > 0) menus[name].push({ type: 'separator' });
    menus[name].push(...items);
  }
  menus.File.push(
    { type: 'separator' },
    process.platform === 'darwin' ? { role: 'close' } : { role: 'quit' },
  );
  const mac: MenuItemConstructorOptions[] = process.platform === 'darwin' ? [{ role: 'appMenu' }] : [];
  const shown = MENUS.filter((name) => menus[name].length > 0 && name !== 'Help');
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...mac,
      ...shown.map((name) => ({ label: `&${name}`, submenu: menus[name] })),
      { role: 'windowMenu' },
      { role: 'help', submenu: menus.Help },
    ]),
  );
}

/** No undo and redo of the system's: those keys are the page's, which undoes strokes and decisions. */
function ownItems(actions: MenuActions): Menus {
  const { newWindow, openProject, recent, jobNotes, setJobNotes, showCrashReports, updates } = actions;
  return {
    File: [
      { id: 'new-window', label: 'New window', accelerator: 'CmdOrCtrl+Shift+N', click: newWindow },
      { id: 'open-project', label: 'Open project…', accelerator: 'CmdOrCtrl+O', click: openProject },
      recent,
    ],
    Edit: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
    View: [
      { role: 'reload' },
      { role: 'togglefullscreen' },
      { type: 'separator' },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      {
        id: 'job-notes',
        label: 'Tell me when a job ends',
        type: 'checkbox',
        checked: jobNotes,
        click: ({ checked }) => setJobNotes(checked),
      },
      ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
    ],
    Review: [],
    Find: [],
    Gallery: [],
    Compare: [],
    Go: [],
    Help: [
      ...updateItems(updates),
      { id: 'crash-reports', label: 'Show crash reports', click: showCrashReports },
    ],
  };
}

function updateItems(updates: UpdateActions | null): MenuItemConstructorOptions[] {
  if (updates === null) return [];
  const { previous } = updates;
  const check = { id: 'check-updates', label: 'Check for updates…', click: () => updates.check() };
  if (previous === null) return [check];
  return [check, { id: 'go-back', label: `Go back to Fovea ${previous}…`, click: () => updates.goBack() }];
}

function pageItem({ command, words, key, enabled }: MenuEntry): MenuItemConstructorOptions {
  const accelerator = key === null ? undefined : acceleratorOf(key);
  // macOS would act on the key itself, in text fields, too: there it is only told.
  const told = process.platform === 'darwin' && key !== null ? ` (${key})` : '';
  return {
    id: command,
    label: `${words}${told}`.replaceAll('&', '&&'),
    enabled,
    ...(accelerator && told === '' ? { accelerator, registerAccelerator: false } : {}),
    click: () =>
      (BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0])?.webContents.send(
        IPC.menu,
        command,
      ),
  };
}
