/**
 * The host hands out its project's pictures, whole or in ranges, to whoever knows the run's token. On loopback by default, where a
 * tunnel can end; anywhere else only over TLS.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, isIP } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { openPictureFile } from '../../checkpoint/image/guarded-file.ts';
import { byteRange } from './range.ts';

export interface PictureServerOptions {
  /** Where to listen; port 0 takes a free one. */
  readonly address: string;
  readonly port: number;
  /** PEM. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Path of a picture, or null where there is none of this number. What it throws is answered as not there just now. */
  readonly picture: (imageId: number) => Promise<string | null>;
}

export interface PictureServer {
  /** As workers on this machine reach it. */
  readonly url: string;
  /** Lets in whoever knows this token, and nobody else any more. */
  allow(token: string): void;
  close(): Promise<void>;
}

const STALLED_MS = 60_000;
const MOST_CONNECTIONS = 512;
const PATH = /^\/pictures\/([1-9][0-9]{0,14})$/;

/** Addresses that only this machine reaches. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}

/**
 * Starts serving.
 * @throws FoveaError `usage` for an address beyond loopback without a certificate, `io` when the port cannot be had
 */
export async function startPictureServer(options: PictureServerOptions): Promise<PictureServer> {
  const { address, port, tls } = options;
  if (!isLoopback(address) && !tls) {
    throw new FoveaError('usage', 'pictures leave this machine only over TLS or through a tunnel', {
      where: address,
      next: 'Give --certificate and --key, or listen on 127.0.0.1 and lead a tunnel there (ssh -L or -R)',
    });
  }
  let allowed: Buffer | null = null;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    void handle(request, response, allowed, options).catch(() => {
      if (response.headersSent) response.destroy();
      else refuse(response, 503, 'The picture cannot be read just now');
    });
  };
  const server = tls ? createTlsServer(tls, answer) : createPlainServer(answer);
  server.maxConnections = MOST_CONNECTIONS;
  server.setTimeout(STALLED_MS);
  const listening = await new Promise<number>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new FoveaError('io', `Port ${port} cannot be used: ${error.code ?? error.message}`, {
          where: address,
          next: 'Choose another with --listen, or port 0 for a free one',
          cause: error,
        }),
      ),
    );
    server.listen({ port, host: address }, () => resolve((server.address() as AddressInfo).port));
  });
  const name = address.includes(':') ? `[${address}]` : address;
  return {
    url: `${tls ? 'https' : 'http'}://${name}:${listening}`,
    allow: (token) => void (allowed = digest(token)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  allowed: Buffer | null,
  { picture }: PictureServerOptions,
): Promise<void> {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  const token = /^Bearer ([\w-]{1,200})$/.exec(request.headers.authorization ?? '')?.[1];
  if (allowed === null || token === undefined || !timingSafeEqual(digest(token), allowed)) {
    return refuse(response, 401, 'Pictures are for workers of a run that is shared now');
  }
  if (request.method !== 'GET') return refuse(response, 405, 'Only reading is possible here');
  const id = PATH.exec(request.url ?? '')?.[1];
  const path = id === undefined ? null : await picture(Number(id));
  if (path === null) return refuse(response, 404, 'There is no such picture');
  const file = await openPictureFile(path);
  const { size, mtimeMs, ino } = file.info;
  const tag = `"${[size, Math.trunc(mtimeMs), ino].map((part) => part.toString(36)).join('-')}"`;
  const condition = request.headers['if-range'];
  // Of a picture that was replaced meanwhile no further part is given, but the whole.
  const asked = condition === undefined || condition === tag ? request.headers.range : undefined;
  const range = byteRange(asked, size);
  if (range === 'outside') {
    await file.close();
    response.setHeader('Content-Range', `bytes */${size}`);
    return refuse(response, 416, 'The picture is shorter');
  }
  const [from, to] = range ?? [0, size];
  response.writeHead(range ? 206 : 200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': to - from,
    'Accept-Ranges': 'bytes',
    ETag: tag,
    ...(range ? { 'Content-Range': `bytes ${from}-${to - 1}/${size}` } : {}),
  });
  await pipeline(file.chunks(from, to), response);
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}

/** Tokens are compared by their digests: equal lengths, and no time that tells how much is right. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
