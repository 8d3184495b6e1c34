/** Pictures on their way to a worker: who gets them, over which address, and what a link that breaks does to them. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { downloadedPictures, pictureAddress } from '../../src-main/workers/pictures/download.ts';
import { folderPictures, parseFolder } from '../../src-main/workers/pictures/folders.ts';
import { byteRange } from '../../src-main/workers/pictures/range.ts';
import { startPictureServer } from '../../src-main/workers/pictures/server.ts';
import type { ChunkSample } from '../../src-main/workers/protocol/chunk.ts';
import { seededRandom } from '../support/random.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const TOKEN = 'a-token-of-the-run';
const never = new AbortController().signal;

function sample(path = 'a.png', root = 1): ChunkSample {
  return {
    id: 1,
    asked: '0'.repeat(32),
    question: 'what ?',
    answer: null,
    picture: { id: 7, root, path, bytes: 1, version: 1 },
  };
}

function noise(bytes: number, seed = 1): Buffer {
  const next = seededRandom(seed);
  return Buffer.from(Array.from({ length: bytes }, () => Math.floor(next() * 256)));
}

async function served(t: TestContext, bytes: Buffer) {
  const dir = temporaryDir(t);
  const path = join(dir, 'picture');
  writeFileSync(path, bytes);
  const server = await startPictureServer({
    address: '127.0.0.1',
    port: 0,
    tls: null,
    picture: async (id) => (id === 7 ? path : null),
  });
  t.after(() => server.close());
  server.allow(TOKEN);
  return { server, path, folder: dir };
}

test('a range is what RFC 9110 says, one of bytes at a time', () => {
  assert.equal(byteRange(undefined, 10), null);
  assert.deepEqual(byteRange('bytes=0-', 10), [0, 10]);
  assert.deepEqual(byteRange('bytes=3-5', 10), [3, 6]);
  assert.deepEqual(byteRange('bytes=3-500', 10), [3, 10]);
  assert.deepEqual(byteRange('bytes=-4', 10), [6, 10]);
  assert.deepEqual(byteRange('bytes=-40', 10), [0, 10]);
  assert.equal(byteRange('bytes=10-', 10), 'outside');
  assert.equal(byteRange('bytes=-0', 10), 'outside');
  for (const odd of ['bytes=5-3', 'bytes=-', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=a-b']) {
    assert.equal(byteRange(odd, 10), null, odd);
  }
});

test('without the token of the run nothing is handed out, and only by reading', async (t) => {
  const { server } = await served(t, noise(100));
  const ask = (path: string, init: RequestInit = {}) => fetch(`${server.url}${path}`, init);
  const headers = { Authorization: `Bearer ${TOKEN}` };
  for (const authorization of [undefined, 'Bearer wrong', `Basic ${TOKEN}`, `Bearer ${TOKEN}x`]) {
    const response = await ask(
      '/pictures/7',
      authorization ? { headers: { Authorization: authorization } } : {},
    );
    assert.equal(response.status, 401, authorization);
  }
  assert.equal((await ask('/pictures/7', { headers })).status, 200);
  for (const path of [
    '/pictures/8',
    '/pictures/07',
    '/pictures/7/',
    '/pictures/../7',
    '/',
    '/pictures/7?x=1',
  ]) {
    assert.equal((await ask(path, { headers })).status, 404, path);
  }
  assert.equal((await ask('/pictures/7', { headers, method: 'POST' })).status, 405);
  const part = await ask('/pictures/7', { headers: { ...headers, Range: 'bytes=90-' } });
  assert.deepEqual([part.status, part.headers.get('content-range')], [206, 'bytes 90-99/100']);
  server.allow('another');
  assert.equal((await ask('/pictures/7', { headers })).status, 401);
});

test('beyond this machine pictures go over TLS only, and tokens to nobody else', async () => {
  const options = { port: 0, tls: null, picture: async () => null };
  for (const address of ['0.0.0.0', '::', '192.0.2.1', 'example.org']) {
    await assert.rejects(startPictureServer({ ...options, address }), { code: 'usage' }, address);
  }
  for (const good of [
    'https://example.org:8443/',
    'http://127.0.0.1:80',
    'http://[::1]:8',
    'http://localhost',
  ]) {
    assert.ok(pictureAddress(good));
  }
  for (const bad of ['http://example.org', 'http://192.0.2.1', 'ftp://127.0.0.1', 'file:///etc', '', 'x']) {
    assert.throws(() => pictureAddress(bad), { code: 'usage' }, bad);
  }
});

/** Between a worker and the host: lets so many bytes of each answer through, and then breaks the connection. */
async function breaking(
  t: TestContext,
  url: string,
  bytes: number,
): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const proxy: Server = createServer((request, response) => {
    asked.push(request.headers.range ?? 'whole');
    void (async () => {
      const { authorization = '', range, 'if-range': condition } = request.headers;
      const headers = {
        authorization,
        ...(range ? { range } : {}),
        ...(typeof condition === 'string' ? { 'if-range': condition } : {}),
      };
      const answer = await fetch(`${url}${request.url}`, { headers });
      const body = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      if (body.length <= bytes) response.end(body);
      else response.write(body.subarray(0, bytes), () => response.destroy());
    })();
  });
  proxy.listen(0, '127.0.0.1');
  await new Promise((resolve) => proxy.once('listening', resolve));
  t.after(() => void (proxy.close(), proxy.closeAllConnections()));
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
}

test('a download whose connection breaks goes on where it was, to the same bytes', async (t) => {
  const bytes = noise(10_000);
  const { server, folder } = await served(t, bytes);
  const link = await breaking(t, server.url, 3000);
  const waits: (string | null)[] = [];
  const source = downloadedPictures({
    host: async () => ({ url: link.url, token: TOKEN }),
    folder,
    onWaiting: (reason) => waits.push(reason),
    waitMs: 1,
  });
  const held = await source.get(sample(), never);
  assert.deepEqual(readFileSync(held.path), bytes);
  assert.deepEqual(Buffer.from(held.sha256), createHash('sha256').update(bytes).digest());
  // What a break takes out of a stream before it was read is asked for once more.
  const places = link.asked.filter((range, i) => range !== link.asked[i - 1]);
  assert.deepEqual(places, ['whole', 'bytes=3000-', 'bytes=6000-', 'bytes=9000-']);
  assert.equal(waits.at(-1), null);
  await held.release();
  assert.deepEqual(readdirSync(folder), ['picture']);
});

test('of a picture that is replaced on its way no two halves are put together', async (t) => {
  const { server, folder, path } = await served(t, noise(10_000));
  const link = await breaking(t, server.url, 6000);
  const after = noise(9_000, 2);
  let tries = 0;
  const source = downloadedPictures({
    host: async () => {
      if (++tries === 2) writeFileSync(path, after);
      return { url: tries > 2 ? server.url : link.url, token: TOKEN };
    },
    folder,
    onWaiting: () => undefined,
    waitMs: 1,
  });
  const held = await source.get(sample(), never);
  assert.deepEqual(readFileSync(held.path), after);
});

test('a picture that the host has not fails its sample; a host that is away is waited for until one stops', async (t) => {
  const { server, folder } = await served(t, noise(10));
  const options = { folder, onWaiting: () => undefined, waitMs: 1 };
  const there = downloadedPictures({ ...options, host: async () => ({ url: server.url, token: TOKEN }) });
  const missing = { ...sample(), picture: { ...sample().picture, id: 8 } };
  await assert.rejects(there.get(missing, never), { code: 'not_found' });
  const stopping = new AbortController();
  let tries = 0;
  const away = downloadedPictures({
    ...options,
    host: async () => {
      if (++tries === 4) stopping.abort();
      return { url: 'http://127.0.0.1:9', token: TOKEN };
    },
  });
  await assert.rejects(away.get(sample(), stopping.signal), { code: 'cancelled' });
  const over = downloadedPictures({
    ...options,
    host: async () => {
      throw Object.assign(new Error('the run is over'), { code: 'x' });
    },
  });
  await assert.rejects(over.get(sample(), never), /the run is over/);
});

test('a shared folder is read where it was named, and nothing that leads out of it', async (t) => {
  const dir = temporaryDir(t);
  mkdirSync(join(dir, 'here/in'), { recursive: true });
  writeFileSync(join(dir, 'here/in/a.png'), noise(10));
  writeFileSync(join(dir, 'secret'), 'x');
  symlinkSync('../secret', join(dir, 'here/link.png'));
  const roots = [{ id: 1, dir: '/host/images' }];
  const source = folderPictures(roots, [parseFolder(join(dir, 'here'))]);
  const held = await source.get(sample('in/a.png'), never);
  assert.deepEqual(Buffer.from(held.sha256), createHash('sha256').update(noise(10)).digest());
  await held.release();
  for (const path of ['../secret', 'link.png', join(dir, 'secret'), 'in/../../secret', 'a\\b', 'C:x']) {
    await assert.rejects(source.get(sample(path), never), { code: 'bad_input' }, path);
  }
  await assert.rejects(source.get(sample('gone.png'), never), { code: 'not_found' });
  await assert.rejects(source.get(sample('in/a.png', 2), never), { code: 'bad_input' });
});

test('folders are found by the host’s names where a project has several', async (t) => {
  const dir = temporaryDir(t);
  const roots = [
    { id: 1, dir: '/host/a' },
    { id: 2, dir: '/host/b' },
  ];
  for (const name of ['a', 'b']) {
    mkdirSync(join(dir, name));
    writeFileSync(join(dir, name, 'x.png'), name);
  }
  const both = ['a', 'b'].map((name) => parseFolder(`/host/${name}=${join(dir, name)}`));
  const held = await folderPictures(roots, both).get(sample('x.png', 2), never);
  assert.equal(readFileSync(held.path, 'utf8'), 'b');
  assert.throws(() => folderPictures(roots, [parseFolder(dir)]), { code: 'bad_input' });
  assert.throws(() => folderPictures(roots, both.slice(1)), { where: '/host/a' });
  assert.throws(() => parseFolder('=x'), { code: 'usage' });
});

test('a picture of a shared folder that is replaced while the model looks at it is no result', async (t) => {
  const dir = temporaryDir(t);
  writeFileSync(join(dir, 'a.png'), 'before');
  const source = folderPictures([{ id: 1, dir: '/host' }], [parseFolder(dir)]);
  const held = await source.get(sample(), never);
  writeFileSync(join(dir, 'a.png'), 'afterwards');
  await assert.rejects(held.release(), { code: 'conflict' });
});
