/**
 * Electron's main process: windows, menus, dialogs. It holds no data and loads no native module; what can hang or crash
 * is in the backend process and the engine below it.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { app, BrowserWindow, dialog } from 'electron';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { createRpcClient } from '../../../src-shared/rpc/client.ts';
import type { MenuEntry } from '../../../src-shared/rpc/app-menu.ts';
import { messagePortChannel } from '../../../src-shared/rpc/message-port-channel.ts';
import { mainPort } from '../../rpc/transports/electron-port.ts';
import { inApp } from '../app-root.ts';
import { openPageFiles } from '../page/files.ts';
import { BackendProcess } from './backend-process.ts';
import { serveBridge } from './bridge.ts';
import { IPC } from './channels.ts';
import { installMenu } from './menu.ts';
import { registerAppScheme, serveApp } from './protocol.ts';
import { lockDown } from './session.ts';
import { openUpdates } from './updates.ts';
import { openWindow } from './windows.ts';

const { values } = parseArgs({
  args: process.argv.slice(1),
  options: { project: { type: 'string' }, asked: { type: 'boolean' } },
  strict: false,
  allowPositionals: true,
});
const project = typeof values.project === 'string' ? values.project : null;

const secondStartSchema = z.object({ project: z.string().nullable() });

registerAppScheme();
/** What a second start asks the first one for: a project that somebody named, not the one it begins with otherwise. */
const asked = values.asked === true ? project : null;
if (app.requestSingleInstanceLock({ project: asked })) {
  app.on('second-instance', (_event, _args, _folder, data: unknown) => {
    const window = BrowserWindow.getAllWindows()[0];
    window?.focus();
    const path = secondStartSchema.safeParse(data).data?.project;
    if (path) window?.webContents.send(IPC.open, path);
  });
  void app.whenReady().then(run);
} else {
  process.stdout.write(`Fovea is open already${asked === null ? '' : `: ${asked} is opened there`}.\n`);
  app.quit();
}

function run(): void {
  lockDown();
  const backend = new BackendProcess({
    entry: inApp('dist/electron/backend.mjs'),
    project,
    onGivenUp: (error) => void giveUp(backend, error),
  });
  serveApp(openPageFiles(inApp('dist/renderer')), backend);
  const actions = { newWindow: openWindow, openProject: () => void openProject(backend) };
  let entries: readonly MenuEntry[] = [];
  const showMenu = (): void => installMenu({ ...actions, updates }, entries);
  const updates = openUpdates(showMenu);
  showMenu();
  serveBridge(backend, (given) => {
    entries = given;
    showMenu();
  });
  openWindow();

  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  let closed = false;
  // Not before the windows are closed: what their pages still save needs the backend.
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
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

async function openProject(backend: BackendProcess): Promise<void> {
  const { canceled, filePaths } = await dialog.showOpenDialog({
    title: 'Open project',
    properties: ['openDirectory'],
  });
  const path = filePaths[0];
  if (canceled || path === undefined) return;
  const client = await createRpcClient(async () => messagePortChannel(mainPort(await backend.connect())));
  try {
    await client.call('project.open', { path });
  } catch (error) {
    dialog.showErrorBox('The project cannot be opened', FoveaError.from(error).toLine());
  } finally {
    client.close();
  }
}
