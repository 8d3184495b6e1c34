/**
 * The server end of the WebSocket transport. It takes sockets that the host may listen to (Host and Origin
 * checked on the upgrade request) and gives channels.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Channel } from '../../../src-shared/rpc/channel.ts';
import { MAX_FRAME_BYTES } from '../../../src-shared/rpc/codec.ts';
import { webSocketChannel } from '../../../src-shared/rpc/web-socket-channel.ts';

/** Room above the codec's limit, so that a frame slightly too large is refused with a reason and not just cut off. */
const SLACK_BYTES = 64 * 1024;

export interface WebSocketAcceptor {
  /** Completes the handshake of an `upgrade` request that was let in. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends every connection. */
  close(): void;
}

/** Accepts sockets and hands each open one to `onChannel`, with the port of this machine that it came in at. */
export function webSocketAcceptor(onChannel: (channel: Channel, port: number) => void): WebSocketAcceptor {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES + SLACK_BYTES,
    perMessageDeflate: false,
  });
  return {
    accept: (request, socket, head) => {
      const port = request.socket.localPort ?? 0;
      server.handleUpgrade(request, socket, head, (client) => onChannel(webSocketChannel(client), port));
    },
    close: () => {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}
