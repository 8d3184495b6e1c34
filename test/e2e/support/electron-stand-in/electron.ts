/** The `electron` module as far as our main process uses it. Each part is in a file of its own. */
export { app } from './app.ts';
export { dialog, Menu, shell } from './desktop.ts';
export { ipcMain } from './ipc.ts';
export { MessageChannelMain } from './ports.ts';
export { screen } from './screen.ts';
export { protocol, session } from './session.ts';
export { crashReporter, nativeTheme, Notification, powerMonitor, powerSaveBlocker } from './system.ts';
export { utilityProcess } from './utility-process.ts';
export { BrowserWindow } from './window.ts';
