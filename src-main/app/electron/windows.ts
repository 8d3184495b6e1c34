/** Windows: each a page of its own on the same backend. The first takes the place the last one had. */
import { join } from 'node:path';
import { BrowserWindow, dialog, screen } from 'electron';
import { inApp } from '../app-root.ts';
import { dataDir } from '../data-dir.ts';
import { APP_ORIGIN } from './protocol.ts';
import { type Bounds, cascade, keepWindowState, readWindowState } from './window-state.ts';

const DEFAULT_SIZE = { width: 1440, height: 900 } as const;

/** Opens a window; beside the one in use when there is one. */
export function openWindow(): void {
  const path = join(dataDir(), 'window.json');
  const beside = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0] ?? null;
  const displays = screen.getAllDisplays().map(({ workArea }): Bounds => workArea);
  const kept = beside ? null : readWindowState(path, displays);
  const bounds = beside ? cascade(beside.getNormalBounds()) : (kept?.bounds ?? DEFAULT_SIZE);
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 960,
    minHeight: 600,
    title: 'Fovea',
    backgroundColor: '#1b1b1b',
    show: false,
    webPreferences: {
      preload: inApp('dist/electron/preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
    },
  });
  if (kept?.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () =>
    keepWindowState(path, { bounds: window.getNormalBounds(), maximized: window.isMaximized() }),
  );
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason !== 'clean-exit') window.webContents.reload();
  });
  // The page asks to stay while something is unsaved; Electron shows nothing by itself and just does not close.
  window.webContents.on('will-prevent-unload', (event) => {
    if (leavesAnyway(window)) event.preventDefault();
  });
  void window.loadURL(`${APP_ORIGIN}/`);
}

/** Asks the person whether the window may go although a decision or a note is still on its way to the project. */
function leavesAnyway(window: BrowserWindow): boolean {
  const [stay, leave] = [0, 1];
  const chosen = dialog.showMessageBoxSync(window, {
    type: 'warning',
    message: 'Not everything is saved yet',
    detail: 'A decision or a note is still on its way to the project. Closing now loses it.',
    buttons: ['Stay', 'Close and lose it'],
    defaultId: stay,
    cancelId: stay,
    noLink: true,
  });
  return chosen === leave;
}
