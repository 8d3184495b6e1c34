/**
 * The browser host: the page, its pictures and the RPC socket on loopback, for a machine without a screen or without
 * Electron. Every request passes `access.ts` before anything else is looked at.
 */
import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { FoveaError, type ErrorCode } from '../../../src-shared/contract/errors.ts';
import { SOCKET_PATH } from '../../../src-shared/rpc/connect.ts';
import { randomWord, TICKET_PARAMETER } from '../../../src-shared/rpc/handshake.ts';
import { serveChannel } from '../../rpc/transports/serve.ts';
import { webSocketAcceptor } from '../../rpc/transports/web-socket.ts';
import type { HostBackend } from '../host-backend.ts';
import { openPageFiles, type PageFiles } from '../page/files.ts';
import { COMMON_HEADERS, pagePolicy } from '../page/headers.ts';
import { pictureId } from '../page/picture-id.ts';
import { noKey, refusedRequest, refusedUpgrade, socketOrigin, type PublicUrl } from './access.ts';
import { CONTROL_PATH, mayControl, type HostReply } from './control.ts';
import { openDoor } from './door.ts';
import { serverFor } from './guests.ts';
import { invitationsIn } from './invitations.ts';
import { knownBrowsers } from './known-browsers.ts';
import { pictureKeys, type PictureKeys } from './picture-keys.ts';
import { exportWord, sendDownload } from './downloads.ts';
import { sendPicture } from './pictures.ts';
import { announceHost } from './running-hosts.ts';
import { createTickets } from './tickets.ts';

export interface BrowserHostOptions {
  readonly backend: HostBackend;
  /** Folder of the built page. */
  readonly pageDir: string;
  /** 0 takes a free port; of several the first that can be had is taken, else any. */
  readonly port: number | readonly number[];
  readonly address?: '127.0.0.1' | '::1';
  /** Where the browsers that were let in are remembered, and other commands find this host. */
  readonly dataDir: string;
  /** Where people come in from other machines, behind a proxy that does TLS; null: loopback alone. */
  readonly publicUrl?: PublicUrl | null;
}

export interface BrowserHost {
  readonly port: number;
  /** The first address to open. */
  readonly url: string;
  /** Another one. Each lets one browser in, once, within an hour. */
  newUrl(): string;
  /** Ends every connection and stops listening; the backend is left to its owner. */
  close(): Promise<void>;
}

/** A connection on which nothing moves for so long is ended: a picture that nobody reads, an unfinished request. */
const STALLED_MS = 60_000;
/** A browser opens six a page; the rest is for other pages and for whoever should not be here. */
const MOST_CONNECTIONS = 512;

const MOST_FORMER_PORTS = 4;

/** What is no fault of the program: what is not there, and a project that cannot be read just now. */
const STATUS_OF: Partial<Record<ErrorCode, number>> = {
  not_found: 404,
  io: 503,
  project_busy: 503,
  project_replaced: 503,
  bad_project: 503,
};

/** What every request is answered from. */
interface House {
  readonly page: PageFiles;
  readonly backend: HostBackend;
  readonly keys: PictureKeys;
  /** For {@link mayControl}. */
  readonly controlKey: string;
  readonly publicUrl: PublicUrl | null;
  readonly reply: () => Promise<HostReply>;
}

/**
 * Starts serving.
 * @throws FoveaError `not_found` when the page is not built, `io` when the port cannot be had
 */
export async function startBrowserHost(options: BrowserHostOptions): Promise<BrowserHost> {
  const { backend, dataDir } = options;
  const address = options.address ?? '127.0.0.1';
  const name = address === '::1' ? '[::1]' : address;
  const tickets = createTickets();
  const browsers = knownBrowsers(dataDir);
  const invitations = invitationsIn(dataDir);
  const publicUrl = options.publicUrl ?? null;
  const project = async (): Promise<string | null> => (await backend.call('app.info', {})).projectPath;
  const door = openDoor({ tickets, browsers, invitations, project });
  const house: House = {
    page: openPageFiles(options.pageDir),
    backend,
    keys: pictureKeys(),
    controlKey: randomWord(),
    publicUrl,
    reply: async () => ({ project: await project(), url: newUrl(), invites: publicUrl?.origin ?? local() }),
  };
  const sockets = webSocketAcceptor((channel, port) =>
    door.receive(channel, port, (browser) => {
      const { server, may, stop } = serverFor(browser, { backend, invitations, dataDir }, (reason) =>
        channel.close(reason),
      );
      house.keys.add(browser.secret, may);
      channel.onClose(stop);
      serveChannel(channel, server);
    }),
  );
  const first = newServer(house, sockets);
  const port = await listenOn(first, options.port, address);
  const former = (await browsers.portsOf(await project())).filter((known) => known !== port);
  const servers = [first, ...(await listenAt(former, () => newServer(house, sockets), address))];
  const local = (): string => `http://${name}:${port}`;
  const newUrl = (): string => `${local()}/?${TICKET_PARAMETER}=${tickets.issue()}`;
  const withdraw = await announceHost(dataDir, { pid: process.pid, port, address, key: house.controlKey });
  return {
    port,
    url: newUrl(),
    newUrl,
    close: async () => {
      await withdraw();
      sockets.close();
      await Promise.all(servers.map(closeServer));
    },
  };
}

function newServer(house: House, sockets: ReturnType<typeof webSocketAcceptor>): Server {
  const server = createServer();
  server.maxConnections = MOST_CONNECTIONS;
  server.setTimeout(STALLED_MS);
  server.on('request', (request, response) => {
    void answer(request, response, house).catch((error: unknown) => {
      const known = FoveaError.from(error);
      if (response.headersSent) response.destroy();
      else refuse(response, STATUS_OF[known.code] ?? 500, known.toLine());
    });
  });
  server.on('upgrade', (request, socket, head) => {
    const refusal = refusedUpgrade(request.headers, house.publicUrl);
    if (refusal) return refuseUpgrade(socket, refusal.status);
    if (request.url !== SOCKET_PATH) return refuseUpgrade(socket, 404);
    sockets.accept(request, socket, head);
  });
  return server;
}

async function answer(request: IncomingMessage, response: ServerResponse, house: House): Promise<void> {
  for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value);
  response.setHeader('Cache-Control', 'no-store');
  const url = URL.parse(`http://fovea.invalid${request.url}`);
  if (url === null) return refuse(response, 400, 'That is not an address');
  const refusal = refusedRequest(request.headers, house.publicUrl);
  if (refusal) return refuse(response, refusal.status, refusal.reason);
  if (request.method === 'POST' && url.pathname === CONTROL_PATH) return control(request, response, house);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return refuse(response, 405, 'Only reading is possible here');
  }
  const id = pictureId(url.pathname);
  if (id !== null) {
    if (!(await house.keys.has(url.searchParams.get('key')))) {
      return refuse(response, noKey.status, noKey.reason);
    }
    const picture = await house.backend.imageFile(id);
    if (picture && (await sendPicture(picture, request, response))) return;
    return refuse(response, 404, 'There is no such picture');
  }
  const word = exportWord(url.pathname);
  if (word !== null) {
    if (!(await house.keys.has(url.searchParams.get('key')))) {
      return refuse(response, noKey.status, noKey.reason);
    }
    const download = await house.backend.download(word);
    if (download) return sendDownload(download, request, response);
    return refuse(response, 404, 'There is no such export; export again, then download it');
  }
  const file = await house.page.read(url.pathname);
  if (file === null) return refuse(response, 404, 'There is nothing here');
  response.writeHead(200, {
    'Content-Type': file.type,
    'Content-Length': file.body.length,
    'Content-Security-Policy': pagePolicy(socketOrigin(request.headers.host!, house.publicUrl)),
  });
  response.end(request.method === 'HEAD' ? undefined : file.body);
}

async function control(request: IncomingMessage, response: ServerResponse, house: House): Promise<void> {
  if (!mayControl(request.headers, house.controlKey)) {
    return refuse(response, 401, 'This is for commands of the person who started this Fovea');
  }
  const body = JSON.stringify(await house.reply());
  response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' }).end(body);
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.setHeader('Cache-Control', 'no-store');
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}

function refuseUpgrade(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/**
 * Where pages of this project were open before: those that still are come back by themselves, wherever the host begins
 * this time. What somebody else has taken stays theirs.
 */
async function listenAt(ports: readonly number[], make: () => Server, address: string): Promise<Server[]> {
  const servers: Server[] = [];
  for (const port of ports.slice(0, MOST_FORMER_PORTS)) {
    const server = make();
    if ((await listen(server, port, address).catch(() => null)) !== null) servers.push(server);
  }
  return servers;
}

async function listenOn(
  server: Server,
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

function listen(server: Server, port: number, address: string): Promise<number> {
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
