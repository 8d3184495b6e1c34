/** The application menu. No undo and redo here: those keys are the page's, which undoes strokes and decisions. */
import { app, Menu, type MenuItemConstructorOptions } from 'electron';

/** Installs the menu; `openProject` runs when the person asks for another project. */
export function installMenu(openProject: () => void): void {
  const mac: MenuItemConstructorOptions[] = process.platform === 'darwin' ? [{ role: 'appMenu' }] : [];
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...mac,
      {
        label: '&File',
        submenu: [
          { id: 'open-project', label: 'Open project…', accelerator: 'CmdOrCtrl+O', click: openProject },
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
    ]),
  );
}
