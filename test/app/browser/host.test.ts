/** The browser host from outside, with raw requests: who gets in, what is served, what is refused. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { startBrowserHost, type BrowserHost } from '../../../src-main/app/browser/host.ts';
import type { HostBackend } from '../../../src-main/app/host-backend.ts';
import type { FoveaError } from '../../../src-shared/contract/errors.ts';
import { createRpcClient } from '../../../src-shared/rpc/client.ts';
import { openWebSocketChannel, type WebSocketLike } from '../../../src-shared/rpc/web-socket-channel.ts';

const info = { version: '0', host: 'browser', projectPath: null, reviewer: 'r' } as const;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

let dir: string;
let host: BrowserHost;
let token: string;

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fovea-host-'));
  mkdirSync(join(dir, 'page', 'assets'), { recursive: true });
  writeFileSync(join(dir, 'page', 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(dir, 'page', 'assets', 'a.js'), 'export {};');
  writeFileSync(join(dir, 'secret.txt'), 'secret');
  writeFileSync(join(dir, 'picture.png'), PNG);
  if (process.platform !== 'win32') execFileSync('mkfifo', [join(dir, 'pipe.png')]);
  const backend: HostBackend = {
    call: () => Promise.resolve(info as never),
    subscribe: () => () => undefined,
    imageFile: (id) => {
      if (id === 1) return Promise.resolve({ path: join(dir, 'picture.png'), mime: 'image/png' });
      if (id === 3) return Promise.resolve({ path: join(dir, 'pipe.png'), mime: 'image/png' });
      if (id === 2) return Promise.resolve({ path: join(dir, 'gone.png'), mime: 'image/png' });
      return Promise.resolve(null);
    },
    dispose: () => Promise.resolve(),
  };
  host = await startBrowserHost({ backend, pageDir: join(dir, 'page'), port: 0 });
  token = new URL(host.url).searchParams.get('token') ?? '';
});

after(async () => {
  await host.close();
  rmSync(dir, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A request with exactly these headers and this path, unnormalised. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port: host.port, path, method, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end();
  });
}

async function login(): Promise<string> {
  const { headers } = await get(`/?token=${token}`);
  return (headers['set-cookie'] ?? [''])[0].split(';')[0];
}

test('the token is traded for a cookie and leaves the address', async () => {
  const answer = await get(`/?token=${token}`);
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.location, '/');
  const cookie = String(answer.headers['set-cookie']);
  assert.match(cookie, /; HttpOnly; SameSite=Strict; Path=\/$/);
  assert.ok(!cookie.includes(token), 'the cookie is another secret');
  const page = await get('/', { cookie: await login() });
  assert.equal(page.status, 200);
  assert.match(page.body.toString(), /<title>page/);
});

test('the page comes with a policy that allows no inline code, and is not kept', async () => {
  const { headers } = await get('/', { cookie: await login() });
  const policy = String(headers['content-security-policy']);
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self'(;|$)/);
  assert.doesNotMatch(policy, /unsafe|\*/);
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['x-content-type-options'], 'nosniff');
});

const strangers: [string, string, Record<string, string>, number][] = [
  ['no secret', '/', {}, 401],
  ['a wrong token', '/?token=wrong', {}, 401],
  ['an empty token', '/?token=', {}, 401],
  ['the token elsewhere than at the door', '/assets/a.js?token=TOKEN', {}, 401],
  ['a made-up cookie', '/', { cookie: 'fovea=1' }, 401],
  ['another name for this machine', '/?token=TOKEN', { host: 'evil.example' }, 403],
  ['a loopback look-alike', '/?token=TOKEN', { host: '127.0.0.1.evil.example' }, 403],
  ['a request another site makes', '/image/1', { cookie: 'COOKIE', 'sec-fetch-site': 'cross-site' }, 403],
  [
    'a request another local port makes',
    '/image/1',
    { cookie: 'COOKIE', 'sec-fetch-site': 'same-site' },
    403,
  ],
  ['a foreign origin', '/', { cookie: 'COOKIE', origin: 'http://127.0.0.1:1' }, 403],
];
for (const [what, path, headers, status] of strangers) {
  test(`refused with ${status}: ${what}`, async () => {
    const cookie = await login();
    const given = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value === 'COOKIE' ? cookie : value]),
    );
    const answer = await get(path.replace('TOKEN', token), given);
    assert.equal(answer.status, status);
    assert.equal(answer.headers['set-cookie'], undefined);
    assert.doesNotMatch(answer.body.toString(), /<title>/);
  });
}

test('nothing outside the page can be named', async () => {
  const cookie = await login();
  for (const path of [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/../../secret.txt',
    '//secret.txt',
    '/assets',
    '/\0',
    '/assets\\a.js',
  ]) {
    const answer = await get(encodeURI(path).replaceAll('%25', '%'), { cookie });
    assert.notEqual(answer.body.toString(), 'secret', path);
    assert.ok([400, 403, 404].includes(answer.status), `${path}: ${answer.status}`);
  }
});

test('only reading is possible', async () => {
  const cookie = await login();
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    assert.equal((await get('/', { cookie }, method)).status, 405, method);
  }
});

test('pictures come by id with their own type, and are asked for again each time', async () => {
  const cookie = await login();
  const first = await get('/image/1', { cookie });
  assert.deepEqual([first.status, first.headers['content-type'], first.body], [200, 'image/png', PNG]);
  assert.equal(first.headers['cache-control'], 'private, no-cache');
  assert.equal(first.headers['x-content-type-options'], 'nosniff');
  const again = await get('/image/1', { cookie, 'if-none-match': String(first.headers.etag) });
  assert.equal(again.status, 304);
  for (const path of [
    '/image/2',
    '/image/3',
    '/image/0',
    '/image/-1',
    '/image/1.png',
    '/image/1e3',
    '/image/',
  ]) {
    assert.equal((await get(path, { cookie })).status, 404, path);
  }
});

function dial(headers: Record<string, string>, path = '/rpc'): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${host.port}${path}`, { headers });
    socket.on('open', () => {
      resolve(101);
      socket.close();
    });
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('error', () => undefined);
  });
}

test('the socket is open to the page and to no one else', async () => {
  const cookie = await login();
  const origin = `http://127.0.0.1:${host.port}`;
  assert.equal(await dial({ cookie, origin }), 101);
  assert.equal(await dial({ origin }), 401);
  assert.equal(await dial({ cookie }), 403);
  assert.equal(await dial({ cookie, origin: 'http://evil.example' }), 403);
  assert.equal(await dial({ cookie, origin: 'null' }), 403);
  assert.equal(await dial({ cookie, origin: 'http://evil.example', host: 'evil.example' }), 403);
  assert.equal(await dial({ cookie, origin }, '/other'), 404);
});

test('calls go through the socket', async () => {
  const cookie = await login();
  const client = await createRpcClient(() =>
    openWebSocketChannel(
      new WebSocket(`ws://127.0.0.1:${host.port}/rpc`, {
        headers: { cookie, origin: `http://127.0.0.1:${host.port}` },
      }) as unknown as WebSocketLike,
    ),
  );
  assert.deepEqual(await client.call('app.info', {}), info);
  client.close();
});

test('a taken port is a one-line error with a next step', async () => {
  const backend = { imageFile: () => Promise.reject(new Error()) } as unknown as HostBackend;
  await assert.rejects(
    startBrowserHost({ backend, pageDir: join(dir, 'page'), port: host.port }),
    (error: FoveaError) => error.code === 'io' && /--port/.test(error.toLine()),
  );
});

test('of several ports the first free one is taken, so that the next start is where the last was; else any', async () => {
  const backend = {} as unknown as HostBackend;
  const start = (port: number | readonly number[]) =>
    startBrowserHost({ backend, pageDir: join(dir, 'page'), port });
  const usual = [host.port, await freePort(), await freePort()];
  const hosts = [await start(usual), await start(usual), await start(usual)];
  assert.deepEqual(
    hosts.slice(0, 2).map(({ port }) => port),
    usual.slice(1),
  );
  assert.ok(!usual.includes(hosts[2]!.port));
  await hosts[0]!.close();
  const again = await start(usual);
  assert.equal(again.port, usual[1]);
  await Promise.all([again, ...hosts.slice(1)].map((one) => one.close()));
});

test('a page that is not built is a one-line error with a next step', async () => {
  const backend = {} as unknown as HostBackend;
  await assert.rejects(
    startBrowserHost({ backend, pageDir: join(dir, 'nowhere'), port: 0 }),
    (error: FoveaError) => error.code === 'not_found' && /npm run build/.test(error.toLine()),
  );
});
