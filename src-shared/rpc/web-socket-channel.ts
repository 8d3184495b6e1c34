/**
 * A channel over anything shaped like the browser's WebSocket: the page's own, Node's, and the `ws` package's, which
 * serves the other end.
 */
import { FoveaError } from '../contract/errors.ts';
import { ChannelEnds, type Channel } from './channel.ts';

/** The part of a WebSocket that is used; `ws` sockets and browsers' both have it. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'close', listener: (event: { reason: string }) => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

const OPEN = 1;
/** The first code that applications may give a meaning; the words beside it say which. */
const CLOSED_FOR_A_REASON = 4000;

/** A channel over an open socket. A text frame is passed on as an empty one, which no codec accepts. */
export function webSocketChannel(socket: WebSocketLike): Channel {
  const ends = new ChannelEnds();
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('message', ({ data }) => {
    ends.deliver(data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(0));
  });
  socket.addEventListener('close', ({ reason }) => ends.markClosed(reason === '' ? null : reason));
  // An error is always followed by a close; without a listener `ws` would throw it.
  socket.addEventListener('error', () => undefined);
  return {
    send: (frame) => {
      if (socket.readyState === OPEN) socket.send(frame as Uint8Array<ArrayBuffer>);
    },
    onFrame: (listener) => ends.setFrameListener(listener),
    onClose: (listener) => ends.addCloseListener(listener),
    close: (reason) => (reason === undefined ? socket.close() : socket.close(CLOSED_FOR_A_REASON, reason)),
    buffered: () => socket.bufferedAmount,
  };
}

/**
 * Waits until a socket is open and gives its channel.
 * @throws FoveaError `io` when it closes first (host gone, or not let in)
 */
export function openWebSocketChannel(socket: WebSocketLike): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const channel = webSocketChannel(socket);
    let opened = false;
    socket.addEventListener('open', () => {
      opened = true;
      resolve(channel);
    });
    channel.onClose(() => {
      if (opened) return;
      reject(
        new FoveaError('io', 'The main side cannot be reached', {
          next: 'Check that Fovea is still running where you started it',
        }),
      );
    });
  });
}
