/** A feed on this machine: real requests, and whatever can go wrong with them on the way. */
import { generateKeyPairSync, createHash, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { publicHalf, signManifest } from '../../../scripts/release/manifest.ts';
import type { ReleaseFile } from '../../../src-main/updates/manifest.ts';

export interface FeedServer {
  readonly url: URL;
  /** The raw public key of what {@link publish} signs. */
  readonly key: string;
  readonly privateKey: KeyObject;
  /** Every request so far: method, path, Range. */
  readonly requests: readonly { readonly path: string; readonly headers: IncomingMessage['headers'] }[];
  /** Name → bytes. */
  readonly files: Map<string, Buffer>;
  /** Name → what answers instead of the file. */
  readonly answers: Map<string, (request: IncomingMessage, response: ServerResponse) => void>;
  /** Puts a signed release there. @returns its list */
  publish(release: Release): Record<string, unknown>;
}

export interface Release {
  readonly version: string;
  readonly published?: string;
  readonly withdrawn?: readonly string[];
  readonly notes?: string;
  readonly packages: readonly { readonly place: Place; readonly name: string; readonly bytes: Buffer }[];
}

type Place = Pick<ReleaseFile, 'platform' | 'arch' | 'kind'>;

export function sha512(bytes: Buffer): string {
  return createHash('sha512').update(bytes).digest('base64');
}

/** Starts it; it ends with the test. */
export async function openFeed(t: Pick<TestContext, 'after'>): Promise<FeedServer> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const requests: { path: string; headers: IncomingMessage['headers'] }[] = [];
  const files = new Map<string, Buffer>();
  const answers: FeedServer['answers'] = new Map();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://feed').pathname;
    requests.push({ path, headers: request.headers });
    const name = path.replace(/^\/releases\//, '');
    const answer = answers.get(name);
    if (answer) return answer(request, response);
    const bytes = files.get(name);
    if (bytes === undefined) return void response.writeHead(404).end();
    sendFile(request, response, bytes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/releases/`);
  const publish: FeedServer['publish'] = (release) => {
    const manifest = manifestOf(release);
    for (const { name, bytes } of release.packages) files.set(name, bytes);
    files.set('release.json', Buffer.from(signManifest(manifest, privateKey)));
    return manifest;
  };
  return { url, key: publicHalf(privateKey), privateKey, requests, files, answers, publish };
}

export function manifestOf({
  version,
  published,
  withdrawn,
  notes,
  packages,
}: Release): Record<string, unknown> {
  return {
    product: 'fovea',
    format: 1,
    version,
    published: published ?? '2030-01-01T00:00:00Z',
    notes: notes ?? '',
    withdrawn: withdrawn ?? [],
    files: packages.map(({ place, name, bytes }) => ({
      ...place,
      name,
      size: bytes.length,
      sha512: sha512(bytes),
    })),
  };
}

/** As servers do: whole, or from where a Range says. */
export function sendFile(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? NaN);
  if (Number.isNaN(from)) {
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    return;
  }
  if (from >= bytes.length) {
    response.writeHead(416).end();
    return;
  }
  const rest = bytes.subarray(from);
  response.writeHead(206, {
    'content-length': rest.length,
    'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
  });
  response.end(rest);
}

/** Announces all of it and breaks off after `count` bytes. */
export function sendCut(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
  count: number,
): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': bytes.length - from,
    ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
  });
  response.write(bytes.subarray(from, from + count), () => setTimeout(() => response.destroy(), 20));
}
