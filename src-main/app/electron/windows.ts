/** Windows: each a page of its own on the same backend. The first takes the place the last one had. */
import { join } from 'node:path';
import { BrowserWindow, screen } from 'electron';
import { inApp } from '../app-root.ts';
import { dataDir } from '../data-dir.ts';
import { closeWhenSaved } from './closing.ts';
import { APP_ORIGIN } from './protocol.ts';
import { type Bounds, cascade, isReachable, keepWindowState, readWindowState } from './window-state.ts';

const DEFAULT_SIZE = { width: 1440, height: 900 } as const;

/** Opens a window; beside the one in use when there is one. */
export function openWindow(): void {
  const path = join(dataDir(), 'window.json');
  const beside = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0] ?? null;
  const kept = beside ? null : readWindowState(path, displays());
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
  closeWhenSaved(window);
  void window.loadURL(`${APP_ORIGIN}/`);
}

/** Call it once: a window whose display is unplugged comes to one that is there. Not every desktop does that by itself. */
export function keepReachable(): void {
  const look = (): void => BrowserWindow.getAllWindows().forEach(bringBack);
  screen.on('display-removed', look);
  screen.on('display-metrics-changed', look);
}

function bringBack(window: BrowserWindow): void {
  const { width, height, ...place } = window.getNormalBounds();
  if (isReachable({ ...place, width, height }, displays())) return;
  const { x, y, width: most, height: highest } = screen.getPrimaryDisplay().workArea;
  window.setBounds({ x, y, width: Math.min(width, most), height: Math.min(height, highest) });
}

function displays(): Bounds[] {
  return screen.getAllDisplays().map(({ workArea }) => workArea);
}
