/** The browser host from outside, with raw requests: who gets in, what is served, what is refused. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { findHosts } from '../../../src-main/app/browser/control.ts';
import { forgetBrowsers } from '../../../src-main/app/browser/known-browsers.ts';
import { startBrowserHost, type BrowserHost } from '../../../src-main/app/browser/host.ts';
import type { HostBackend } from '../../../src-main/app/host-backend.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Channel } from '../../../src-shared/rpc/channel.ts';
import { createRpcClient } from '../../../src-shared/rpc/client.ts';
import { decodeFrame, encodeFrame } from '../../../src-shared/rpc/codec.ts';
import {
  comeIn,
  pictureKeyOf,
  randomWord,
  type PageSession,
  type Pass,
  type Ticket,
} from '../../../src-shared/rpc/handshake.ts';
import { openWebSocketChannel, type WebSocketLike } from '../../../src-shared/rpc/web-socket-channel.ts';

const info = {
  version: '0',
  host: 'browser',
  projectPath: null,
  reviewer: 'r',
  caller: { role: 'admin', name: null },
} as const;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

let dir: string;
let host: BrowserHost;
let token: string;
let home: string;

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
      if (id === 4) return Promise.reject(new FoveaError('project_busy', 'the project is busy'));
      if (id === 5) return Promise.reject(new TypeError('a fault of the program'));
      if (id === 2) return Promise.resolve({ path: join(dir, 'gone.png'), mime: 'image/png' });
      return Promise.resolve(null);
    },
    download: () => Promise.resolve(null),
    dispose: () => Promise.resolve(),
  };
  home = join(dir, 'home');
  host = await startBrowserHost({ backend, pageDir: join(dir, 'page'), port: 0, dataDir: home });
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

/** A socket as a browser opens it from the page's own origin. */
function socketTo(port: number, headers: Record<string, string> = {}): Promise<Channel> {
  const origin = `http://127.0.0.1:${port}`;
  return openWebSocketChannel(
    new WebSocket(`ws://127.0.0.1:${port}/rpc`, {
      headers: { origin, ...headers },
    }) as unknown as WebSocketLike,
  );
}

/** As another page at every call. */
function ticketOf(url: string): Ticket {
  return { word: new URL(url).searchParams.get('token') ?? '', claim: randomWord() };
}

/** Comes in with a fresh ticket. */
async function login(): Promise<PageSession> {
  const channel = await socketTo(host.port);
  const session = await comeIn(channel, {
    port: host.port,
    session: null,
    ticket: ticketOf(host.newUrl()),
  });
  channel.close();
  return session;
}

async function keyed(path: string): Promise<string> {
  return `${path}?key=${await pictureKeyOf((await login()).secret)}`;
}

async function enters(pass: Partial<Pass>, port = host.port): Promise<PageSession> {
  const channel = await socketTo(port);
  try {
    return await comeIn(channel, { port, session: null, ticket: null, ...pass });
  } finally {
    channel.close();
  }
}

test('the page is the same for everybody, sets no cookie, and its address lets one browser in, once', async () => {
  const page = await get(`/?token=${token}`);
  assert.equal(page.status, 200);
  assert.match(page.body.toString(), /<title>page/);
  assert.equal(page.headers['set-cookie'], undefined, 'a cookie would go to every port of this machine');
  const ticket = { word: token, claim: randomWord() };
  const session = await enters({ ticket });
  assert.ok(!JSON.stringify(session).includes(token), 'the session is another secret');
  await assert.rejects(enters({ ticket: { ...ticket, claim: randomWord() } }), {
    code: 'unauthorized',
    message: /used already/,
  });
});

test('a page whose reply was lost shows its ticket again and is in', async () => {
  const ticket = ticketOf(host.newUrl());
  const channel = await socketTo(host.port);
  const lost = await comeIn(channel, { port: host.port, session: null, ticket });
  channel.close();
  const session = await enters({ ticket });
  assert.notEqual(session.id, lost.id);
  assert.deepEqual(await enters({ session }), session);
});

test('a page that was in comes in again without a ticket; others do not', async () => {
  const session = await login();
  assert.deepEqual(await enters({ session }), session);
  const unknown = { code: 'unauthorized', message: /does not know this browser/ };
  await assert.rejects(enters({ session: { ...session, id: 'x'.repeat(32) } }), unknown);
  await assert.rejects(enters({}), { code: 'unauthorized', message: /not been let in yet/ });
  await assert.rejects(enters({ ticket: { word: 'wrong-wrong-wrong-wrong', claim: randomWord() } }), {
    code: 'unauthorized',
  });
});

test('a page that holds another secret hears that this is not its Fovea, and sends nothing', async () => {
  const session = await login();
  await assert.rejects(enters({ session: { ...session, secret: 'y'.repeat(32) } }), {
    code: 'io',
    message: /not the Fovea that this page belongs to/,
  });
});

test('what a page proves at one port is worth nothing at another one', async () => {
  const session = await login();
  const channel = await socketTo(host.port);
  await assert.rejects(comeIn(channel, { port: host.port + 1, session, ticket: null }), {
    code: 'unauthorized',
  });
});

test('the session is known after a restart, and no more once it was told to forget', async () => {
  const session = await login();
  const backend = {
    call: () => Promise.resolve(info),
    subscribe: () => () => undefined,
  } as unknown as HostBackend;
  const open = (port: number) =>
    startBrowserHost({ backend, pageDir: join(dir, 'page'), port, dataDir: home });
  const later = await open(0);
  const first = await startBrowserHost({
    backend,
    pageDir: join(dir, 'page'),
    port: 0,
    dataDir: join(dir, 'another home'),
  });
  try {
    await assert.rejects(
      enters({ session }, later.port),
      { code: 'unauthorized' },
      'another port, another origin',
    );
    await assert.rejects(enters({ session }, first.port), { code: 'unauthorized' }, 'another data folder');
    const there = await enters({ ticket: ticketOf(later.url) }, later.port);
    await later.close();
    const again = await open(later.port);
    assert.deepEqual(await enters({ session: there }, again.port), there);
    await again.close();
    // Begun elsewhere, it is still where the page was open before.
    const elsewhere = await open(0);
    assert.notEqual(elsewhere.port, later.port);
    assert.deepEqual(await enters({ session: there }, later.port), there);
    await forgetBrowsers(home);
    await assert.rejects(enters({ session: there }, later.port), { code: 'unauthorized' });
    await elsewhere.close();
  } finally {
    await first.close();
  }
});

test('nobody else may read what the data folder knows of browsers and hosts', async () => {
  await login();
  for (const file of [join(home, 'browsers.json'), join(home, 'hosts', `${host.port}.json`)]) {
    assert.equal(statSync(file).mode & 0o077, 0, file);
  }
});

test('frames before the door, or other ones, end the connection', async () => {
  for (const frame of [
    encodeFrame({ type: 'call', id: 1, name: 'app.info', input: {} }),
    new Uint8Array(5000),
    encodeFrame({ type: 'hello', port: 1, session: null, ticket: null, more: 'x'.repeat(3000) }),
  ]) {
    const channel = await socketTo(host.port);
    const said = new Promise<string>((resolve) =>
      channel.onFrame((reply) => resolve((decodeFrame(reply) as { type: string }).type)),
    );
    const closed = new Promise<void>((resolve) => channel.onClose(() => resolve()));
    channel.send(frame);
    assert.equal(await said, 'bye');
    await closed;
  }
});

test('commands of the same person are told what is served and get an address; nobody else is', async () => {
  const [found] = await findHosts(home);
  assert.equal(found!.project, null);
  await enters({ ticket: ticketOf(found!.url) });
  const { key } = found!.host;
  const ask = (headers: Record<string, string>) => get('/control', headers, 'POST');
  assert.equal((await ask({ authorization: `Bearer ${key}` })).status, 200);
  assert.equal((await ask({})).status, 401);
  assert.equal((await ask({ authorization: 'Bearer wrong' })).status, 401);
  const origin = `http://127.0.0.1:${host.port}`;
  assert.equal((await ask({ authorization: `Bearer ${key}`, origin })).status, 401, 'a page');
  assert.equal((await ask({ authorization: `Bearer ${key}`, host: 'evil.example' })).status, 403);
});

test('the page comes with a policy that allows no inline code, and is not kept', async () => {
  const { headers } = await get('/');
  const policy = String(headers['content-security-policy']);
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self'(;|$)/);
  assert.doesNotMatch(policy, /unsafe|\*/);
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['x-content-type-options'], 'nosniff');
});

const strangers: [string, string, Record<string, string>, number][] = [
  ['a picture without its key', '/image/1', {}, 401],
  ['a picture with a wrong key', '/image/1?key=wrong', {}, 401],
  ['a picture with a ticket in place of the key', '/image/1?key=TOKEN', {}, 401],
  ['a picture with an old kind of cookie', '/image/1', { cookie: 'fovea_1=KEY' }, 401],
  ['another name for this machine', '/', { host: 'evil.example' }, 403],
  ['a loopback look-alike', '/', { host: '127.0.0.1.evil.example' }, 403],
  ['a request another site makes', '/image/1?key=KEY', { 'sec-fetch-site': 'cross-site' }, 403],
  ['a request another local port makes', '/image/1?key=KEY', { 'sec-fetch-site': 'same-site' }, 403],
  [
    'a frame of another port',
    '/',
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    403,
  ],
  ['a foreign origin', '/image/1?key=KEY', { origin: 'http://127.0.0.1:1' }, 403],
];
for (const [what, path, headers, status] of strangers) {
  test(`refused with ${status}: ${what}`, async () => {
    const key = await pictureKeyOf((await login()).secret);
    const answer = await get(path.replace('KEY', key).replace('TOKEN', token), headers);
    assert.equal(answer.status, status);
    assert.equal(answer.headers['set-cookie'], undefined);
    assert.doesNotMatch(answer.body.toString(), /<title>|PNG/);
  });
}

test('nothing outside the page can be named', async () => {
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
    const answer = await get(encodeURI(path).replaceAll('%25', '%'));
    assert.notEqual(answer.body.toString(), 'secret', path);
    assert.ok([400, 403, 404].includes(answer.status), `${path}: ${answer.status}`);
  }
});

test('only reading is possible', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    assert.equal((await get('/', {}, method)).status, 405, method);
  }
});

test('pictures come by id with their own type, and are asked for again each time', async () => {
  const first = await get(await keyed('/image/1'));
  assert.deepEqual([first.status, first.headers['content-type'], first.body], [200, 'image/png', PNG]);
  assert.equal(first.headers['cache-control'], 'private, no-cache');
  assert.equal(first.headers['x-content-type-options'], 'nosniff');
  const again = await get(await keyed('/image/1'), { 'if-none-match': String(first.headers.etag) });
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
    assert.equal((await get(await keyed(path))).status, 404, path);
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

test('a project that cannot be read just now is no fault of the program', async () => {
  const answers: number[] = [];
  for (const id of [2, 4, 5]) answers.push((await get(await keyed(`/image/${id}`))).status);
  assert.deepEqual(answers, [404, 503, 500]);
});

test('the socket is open to this origin only', async () => {
  const origin = `http://127.0.0.1:${host.port}`;
  assert.equal(await dial({ origin }), 101);
  assert.equal(await dial({}), 403);
  assert.equal(await dial({ origin: 'http://evil.example' }), 403);
  assert.equal(await dial({ origin: `http://127.0.0.1:${host.port + 1}` }), 403);
  assert.equal(await dial({ origin: 'null' }), 403);
  assert.equal(await dial({ origin: 'http://evil.example', host: 'evil.example' }), 403);
  assert.equal(await dial({ origin }, '/other'), 404);
});

test('calls go through the socket', async () => {
  const client = await createRpcClient(async () => {
    const channel = await socketTo(host.port);
    await comeIn(channel, { port: host.port, session: null, ticket: ticketOf(host.newUrl()) });
    return channel;
  });
  assert.deepEqual(await client.call('app.info', {}), info);
  client.close();
});

test('a taken port is a one-line error with a next step', async () => {
  const backend = { imageFile: () => Promise.reject(new Error()) } as unknown as HostBackend;
  await assert.rejects(
    startBrowserHost({ backend, pageDir: join(dir, 'page'), port: host.port, dataDir: home }),
    (error: FoveaError) => error.code === 'io' && /--port/.test(error.toLine()),
  );
});

test('of several ports the first free one is taken, so that the next start is where the last was; else any', async () => {
  const backend = { call: () => Promise.resolve(info) } as unknown as HostBackend;
  const start = (port: number | readonly number[]) =>
    startBrowserHost({ backend, pageDir: join(dir, 'page'), port, dataDir: join(dir, 'fresh home') });
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
    startBrowserHost({ backend, pageDir: join(dir, 'nowhere'), port: 0, dataDir: home }),
    (error: FoveaError) => error.code === 'not_found' && /npm run build/.test(error.toLine()),
  );
});
