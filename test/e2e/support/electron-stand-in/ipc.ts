/** `ipcMain`, and how a window's preload reaches it. */
import { EventEmitter } from 'node:events';

type Handler = (event: unknown, ...args: unknown[]) => unknown;
const handlers = new Map<string, Handler>();

class IpcMain extends EventEmitter {
  handle(channel: string, handler: Handler): void {
    handlers.set(channel, handler);
  }
}

export const ipcMain = new IpcMain();

/** `ipcRenderer.send` arrived. */
export function receiveSend(channel: string, event: unknown, args: unknown[]): void {
  ipcMain.emit(channel, event, ...args);
}

/** `ipcRenderer.invoke` arrived. */
export async function receiveInvoke(channel: string, event: unknown, args: unknown[]): Promise<unknown> {
  const handler = handlers.get(channel);
  if (!handler) throw new Error(`no handler for ${channel}`);
  return handler(event, ...args);
}
