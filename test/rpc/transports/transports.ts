/** Every transport as the suite needs it: a way to open one more client end of a server. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { WebSocket } from 'ws';
import { mainPort, type MainPort } from '../../../src-main/rpc/transports/electron-port.ts';
import { memoryPair } from '../../../src-main/rpc/transports/memory.ts';
import { serveChannel, type RpcServer } from '../../../src-main/rpc/transports/serve.ts';
import { webSocketAcceptor } from '../../../src-main/rpc/transports/web-socket.ts';
import type { Channel } from '../../../src-shared/rpc/channel.ts';
import { domPort, messagePortChannel, type DomPort } from '../../../src-shared/rpc/message-port-channel.ts';
import { openWebSocketChannel, type WebSocketLike } from '../../../src-shared/rpc/web-socket-channel.ts';

export interface ServedTransport {
  /** A new client end. */
  open(): Promise<Channel>;
  /** Closes every server end, as a host that goes away does. */
  dropAll(): void;
  dispose(): Promise<void>;
}

export type TransportFactory = (server: RpcServer) => Promise<ServedTransport>;

export const transports: Readonly<Record<string, TransportFactory>> = {
  'in-memory': inMemory,
  WebSocket: webSocket,
  MessagePort: messagePort,
};

function inMemory(server: RpcServer): Promise<ServedTransport> {
  const served = new Set<Channel>();
  return Promise.resolve({
    open: () => {
      const [near, far] = memoryPair();
      served.add(far);
      serveChannel(far, server);
      return Promise.resolve(near);
    },
    dropAll: () => served.forEach((channel) => channel.close()),
    dispose: () => Promise.resolve(),
  });
}

async function webSocket(server: RpcServer): Promise<ServedTransport> {
  const served = new Set<Channel>();
  const acceptor = webSocketAcceptor((channel) => {
    served.add(channel);
    serveChannel(channel, server);
  });
  const http = createServer().on('upgrade', acceptor.accept);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  return {
    open: () => openWebSocketChannel(new WebSocket(`ws://127.0.0.1:${port}/`) as unknown as WebSocketLike),
    dropAll: () => served.forEach((channel) => channel.close()),
    dispose: async () => {
      acceptor.close();
      http.close();
      await once(http, 'close');
    },
  };
}

/** Node's port in Electron's listener style: `message` hands out an event with `data`. */
function asMainPort(port: MessagePort): MainPort {
  return {
    postMessage: (message) => port.postMessage(message),
    on: (event: string, listener: (event: { data: unknown }) => void) =>
      event === 'message'
        ? port.on('message', (data: unknown) => listener({ data }))
        : port.on('close', () => listener({ data: null })),
    start: () => port.start(),
    close: () => port.close(),
  };
}

function messagePort(server: RpcServer): Promise<ServedTransport> {
  const served = new Set<Channel>();
  return Promise.resolve({
    open: () => {
      const { port1, port2 } = new MessageChannel();
      const channel = messagePortChannel(mainPort(asMainPort(port1)));
      served.add(channel);
      serveChannel(channel, server);
      return Promise.resolve(messagePortChannel(domPort(port2 as unknown as DomPort)));
    },
    dropAll: () => served.forEach((channel) => channel.close()),
    dispose: () => {
      served.forEach((channel) => channel.close());
      return Promise.resolve();
    },
  });
}
