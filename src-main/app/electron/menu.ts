/** The application menu. No undo and redo here: those keys are the page's, which undoes strokes and decisions. */
import { app, BrowserWindow, Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../../../src-shared/rpc/connect.ts';
import { IPC } from './channels.ts';

export interface MenuActions {
  newWindow(): void;
  /** The person asks for another project. */
  openProject(): void;
}

/** Installs the menu. What the page can do itself is sent to the window in use. */
export function installMenu({ newWindow, openProject }: MenuActions): void {
  const mac: MenuItemConstructorOptions[] = process.platform === 'darwin' ? [{ role: 'appMenu' }] : [];
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...mac,
      {
        label: '&File',
        submenu: [
          { id: 'new-window', label: 'New window', accelerator: 'CmdOrCtrl+Shift+N', click: newWindow },
          { id: 'open-project', label: 'Open project…', accelerator: 'CmdOrCtrl+O', click: openProject },
          { type: 'separator' },
          pageItem('import', 'Import…'),
          pageItem('export', 'Export…'),
          { type: 'separator' },
          process.platform === 'darwin' ? { role: 'close' } : { role: 'quit' },
        ],
      },
      {
        label: '&Edit',
        submenu: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
      },
      {
        label: '&View',
        submenu: [
          pageItem('palette', 'Find a command…'),
          { type: 'separator' },
          { role: 'reload' },
          { role: 'togglefullscreen' },
          { type: 'separator' },
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
        ],
      },
      { role: 'windowMenu' },
      { role: 'help', submenu: [pageItem('help', 'Keys')] },
    ]),
  );
}

/** No accelerator: the page has its own keys, which a person can change. */
function pageItem(command: MenuCommand, label: string): MenuItemConstructorOptions {
  return {
    id: command,
    label,
    click: () =>
      (BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0])?.webContents.send(
        IPC.menu,
        command,
      ),
  };
}
