/** Main's half of the preload's functions. Whoever asks must be the page itself, in its own top frame. */
import {
  BrowserWindow,
  dialog,
  ipcMain,
  nativeTheme,
  type IpcMainEvent,
  type IpcMainInvokeEvent,
  type WebContents,
} from 'electron';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { menuEntriesSchema, type MenuEntry } from '../../../src-shared/rpc/app-menu.ts';
import type { BackendProcess } from './backend-process.ts';
import { IPC } from './channels.ts';
import { isOwn } from './session.ts';

const titleSchema = z.string().max(200);
/** A file name, not a path: the person chooses the folder. */
const nameSchema = z
  .string()
  .max(200)
  .regex(/^[^/\\]*$/);

/** As the page's own choice of theme. */
const themeSchema = z.enum(['dark', 'light', 'system']);

/** Answers the preload. @param listens told of a page that listens from now on: it says so with its menu */
export function serveBridge(
  backend: BackendProcess,
  setMenu: (entries: readonly MenuEntry[]) => void,
  listens: (page: WebContents) => void,
): void {
  ipcMain.on(IPC.requestPort, (event) => {
    if (!isPage(event)) return;
    void backend.connect().then(
      (port) => event.sender.postMessage(IPC.port, null, [port]),
      (error: unknown) => event.sender.send(IPC.noPort, FoveaError.from(error).toWire()),
    );
  });
  ipcMain.on(IPC.setMenu, (event, given: unknown) => {
    const entries = isPage(event) ? menuEntriesSchema.safeParse(given) : null;
    if (!entries?.success) return;
    listens(event.sender);
    // Only the window in front has the say; without one, whichever speaks.
    const front = BrowserWindow.getFocusedWindow();
    if (!front || front.webContents === event.sender) setMenu(entries.data);
  });
  ipcMain.on(IPC.setTheme, (event, given: unknown) => {
    const theme = isPage(event) ? themeSchema.safeParse(given) : null;
    if (theme?.success) nativeTheme.themeSource = theme.data;
  });
  ipcMain.handle(IPC.chooseFolder, (event, title: unknown) => choose(event, title, 'openDirectory'));
  ipcMain.handle(IPC.chooseFile, (event, title: unknown) => choose(event, title, 'openFile'));
  ipcMain.handle(IPC.chooseSavePath, async (event, title: unknown, defaultName: unknown) => {
    const window = windowOf(event);
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      title: titleSchema.parse(title),
      defaultPath: nameSchema.parse(defaultName),
    });
    return canceled ? null : filePath;
  });
}

async function choose(
  event: IpcMainInvokeEvent,
  title: unknown,
  property: 'openDirectory' | 'openFile',
): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(windowOf(event), {
    title: titleSchema.parse(title),
    properties: property === 'openDirectory' ? ['openDirectory', 'createDirectory'] : ['openFile'],
  });
  return canceled ? null : (filePaths[0] ?? null);
}

function windowOf(event: IpcMainInvokeEvent): BrowserWindow {
  const window = isPage(event) ? BrowserWindow.fromWebContents(event.sender) : null;
  if (!window) throw new Error('Only the page may ask');
  return window;
}

function isPage(event: IpcMainEvent | IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && isOwn(frame.url);
}
