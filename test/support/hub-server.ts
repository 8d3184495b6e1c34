/**
 * A Hugging Face endpoint on loopback that can misbehave: per file it is told what to do with its next requests. Every
 * request is kept, so that tests can say what was asked for and with which headers.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export const COMMIT = 'c0ffee0000000000000000000000000000000001';

/** What happens to one request of a file; without one it is served as it should be. */
export type Fault =
  | { readonly kind: 'drop'; readonly after: number }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'content'; readonly content: Buffer }
  | { readonly kind: 'ignore-range' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'redirect'; readonly to: string };

export interface HubServer {
  readonly endpoint: string;
  readonly files: Map<string, Buffer>;
  /** Other repositories by `ORG/NAME`; their paths are told with the repository in front. */
  readonly others: Map<string, Map<string, Buffer>>;
  /** Changes to what the list says, by path. */
  readonly lies: Map<string, object>;
  /** Faults of a path's next requests, first come first served; `list` is the list of files. */
  readonly faults: Map<string, Fault[]>;
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** Called with each path that is asked for. */
  onRequest: (path: string) => void;
  commit: string;
  close(): Promise<void>;
}

/** All files of a folder, as a repository. */
export function filesOf(dir: string): Map<string, Buffer> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(dir, name)).isFile(),
  );
  return new Map(names.map((name) => [name.replaceAll('\\', '/'), readFileSync(join(dir, name))]));
}

/** Serves `org/name`; close it after. */
export async function hubServer(files: Map<string, Buffer>): Promise<HubServer> {
  const hub: Omit<HubServer, 'endpoint' | 'close'> = {
    files,
    others: new Map(),
    lies: new Map(),
    faults: new Map(),
    requests: [],
    onRequest: () => {},
    commit: COMMIT,
  };
  const server = createServer((request, response) => {
    // A client that goes away in the middle is what some tests are about.
    response.on('error', () => {});
    answer(hub, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(hub, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

const OWN = 'org/name';

type Hub = Omit<HubServer, 'endpoint' | 'close'>;

function answer(hub: Hub, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://hub');
  const [, listed, list] = /^\/api\/models\/(\w+\/[\w.-]+)\/revision\/(.+)$/.exec(url.pathname) ?? [];
  const [, held, file] = /^\/(?:(\w+\/[\w.-]+)\/resolve\/[0-9a-f]{40}|cdn)\/(.+)$/.exec(url.pathname) ?? [];
  const repo = listed ?? held ?? OWN;
  const files = repo === OWN ? hub.files : hub.others.get(repo);
  if (!files) return void response.writeHead(404).end('not found');
  const path = `${repo === OWN ? '' : `${repo}:`}${list ? 'list' : decodeURIComponent(file ?? '')}`;
  hub.requests.push({ path, headers: request.headers });
  hub.onRequest(path);
  const fault = hub.faults.get(path)?.shift();
  if (fault?.kind === 'status') return void response.writeHead(fault.status).end('no');
  if (fault?.kind === 'silent') return;
  if (fault?.kind === 'redirect') return void response.writeHead(302, { location: fault.to }).end();
  if (list) return void response.end(JSON.stringify(listOf(hub, repo, files)));
  const stored = files.get(decodeURIComponent(file ?? ''));
  if (!stored) return void response.writeHead(404).end('not found');
  const content = fault?.kind === 'content' ? fault.content : stored;
  const [, from = '0'] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  const start = fault?.kind === 'ignore-range' ? 0 : Number(from);
  if (start >= content.length && start > 0) return void response.writeHead(416).end();
  const body = content.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': body.length,
    ...(start > 0 ? { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` } : {}),
  });
  if (fault?.kind !== 'drop') return void response.end(body);
  response.write(body.subarray(0, fault.after), () => setTimeout(() => response.destroy(), 20));
}

/** Large files as LFS keeps them, small ones by Git's hash. */
function listOf({ lies, commit }: Hub, id: string, files: ReadonlyMap<string, Buffer>): object {
  const siblings = [...files].map(([rfilename, content]) => ({
    rfilename,
    size: content.length,
    blobId: createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex'),
    ...(rfilename.endsWith('.safetensors')
      ? { lfs: { sha256: createHash('sha256').update(content).digest('hex'), size: content.length } }
      : {}),
    ...lies.get(rfilename),
  }));
  return { id, sha: commit, siblings };
}
