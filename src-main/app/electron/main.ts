/**
 * Electron's main process: windows, menus, dialogs. It holds no data and loads no native module; what can hang or crash
 * is in the backend process and the engine below it.
 */
import { parseArgs } from 'node:util';
import { app, BrowserWindow, dialog } from 'electron';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { createRpcClient } from '../../../src-shared/rpc/client.ts';
import { messagePortChannel } from '../../../src-shared/rpc/message-port-channel.ts';
import { mainPort } from '../../rpc/transports/electron-port.ts';
import { inApp } from '../app-root.ts';
import { openPageFiles } from '../page/files.ts';
import { BackendProcess } from './backend-process.ts';
import { serveBridge } from './bridge.ts';
import { installMenu } from './menu.ts';
import { registerAppScheme, serveApp } from './protocol.ts';
import { lockDown } from './session.ts';
import { openWindow } from './windows.ts';

const { values } = parseArgs({
  args: process.argv.slice(1),
  options: { project: { type: 'string' } },
  strict: false,
  allowPositionals: true,
});
const project = typeof values.project === 'string' ? values.project : null;

registerAppScheme();
if (app.requestSingleInstanceLock({ project })) {
  app.on('second-instance', () => BrowserWindow.getAllWindows()[0]?.focus());
  void app.whenReady().then(run);
} else {
  app.quit();
}

function run(): void {
  lockDown();
  const backend = new BackendProcess({
    entry: inApp('dist/electron/backend.mjs'),
    project,
    onGivenUp: (error) => {
      dialog.showErrorBox('Fovea cannot go on', error.toLine());
      app.exit(1);
    },
  });
  serveApp(openPageFiles(inApp('dist/renderer')), backend);
  const actions = { newWindow: openWindow, openProject: () => void openProject(backend) };
  installMenu(actions, []);
  serveBridge(backend, (entries) => installMenu(actions, entries));
  openWindow();

  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  let closed = false;
  app.on('before-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    void backend.close().then(() => {
      closed = true;
      app.quit();
    });
  });
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
