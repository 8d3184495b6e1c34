/**
 * The only code with Electron's hands that shares a window with the page. It gives the page seven functions, a port and what its menu says;
 * ipcRenderer itself never leaves this file.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { ElectronBridge } from '../../../src-shared/rpc/connect.ts';
import { IPC } from './channels.ts';

/** The window as far as it is used; the main side is typed without the DOM. */
interface PreloadWindow {
  readonly location: { readonly origin: string };
  postMessage(message: unknown, targetOrigin: string, transfer: readonly unknown[]): void;
}
const page = globalThis as unknown as PreloadWindow;

const bridge: ElectronBridge = {
  requestPort: () => ipcRenderer.send(IPC.requestPort),
  chooseFolder: (title) => ipcRenderer.invoke(IPC.chooseFolder, String(title)),
  chooseFile: (title) => ipcRenderer.invoke(IPC.chooseFile, String(title)),
  chooseSavePath: (title, defaultName) =>
    ipcRenderer.invoke(IPC.chooseSavePath, String(title), String(defaultName)),
  setMenu: (entries) => ipcRenderer.send(IPC.setMenu, entries),
  setTheme: (theme) => ipcRenderer.send(IPC.setTheme, String(theme)),
  pathOf: (file) => webUtils.getPathForFile(file as File),
};

contextBridge.exposeInMainWorld('fovea', bridge);
// A port cannot cross the context bridge; a window message hands it from this world to the page's.
ipcRenderer.on(IPC.port, (event) => page.postMessage(IPC.port, page.location.origin, event.ports));
ipcRenderer.on(IPC.noPort, (_event, error: unknown) =>
  page.postMessage({ type: IPC.noPort, error }, page.location.origin, []),
);
ipcRenderer.on(IPC.menu, (_event, command: unknown) =>
  page.postMessage({ type: IPC.menu, command }, page.location.origin, []),
);
ipcRenderer.on(IPC.open, (_event, asked: { path: unknown; sample: unknown; isLink: unknown }) =>
  page.postMessage({ ...asked, type: IPC.open }, page.location.origin, []),
);
