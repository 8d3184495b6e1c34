/** Updates on Linux over a feed on this machine: real requests, real files, whatever goes wrong on the way. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { FoveaError, type ErrorCode } from '../../src-shared/contract/errors.ts';
import type { InstalledAs } from '../../src-main/updates/installed-as.ts';
import { LinuxUpdater } from '../../src-main/updates/linux-updater.ts';
import { readMemory } from '../../src-main/updates/memory.ts';
import { Passing } from '../../src-main/transfer/retrying.ts';
import { reason } from '../../src-main/updates/request.ts';
import type { Ready } from '../../src-main/updates/updater.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { openFeed, sendCut, sendFile, type FeedServer, type Release } from './support/feed-server.ts';

const NEVER = new AbortController().signal;
const PACKAGE = randomBytes(300_000);
const NAME = 'Fovea-0.2.0-x64.AppImage';
const APPIMAGE = { platform: 'linux', arch: 'x64', kind: 'appimage' } as const;
const DEB = { platform: 'linux', arch: 'x64', kind: 'deb' } as const;

interface Desk {
  readonly dir: string;
  /** The AppImage that runs. */
  readonly program: string;
  readonly packages: string;
  readonly memory: string;
  updater(more?: {
    version?: string;
    installed?: InstalledAs;
    arch?: string;
    stallMs?: number;
  }): LinuxUpdater;
}

function deskOn(t: TestContext, feed: FeedServer): Desk {
  const dir = temporaryDir(t);
  const program = join(dir, 'Fovea.AppImage');
  const packages = join(dir, 'home', 'updates');
  const memory = join(dir, 'home', 'updates.json');
  writeFileSync(program, 'version 0.1.0', { mode: 0o755 });
  return {
    dir,
    program,
    packages,
    memory,
    updater: ({ version = '0.1.0', installed, arch = 'x64', stallMs = 2000 } = {}) =>
      new LinuxUpdater({
        feed: feed.url,
        keys: [feed.key],
        version,
        memory,
        dir: packages,
        arch,
        installed: installed ?? { kind: 'appimage', program },
        patience: { retryMs: 1, tries: 3, stallMs },
      }),
  };
}

const release = (more: Partial<Release> = {}): Release => ({
  version: '0.2.0',
  packages: [{ place: APPIMAGE, name: NAME, bytes: PACKAGE }],
  ...more,
});

const fails = (work: Promise<unknown>, code: ErrorCode, words: RegExp): Promise<void> =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof FoveaError, String(error));
    assert.equal(error.code, code, error.toLine());
    assert.match(error.message, words);
    assert.notEqual(error.next, null);
    return true;
  });

async function downloaded(updater: LinuxUpdater): Promise<Ready> {
  assert.equal((await updater.check(NEVER)).is, 'offer');
  return updater.download(() => undefined, NEVER);
}

test('a newer version is offered, brought, put in place of the program and kept able to go back', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release({ notes: 'What changed.' }));
  const updater = desk.updater();
  assert.deepEqual(await updater.check(NEVER), {
    is: 'offer',
    offer: { version: '0.2.0', notes: 'What changed.', bytes: PACKAGE.length, isWayBack: false },
  });
  assert.deepEqual(
    feed.requests.map(({ path }) => path),
    ['/releases/release.json'],
    'looking brings nothing',
  );
  const seen: number[] = [];
  const ready = await updater.download((bytes) => seen.push(bytes), NEVER);
  assert.equal(seen.at(-1), PACKAGE.length);
  assert.equal(readFileSync(desk.program, 'utf8'), 'version 0.1.0', 'downloading changes nothing');
  assert.ok(ready.is === 'replaces');
  assert.deepEqual(await ready.replace(), { program: desk.program });
  assert.ok(readFileSync(desk.program).equals(PACKAGE));
  assert.equal(statSync(desk.program).mode & 0o777, 0o755);
  assert.deepEqual(readdirSync(desk.dir).sort(), ['Fovea.AppImage', 'Fovea.AppImage.previous', 'home']);
  assert.deepEqual(readdirSync(desk.packages), []);
  await fails(updater.check(NEVER), 'conflict', /0\.2\.0 is installed already/);

  // The new version runs, and the person goes back, and forth again.
  const next = desk.updater({ version: '0.2.0' });
  assert.equal((await next.check(NEVER)).is, 'current');
  assert.equal(await next.previous(), '0.1.0');
  const back = await next.goBack();
  assert.ok(back.is === 'replaces' && back.version === '0.1.0');
  await back.replace();
  assert.equal(readFileSync(desk.program, 'utf8'), 'version 0.1.0');
  const first = desk.updater({ version: '0.1.0' });
  assert.equal(await first.previous(), '0.2.0');
  const forth = await first.goBack();
  assert.ok(forth.is === 'replaces');
  await forth.replace();
  assert.ok(readFileSync(desk.program).equals(PACKAGE));
});

test('nothing in a request tells one person from another', async (t) => {
  const feed = await openFeed(t);
  feed.publish(release());
  await downloaded(deskOn(t, feed).updater());
  const allowed = [
    'accept',
    'accept-encoding',
    'accept-language',
    'cache-control',
    'connection',
    'host',
    'pragma',
    'sec-fetch-mode',
    'user-agent',
  ];
  for (const { headers } of feed.requests) {
    assert.deepEqual(
      Object.keys(headers).filter((name) => !allowed.includes(name)),
      [],
    );
    assert.equal(headers['user-agent'], 'fovea');
    assert.match(headers['accept-language'] ?? '*', /^\*$/);
  }
});

test('an older version is not installed; a signed list that withdraws the one in use goes back', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  const updater = desk.updater({ version: '0.3.0' });
  assert.deepEqual(await updater.check(NEVER), { is: 'older', version: '0.2.0' });
  await fails(
    updater.download(() => undefined, NEVER),
    'conflict',
    /no version was offered/,
  );
  feed.publish(release({ withdrawn: ['0.3.0'], published: '2030-01-02T00:00:00Z' }));
  const found = await updater.check(NEVER);
  assert.ok(found.is === 'offer' && found.offer.isWayBack);
  const ready = await updater.download(() => undefined, NEVER);
  assert.ok(ready.is === 'replaces');
  await ready.replace();
  assert.ok(readFileSync(desk.program).equals(PACKAGE));
  assert.equal(
    await desk.updater({ version: '0.2.0' }).previous(),
    null,
    'a withdrawn version is no way back',
  );
});

test('a list that was there before a newer one is refused when it is shown again', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release({ version: '0.2.0', published: '2030-01-01T00:00:00Z' }));
  const old = feed.files.get('release.json')!;
  feed.publish(release({ version: '0.2.1', published: '2030-02-01T00:00:00Z' }));
  assert.equal((await desk.updater().check(NEVER)).is, 'offer');
  assert.equal((await readMemory(desk.memory)).seen, '2030-02-01T00:00:00Z');
  feed.files.set('release.json', old);
  await fails(desk.updater().check(NEVER), 'untrusted', /was there before/);
});

test('a list that another key signed brings nothing', async (t) => {
  const [feed, stranger] = [await openFeed(t), await openFeed(t)];
  const desk = deskOn(t, feed);
  stranger.publish(release());
  feed.files.set('release.json', stranger.files.get('release.json')!);
  feed.files.set(NAME, PACKAGE);
  await fails(desk.updater().check(NEVER), 'untrusted', /not signed with the key/);
  assert.deepEqual(
    feed.requests.map(({ path }) => path),
    ['/releases/release.json'],
  );
  assert.equal(existsSync(desk.memory), false);
});

test('a package that was changed on the server is brought twice, refused, and leaves nothing', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  const tampered = Buffer.from(PACKAGE);
  tampered[123_456]! ^= 1;
  feed.files.set(NAME, tampered);
  await fails(downloaded(desk.updater()), 'untrusted', /checksum differs/);
  assert.equal(feed.requests.filter(({ path }) => path.endsWith(NAME)).length, 2);
  assert.deepEqual(readdirSync(desk.packages), []);
  assert.equal(readFileSync(desk.program, 'utf8'), 'version 0.1.0');
});

test('a byte that changed on its way once is fetched anew', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  const tampered = Buffer.from(PACKAGE);
  tampered[7]! ^= 1;
  let asked = 0;
  feed.answers.set(NAME, (request, response) =>
    sendFile(request, response, asked++ === 0 ? tampered : PACKAGE),
  );
  await downloaded(desk.updater());
  assert.ok(readFileSync(join(desk.packages, NAME)).equals(PACKAGE));
});

test('a download that breaks off goes on where it stopped, in the same run and in the next one', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  feed.answers.set(NAME, (request, response) => sendCut(request, response, PACKAGE, 50_000));
  await downloaded(desk.updater());
  const ranges = feed.requests.filter(({ path }) => path.endsWith(NAME)).map(({ headers }) => headers.range);
  assert.equal(ranges[0], undefined);
  assert.ok(
    ranges.length >= 6 && ranges.slice(1).every((range) => /^bytes=\d+-$/.test(range ?? '')),
    String(ranges),
  );
  assert.ok(readFileSync(join(desk.packages, NAME)).equals(PACKAGE));
});

test('a stopped download keeps its part under no name of a package, and goes on from it', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  feed.answers.set(NAME, (_request, response) => {
    response.writeHead(200, { 'content-length': PACKAGE.length });
    response.write(PACKAGE.subarray(0, 100_000));
  });
  const stop = new AbortController();
  const updater = desk.updater();
  await updater.check(NEVER);
  await fails(
    updater.download((bytes) => bytes === 100_000 && stop.abort(), stop.signal),
    'cancelled',
    /stopped/,
  );
  assert.deepEqual(
    readdirSync(desk.packages).map((name) => name.endsWith('.part')),
    [true],
  );
  feed.answers.delete(NAME);
  await downloaded(desk.updater());
  assert.equal(feed.requests.at(-1)?.headers.range, 'bytes=100000-');
  assert.deepEqual(readdirSync(desk.packages), [NAME]);
});

test('a server that cannot go on sends it whole; one that goes on from elsewhere is not believed', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  let asked = 0;
  feed.answers.set(NAME, (request, response) => {
    if (asked++ === 0) return sendCut(request, response, PACKAGE, 1000);
    if (asked === 2) {
      response.writeHead(206, { 'content-range': `bytes 5-${PACKAGE.length - 1}/${PACKAGE.length}` });
      return void response.end(PACKAGE.subarray(5));
    }
    delete request.headers.range;
    sendFile(request, response, PACKAGE);
  });
  await downloaded(desk.updater());
  assert.ok(readFileSync(join(desk.packages, NAME)).equals(PACKAGE));
});

test('more than was signed is not taken, however much more', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  let isOver = false;
  feed.answers.set(NAME, (_request, response) => {
    response.writeHead(200);
    const more = (): void => {
      if (!isOver) response.write(Buffer.alloc(1 << 16), () => setImmediate(more));
    };
    response.on('close', () => (isOver = true));
    more();
  });
  await fails(downloaded(desk.updater()), 'network', /sends more/);
  for (const name of readdirSync(desk.packages))
    assert.ok(statSync(join(desk.packages, name)).size <= PACKAGE.length, name);
  feed.answers.set('release.json', (_request, response) => void response.end(Buffer.alloc(1 << 20, 32)));
  await fails(desk.updater().check(NEVER), 'network', /sends more/);
});

test('a server that falls silent, answers with errors or is not there is said', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.answers.set('release.json', () => undefined);
  await fails(desk.updater({ stallMs: 50 }).check(NEVER), 'network', /stopped sending/);
  feed.answers.set('release.json', (_request, response) => void response.writeHead(503).end());
  await fails(desk.updater().check(NEVER), 'network', /answers 503/);
  assert.equal(feed.requests.length, 6, 'three times each');
  feed.answers.delete('release.json');
  await fails(desk.updater().check(NEVER), 'not_found', /no such file/);
  const gone = new LinuxUpdater({
    feed: new URL('http://127.0.0.1:9/'),
    keys: [feed.key],
    version: '0.1.0',
    memory: desk.memory,
    dir: desk.packages,
    arch: 'x64',
    installed: { kind: 'tar' },
    patience: { retryMs: 1, tries: 2, stallMs: 1000 },
  });
  await fails(gone.check(NEVER), 'network', /cannot be reached/);
});

test('redirects lead to https, or stay on this machine when they begin there', async (t) => {
  const [feed, second] = [await openFeed(t), await openFeed(t)];
  const desk = deskOn(t, feed);
  feed.publish(release());
  second.files.set(NAME, PACKAGE);
  const to = (location: string): void =>
    void feed.answers.set(NAME, (_request, response) => response.writeHead(302, { location }).end());
  for (const location of [
    'http://releases.example/x',
    'file:///etc/passwd',
    'ftp://127.0.0.1/x',
    'data:,x',
    'http://127.0.0.2/',
  ]) {
    to(location);
    await fails(downloaded(desk.updater()), 'network', /redirects to an address that is not followed/);
  }
  to(NAME);
  await fails(downloaded(desk.updater()), 'network', /in circles/);
  to(new URL(NAME, second.url).href);
  await downloaded(desk.updater());
  assert.ok(readFileSync(join(desk.packages, NAME)).equals(PACKAGE));
});

test('a release without a package for this machine is said before anything is brought', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  await fails(
    desk.updater({ arch: 'arm64' }).check(NEVER),
    'not_found',
    /no package \(appimage\) for linux-arm64/,
  );
  await fails(desk.updater({ installed: { kind: 'deb' } }).check(NEVER), 'not_found', /no package \(deb\)/);
});

test('a Debian package is brought and shown, with how to install it; that of the version in use is kept', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  const deb = (version: string, published: string): Release => ({
    version,
    published,
    packages: [{ place: DEB, name: `fovea_${version}_amd64.deb`, bytes: Buffer.from(`deb ${version}`) }],
  });
  const installed = { kind: 'deb' } as const;
  feed.publish(deb('0.2.0', '2030-01-01T00:00:00Z'));
  const ready = await downloaded(desk.updater({ installed }));
  const file = join(desk.packages, 'fovea_0.2.0_amd64.deb');
  assert.deepEqual(ready, {
    is: 'by-hand',
    version: '0.2.0',
    file,
    words: `Quit Fovea, then install the package: sudo apt install '${file}'`,
  });
  assert.equal(
    await desk.updater({ installed }).previous(),
    null,
    'what is not installed yet is no way back',
  );
  feed.publish(deb('0.3.0', '2030-02-01T00:00:00Z'));
  await downloaded(desk.updater({ version: '0.2.0', installed }));
  const third = desk.updater({ version: '0.3.0', installed });
  assert.equal(await third.previous(), '0.2.0');
  const back = await third.goBack();
  assert.ok(back.is === 'by-hand' && back.file === file);
  feed.publish(deb('0.4.0', '2030-03-01T00:00:00Z'));
  await downloaded(third);
  assert.deepEqual(readdirSync(desk.packages).sort(), ['fovea_0.3.0_amd64.deb', 'fovea_0.4.0_amd64.deb']);
});

test('what was brought is not fetched again, and brought anew when it was changed since', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  const count = (): number => feed.requests.filter(({ path }) => path.endsWith(NAME)).length;
  await downloaded(desk.updater());
  await downloaded(desk.updater());
  assert.equal(count(), 1);
  writeFileSync(join(desk.packages, NAME), Buffer.alloc(PACKAGE.length));
  await downloaded(desk.updater());
  assert.equal(count(), 2);
});

test('a package that is changed between its check and its place is refused; the program stays', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  const ready = await downloaded(desk.updater());
  assert.ok(ready.is === 'replaces');
  writeFileSync(join(desk.packages, NAME), Buffer.alloc(PACKAGE.length));
  await fails(ready.replace(), 'untrusted', /not what was checked/);
  assert.equal(readFileSync(desk.program, 'utf8'), 'version 0.1.0');
  assert.deepEqual(readdirSync(desk.dir).sort(), ['Fovea.AppImage', 'home']);
});

test('a kept version that was changed since does not go back', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  const ready = await downloaded(desk.updater());
  assert.ok(ready.is === 'replaces');
  await ready.replace();
  writeFileSync(`${desk.program}.previous`, 'version 0.1.X');
  const back = await desk.updater({ version: '0.2.0' }).goBack();
  assert.ok(back.is === 'replaces');
  await fails(back.replace(), 'untrusted', /not the file that was kept/);
  assert.ok(readFileSync(desk.program).equals(PACKAGE));
});

test('an AppImage in a folder that cannot be written, or behind a link, is let be', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  const link = join(desk.dir, 'link.AppImage');
  symlinkSync(desk.program, link);
  await fails(
    downloaded(desk.updater({ installed: { kind: 'appimage', program: link } })),
    'bad_input',
    /not an ordinary file/,
  );
  assert.equal(existsSync(desk.packages), false, 'nothing is brought for it');
  const ready = await downloaded(desk.updater());
  assert.ok(ready.is === 'replaces');
  rmSync(desk.program);
  symlinkSync(link, desk.program);
  await fails(ready.replace(), 'bad_input', /not an ordinary file/);
  if (process.getuid?.() === 0) return t.diagnostic('root may write everywhere');
  const shut = join(desk.dir, 'shut');
  mkdirSync(shut);
  const program = join(shut, 'Fovea.AppImage');
  writeFileSync(program, 'version 0.1.0', { mode: 0o755 });
  chmodSync(shut, 0o555);
  t.after(() => chmodSync(shut, 0o755));
  await fails(
    downloaded(desk.updater({ installed: { kind: 'appimage', program } })),
    'read_only',
    /may not write in the folder that it lies in/,
  );
  assert.equal(readFileSync(program, 'utf8'), 'version 0.1.0');
});

test('what is remembered and cannot be read is said, not begun anew', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  await desk.updater().check(NEVER);
  writeFileSync(desk.memory, '{"seen":');
  await fails(desk.updater().check(NEVER), 'bad_input', /cannot be read/);
});

test('a list that trickles in is given up on, however steadily', { timeout: 20_000 }, async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.answers.set('release.json', (_request, response) => {
    response.writeHead(200);
    const drops = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(drops));
  });
  await fails(desk.updater({ stallMs: 150 }).check(NEVER), 'network', /sends too slowly/);
});

test('what another program writes into a part meanwhile is not taken for what came', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  let asked = 0;
  feed.answers.set(NAME, (request, response) => {
    if (asked++ > 0) return sendFile(request, response, PACKAGE);
    response.writeHead(200, { 'content-length': PACKAGE.length });
    response.write(PACKAGE.subarray(0, 100_000));
  });
  const updater = desk.updater({ stallMs: 300 });
  await updater.check(NEVER);
  let isSpoilt = false;
  await updater.download((bytes) => {
    if (bytes <= 100_000 || isSpoilt) return;
    isSpoilt = true;
    const [part] = readdirSync(desk.packages);
    truncateSync(join(desk.packages, part!), 50_000);
  }, NEVER);
  assert.ok(isSpoilt);
  assert.ok(readFileSync(join(desk.packages, NAME)).equals(PACKAGE));
});

test('packages that were brought and never installed go with the next download', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  await downloaded(desk.updater());
  assert.deepEqual(readdirSync(desk.packages), [NAME]);
  const name = 'Fovea-0.3.0-x64.AppImage';
  const packages = [{ place: APPIMAGE, name, bytes: Buffer.from('version 0.3.0') }];
  feed.publish({ version: '0.3.0', published: '2030-02-01T00:00:00Z', packages });
  await downloaded(desk.updater());
  assert.deepEqual(readdirSync(desk.packages), [name]);
});

test('where the way back cannot be noted, nothing is replaced', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  const ready = await downloaded(desk.updater());
  assert.ok(ready.is === 'replaces');
  rmSync(desk.memory);
  mkdirSync(desk.memory);
  await fails(ready.replace(), 'bad_input', /./);
  assert.equal(readFileSync(desk.program, 'utf8'), 'version 0.1.0');
  assert.deepEqual(readdirSync(desk.dir).sort(), ['Fovea.AppImage', 'home']);
});

test('a change that does not come about leaves the way back that was there', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  const first = await downloaded(desk.updater());
  assert.ok(first.is === 'replaces');
  await first.replace();
  const packages = [{ place: APPIMAGE, name: 'Fovea-0.3.0-x64.AppImage', bytes: Buffer.from('0.3.0') }];
  feed.publish({ version: '0.3.0', published: '2030-02-01T00:00:00Z', packages });
  const second = await downloaded(desk.updater({ version: '0.2.0' }));
  assert.ok(second.is === 'replaces');
  // Noted, and then the place of the former program cannot be taken.
  const previous = `${desk.program}.previous`;
  rmSync(previous);
  mkdirSync(previous);
  await fails(second.replace(), 'io', /./);
  assert.ok(readFileSync(desk.program).equals(PACKAGE));
  rmSync(previous, { recursive: true });
  writeFileSync(previous, 'version 0.1.0', { mode: 0o755 });
  const running = desk.updater({ version: '0.2.0' });
  assert.equal(await running.previous(), '0.1.0');
  const back = await running.goBack();
  assert.ok(back.is === 'replaces');
  await back.replace();
  assert.equal(readFileSync(desk.program, 'utf8'), 'version 0.1.0');
});

test('a version before that the person deleted is not offered', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  const ready = await downloaded(desk.updater());
  assert.ok(ready.is === 'replaces');
  await ready.replace();
  const next = desk.updater({ version: '0.2.0' });
  assert.equal(await next.previous(), '0.1.0');
  rmSync(`${desk.program}.previous`);
  assert.equal(await next.previous(), null);
  await fails(next.goBack(), 'not_found', /no version before/);
});

test('a named pipe in the place of a package is not waited for', { timeout: 20_000 }, async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  mkdirSync(desk.packages, { recursive: true });
  execFileSync('mkfifo', [join(desk.packages, NAME)]);
  await downloaded(desk.updater());
  assert.ok(readFileSync(join(desk.packages, NAME)).equals(PACKAGE));
});

test('a data folder that cannot be one is said in words of the disk', async (t) => {
  const feed = await openFeed(t);
  const desk = deskOn(t, feed);
  feed.publish(release());
  writeFileSync(join(desk.dir, 'home'), 'a file');
  await fails(desk.updater().check(NEVER), 'io', /the disk reports ENOTDIR/);
});

test('a certificate that does not hold is said, with the date where that is why, and not asked for again', async (t) => {
  const url = new URL('https://feed.example/releases/release.json?a');
  const because = (code: string): Error =>
    reason(new TypeError('fetch failed', { cause: Object.assign(new Error(), { code }) }), url);
  for (const code of ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']) {
    const error = because(code);
    assert.ok(error instanceof FoveaError && error.code === 'network');
    assert.ok(error.message.includes(new Date().toISOString().slice(0, 10)), error.message);
    assert.match(error.next ?? '', /set the clock/);
    assert.equal(error.where, 'https://feed.example/releases/release.json');
  }
  assert.ok(because('ECONNRESET') instanceof Passing);
  const dir = temporaryDir(t);
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-days', '2', '-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ed25519', '-nodes', ...subject], { stdio: 'ignore' });
  let calls = 0;
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) =>
    response.end(),
  );
  server.on('connection', () => calls++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const feed = await openFeed(t);
  const { port } = server.address() as AddressInfo;
  const self = new LinuxUpdater({
    feed: new URL(`https://127.0.0.1:${port}/`),
    keys: [feed.key],
    version: '0.1.0',
    memory: join(dir, 'updates.json'),
    dir: join(dir, 'updates'),
    arch: 'x64',
    installed: { kind: 'tar' },
    patience: { retryMs: 1, tries: 3, stallMs: 2000 },
  });
  await fails(self.check(NEVER), 'network', /certificate of 127\.0\.0\.1:\d+ is not to be trusted/);
  assert.equal(calls, 1);
});
