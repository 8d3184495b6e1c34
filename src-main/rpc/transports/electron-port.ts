/**
 * The backend's end of Electron's MessagePort. The port is described by its shape, so that this file needs no import of
 * electron: only `src-main/app/electron` has one.
 */
import type { PortLike } from '../../../src-shared/rpc/message-port-channel.ts';

/** Electron's MessagePortMain as far as it is used. */
export interface MainPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/** A MessagePortMain as {@link PortLike}. */
export function mainPort(port: MainPort): PortLike {
  return {
    postMessage: (message) => port.postMessage(message),
    listen: (onMessage, onClose) => {
      port.on('message', (event) => onMessage(event.data));
      port.on('close', onClose);
      port.start();
    },
    close: () => port.close(),
  };
}
