/**
 * A channel over a MessagePort: Electron's in the page, its MessagePortMain in the backend process, and Node's own in
 * tests. They differ only in how listeners are added, so the caller hands that in as {@link PortLike}.
 */
import { ChannelEnds, type Channel } from './channel.ts';

/** The part of a port that is used, listener styles evened out. */
export interface PortLike {
  postMessage(message: Uint8Array): void;
  listen(onMessage: (data: unknown) => void, onClose: () => void): void;
  close(): void;
}

/** The DOM's MessagePort as far as it is used; Electron's has the `close` event. */
export interface DomPort {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: () => void): void;
  start(): void;
  close(): void;
}

/** A port with `addEventListener`, as the page has it. */
export function domPort(port: DomPort): PortLike {
  return {
    postMessage: (message) => port.postMessage(message),
    listen: (onMessage, onClose) => {
      port.addEventListener('message', (event) => onMessage(event.data));
      port.addEventListener('close', onClose);
      port.start();
    },
    close: () => port.close(),
  };
}

/** A channel over a port. Anything but bytes is passed on as an empty frame, which no codec accepts. */
export function messagePortChannel(port: PortLike): Channel {
  const ends = new ChannelEnds();
  port.listen(
    (data) => ends.deliver(data instanceof Uint8Array ? data : new Uint8Array(0)),
    () => ends.markClosed(),
  );
  return {
    send: (frame) => {
      if (!ends.closed) port.postMessage(frame);
    },
    onFrame: (listener) => ends.setFrameListener(listener),
    onClose: (listener) => ends.addCloseListener(listener),
    close: () => {
      port.close();
      ends.markClosed();
    },
    // A port does not tell; its far end is a page of this very program.
    buffered: () => 0,
  };
}
