/**
 * The browser host: the page, its pictures and the RPC socket on loopback, for a machine without a screen or without
 * Electron. Every request passes `access.ts` before anything else is looked at.
 */
import { createServer, STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { SOCKET_PATH } from '../../../src-shared/rpc/connect.ts';
import { serveChannel } from '../../rpc/transports/serve.ts';
import { webSocketAcceptor } from '../../rpc/transports/web-socket.ts';
import type { HostBackend } from '../host-backend.ts';
import { openPageFiles, type PageFiles } from '../page/files.ts';
import { COMMON_HEADERS, pagePolicy } from '../page/headers.ts';
import { pictureId } from '../page/picture-id.ts';
import { createAccess, type Access } from './access.ts';
import { sendPicture } from './pictures.ts';

export interface BrowserHostOptions {
  readonly backend: HostBackend;
  /** Folder of the built page. */
  readonly pageDir: string;
  /** 0 takes a free port; of several the first that can be had is taken, else any. */
  readonly port: number | readonly number[];
  readonly address?: '127.0.0.1' | '::1';
}

export interface BrowserHost {
  /** The address to open, token included. */
  readonly url: string;
  readonly port: number;
  /** Ends every connection and stops listening; the backend is left to its owner. */
  close(): Promise<void>;
}

/**
 * Starts serving.
 * @throws FoveaError `not_found` when the page is not built, `io` when the port cannot be had
 */
export async function startBrowserHost(options: BrowserHostOptions): Promise<BrowserHost> {
  const page = openPageFiles(options.pageDir);
  const address = options.address ?? '127.0.0.1';
  const server = createServer();
  const port = await listenOn(server, options.port, address);
  const access = createAccess(`fovea_${port}`);
  const sockets = webSocketAcceptor((channel) => serveChannel(channel, options.backend));

  server.on('request', (request, response) => {
    void answer(request, response, access, page, options.backend).catch((error: unknown) => {
      const known = FoveaError.from(error);
      if (response.headersSent) response.destroy();
      else refuse(response, known.code === 'not_found' ? 404 : 500, known.toLine());
    });
  });
  server.on('upgrade', (request, socket, head) => {
    const verdict = access.upgrade(request.headers);
    if (verdict.kind === 'out') return refuseUpgrade(socket, verdict.status);
    if (request.url !== SOCKET_PATH) return refuseUpgrade(socket, 404);
    sockets.accept(request, socket, head);
  });

  const name = address === '::1' ? '[::1]' : address;
  return {
    port,
    url: `http://${name}:${port}/?token=${access.token}`,
    close: () =>
      new Promise((resolve) => {
        sockets.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  access: Access,
  page: PageFiles,
  backend: HostBackend,
): Promise<void> {
  for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value);
  response.setHeader('Cache-Control', 'no-store');
  const url = URL.parse(`http://fovea.invalid${request.url}`);
  if (url === null) return refuse(response, 400, 'That is not an address');
  const verdict = access.request(url, request.headers);
  if (verdict.kind === 'out') return refuse(response, verdict.status, verdict.reason);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return refuse(response, 405, 'Only reading is possible here');
  }
  if (verdict.kind === 'login') {
    response.writeHead(303, { 'Set-Cookie': verdict.cookie, Location: verdict.location }).end();
    return;
  }
  const id = pictureId(url.pathname);
  if (id !== null) {
    const picture = await backend.imageFile(id);
    if (picture && (await sendPicture(picture, request, response))) return;
    return refuse(response, 404, 'There is no such picture');
  }
  const file = await page.read(url.pathname);
  if (file === null) return refuse(response, 404, 'There is nothing here');
  response.writeHead(200, {
    'Content-Type': file.type,
    'Content-Length': file.body.length,
    'Content-Security-Policy': pagePolicy(`ws://${request.headers.host}`),
  });
  response.end(request.method === 'HEAD' ? undefined : file.body);
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.setHeader('Cache-Control', 'no-store');
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}

function refuseUpgrade(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

async function listenOn(
  server: ReturnType<typeof createServer>,
  wanted: number | readonly number[],
  address: string,
): Promise<number> {
  if (typeof wanted === 'number') return listen(server, wanted, address);
  for (const port of wanted) {
    const got = await listen(server, port, address).catch(() => null);
    if (got !== null) return got;
  }
  return listen(server, 0, address);
}

function listen(server: ReturnType<typeof createServer>, port: number, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      reject(
        new FoveaError('io', `Port ${port} cannot be used: ${error.code ?? error.message}`, {
          where: address,
          next: 'Choose another with --port, or leave it out for a free one',
          cause: error,
        }),
      );
    };
    server.once('error', failed);
    server.listen({ port, host: address }, () => {
      server.off('error', failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
