/**
 * Updates on Windows and macOS: electron-updater's own classes over a feed on this machine. What they need of Electron is
 * its network, for which electron-builder's for Node stands, and of macOS Squirrel, which is told what to fetch. Not run
 * here: the installer itself, Squirrel's check of the code signature, and PowerShell's.
 */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import updaters, { type AppUpdater } from 'electron-updater';
import { FoveaError, type ErrorCode } from '../../src-shared/contract/errors.ts';
import { InstallerUpdater } from '../../src-main/updates/installer-updater.ts';
import { releaseManifestSchema, type ReleaseFile } from '../../src-main/updates/manifest.ts';
import { updaterLists } from '../../scripts/release/updater-lists.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { NodeNetwork } from './support/node-network.ts';
import { openFeed, sha512, type FeedServer, type Release } from './support/feed-server.ts';

const NEVER = new AbortController().signal;
const BYTES = randomBytes(200_000);
/** electron-updater chooses by that of the machine. */
const ARCH = process.arch === 'arm64' ? 'arm64' : 'x64';

interface System {
  readonly platform: 'win32' | 'darwin';
  readonly kind: ReleaseFile['kind'];
  readonly name: (version: string) => string;
  readonly list: string;
}
const WINDOWS: System = {
  platform: 'win32',
  kind: 'nsis',
  name: (version) => `Fovea-${version}-${ARCH}.exe`,
  list: 'latest.yml',
};
const MACOS: System = {
  platform: 'darwin',
  kind: 'zip',
  name: (version) => `Fovea-${version}-${ARCH}.zip`,
  list: 'latest-mac.yml',
};

/** What electron-updater asks Squirrel for. */
class Squirrel extends EventEmitter {
  readonly asked: string[] = [];
  feed: { url: string; headers: Record<string, string> } | null = null;
  setFeedURL(feed: { url: string; headers: Record<string, string> }): void {
    this.feed = feed;
  }
  checkForUpdates(): void {
    this.asked.push('checkForUpdates');
  }
  quitAndInstall(): void {
    this.asked.push('quitAndInstall');
  }
}

interface Desk {
  readonly cache: string;
  readonly squirrel: Squirrel;
  readonly raw: AppUpdater;
  readonly updater: InstallerUpdater;
}

function deskOn(t: TestContext, feed: FeedServer, system: System, version = '0.1.0'): Desk {
  const dir = temporaryDir(t);
  const cache = join(dir, 'fovea-updater', 'pending');
  const squirrel = new Squirrel();
  standInForElectron({ autoUpdater: squirrel });
  const config = join(dir, 'app-update.yml');
  writeFileSync(config, `provider: generic\nurl: ${feed.url.href}\nupdaterCacheDirName: fovea-updater\n`);
  const app = {
    version,
    name: 'Fovea',
    isPackaged: true,
    appUpdateConfigPath: config,
    userDataPath: join(dir, 'user'),
    baseCachePath: dir,
    whenReady: () => Promise.resolve(),
    relaunch: () => undefined,
    quit: () => undefined,
    onQuit: () => undefined,
  };
  const raw = new (system.platform === 'win32' ? updaters.NsisUpdater : updaters.MacUpdater)(undefined, app);
  // Of electron-updater's own tests: which list is read depends on the system that runs otherwise.
  Object.assign(raw, {
    httpExecutor: new NodeNetwork(),
    _testOnlyOptions: { platform: system.platform },
  });
  raw.setFeedURL({ provider: 'generic', url: feed.url.href });
  // Of macOS: what Squirrel would fetch from stays open until the program ends.
  t.after(() => (raw as unknown as { closeServerIfExists?(): void }).closeServerIfExists?.());
  const updater = new InstallerUpdater({
    feed: feed.url,
    keys: [feed.key],
    version,
    memory: join(dir, 'updates.json'),
    patience: { retryMs: 1, tries: 2, stallMs: 2000 },
    platform: system.platform,
    arch: ARCH,
    updater: raw,
  });
  return { cache, squirrel, raw, updater };
}

/** What `require('electron')` gives in this process. */
function standInForElectron(exports: object): void {
  const require = createRequire(createRequire(import.meta.url).resolve('electron-updater'));
  const path = require.resolve('electron');
  require.cache[path] = { id: path, filename: path, loaded: true, exports } as unknown as NodeJS.Module;
}

/** The signed list, the installer, and electron-updater's own list of it. */
function publish(
  feed: FeedServer,
  { platform, kind, name, list }: System,
  more: Partial<Release> & { listed?: Partial<Record<'version' | 'url' | 'sha512', string>> } = {},
): string {
  const version = more.version ?? '0.2.0';
  const file = name(version);
  const { listed = {}, ...release } = more;
  const manifest = feed.publish({
    version,
    packages: [{ place: { platform, arch: ARCH, kind }, name: file, bytes: BYTES }],
    ...release,
  });
  const text = updaterLists(releaseManifestSchema.parse(manifest)).get(list)!;
  const read = JSON.parse(text) as { version: string; files: { url: string; sha512: string }[] };
  const { version: otherVersion = version, ...other } = listed;
  const changed = { ...read, version: otherVersion, files: read.files.map((one) => ({ ...one, ...other })) };
  feed.files.set(list, Buffer.from(JSON.stringify(changed)));
  return file;
}

const fails = (work: Promise<unknown>, code: ErrorCode, words: RegExp): Promise<void> =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof FoveaError, String(error));
    assert.equal(error.code, code, error.toLine());
    assert.match(error.message, words);
    return true;
  });
const download = (updater: InstallerUpdater, onBytes: (bytes: number) => void = () => undefined) =>
  updater.download(onBytes, NEVER);

for (const system of [WINDOWS, MACOS]) {
  const { platform, list } = system;

  test(`${platform}: a newer version is offered, and brought only when it is asked for`, async (t) => {
    const feed = await openFeed(t);
    const { updater, cache } = deskOn(t, feed, system);
    const file = publish(feed, system, { notes: 'What changed.' });
    assert.deepEqual(await updater.check(NEVER), {
      is: 'offer',
      offer: { version: '0.2.0', notes: 'What changed.', bytes: BYTES.length, isWayBack: false },
    });
    const paths = (): string[] => feed.requests.map(({ path }) => path.replace('/releases/', ''));
    assert.deepEqual(paths(), ['release.json', list]);
    const seen: number[] = [];
    const ready = await download(updater, (bytes) => seen.push(bytes));
    assert.deepEqual(paths(), ['release.json', list, file], 'no block map, nothing besides');
    assert.equal(seen.at(-1), BYTES.length);
    assert.equal(ready.is, 'installer');
    assert.ok(readFileSync(join(cache, file)).equals(BYTES));
    for (const { headers } of feed.requests) {
      assert.equal(headers['x-user-staging-id'] ?? '', '', 'no number of a person');
      assert.equal(headers['user-agent'], 'fovea');
    }
  });

  test(`${platform}: the same and older versions are not installed, a withdrawn one is left`, async (t) => {
    const feed = await openFeed(t);
    publish(feed, system);
    assert.equal((await deskOn(t, feed, system, '0.2.0').updater.check(NEVER)).is, 'current');
    assert.deepEqual(await deskOn(t, feed, system, '0.3.0').updater.check(NEVER), {
      is: 'older',
      version: '0.2.0',
    });
    publish(feed, system, { withdrawn: ['0.3.0'], published: '2030-02-01T00:00:00Z' });
    const { updater, cache } = deskOn(t, feed, system, '0.3.0');
    const found = await updater.check(NEVER);
    assert.ok(found.is === 'offer' && found.offer.isWayBack);
    await download(updater);
    assert.equal(existsSync(join(cache, system.name('0.2.0'))), true);
  });

  test(`${platform}: electron-updater's own list is believed in nothing that the signed one does not say`, async (t) => {
    const feed = await openFeed(t);
    const { updater } = deskOn(t, feed, system);
    publish(feed, system, { listed: { version: '0.9.0' } });
    await fails(updater.check(NEVER), 'network', /different versions/);
    publish(feed, system, { listed: { sha512: sha512(Buffer.from('another')) } });
    await fails(updater.check(NEVER), 'untrusted', /other files/);
    publish(feed, system, { listed: { url: 'https://elsewhere.example/Fovea-0.2.0-x64.exe' } });
    await fails(updater.check(NEVER), 'untrusted', /other files/);
    await fails(download(updater), 'conflict', /no version was offered/);
    publish(feed, system);
    const [stranger] = [await openFeed(t)];
    publish(stranger, system);
    feed.files.set('release.json', stranger.files.get('release.json')!);
    await fails(updater.check(NEVER), 'untrusted', /not signed with the key/);
  });

  test(`${platform}: an installer that was changed, cut or made longer is refused and not kept`, async (t) => {
    const feed = await openFeed(t);
    const file = publish(feed, system);
    const tampered = Buffer.from(BYTES);
    tampered[1000]! ^= 1;
    for (const [bytes, code] of [
      [tampered, 'untrusted'],
      [BYTES.subarray(0, 1000), 'untrusted'],
    ] as const) {
      const { updater, cache } = deskOn(t, feed, system);
      feed.files.set(file, bytes);
      await updater.check(NEVER);
      await fails(download(updater), code, /not what the signed list says/);
      assert.deepEqual(
        readdirSync(cache).filter((name) => name.includes('Fovea')),
        [],
      );
    }
    const { updater, cache } = deskOn(t, feed, system);
    feed.answers.set(file, (_request, response) => {
      response.writeHead(200, { 'content-length': BYTES.length });
      response.write(BYTES.subarray(0, 1000), () => setTimeout(() => response.destroy(), 20));
    });
    await updater.check(NEVER);
    await fails(download(updater), 'network', /cannot be had/);
    assert.deepEqual(
      readdirSync(cache).filter((name) => name.includes('Fovea')),
      [],
    );
  });

  test(`${platform}: a download is stopped by the person, and one without end by what was signed`, async (t) => {
    const feed = await openFeed(t);
    const file = publish(feed, system);
    feed.answers.set(file, (_request, response) => {
      let isOver = false;
      // Announced, as electron-updater reports no progress otherwise.
      response.writeHead(200, { 'content-length': 2 ** 40 });
      const more = (): void => {
        if (!isOver) response.write(Buffer.alloc(1 << 14), () => setTimeout(more, 20));
      };
      response.on('close', () => (isOver = true));
      more();
    });
    const first = deskOn(t, feed, system);
    await first.updater.check(NEVER);
    await fails(download(first.updater), 'network', /sends more/);
    const second = deskOn(t, feed, system);
    await second.updater.check(NEVER);
    const stop = new AbortController();
    const stopped = second.updater.download(() => undefined, stop.signal);
    setTimeout(() => stop.abort(), 100);
    await fails(stopped, 'cancelled', /stopped/);
  });
}

test('macOS: Squirrel gets the checked zip over this machine alone, and only when the person installs', async (t) => {
  const feed = await openFeed(t);
  const { updater, squirrel } = deskOn(t, feed, MACOS);
  publish(feed, MACOS);
  await updater.check(NEVER);
  const ready = await download(updater);
  assert.ok(ready.is === 'installer');
  assert.deepEqual(squirrel.asked, []);
  ready.run();
  assert.deepEqual(squirrel.asked, ['checkForUpdates']);
  const { url, headers } = squirrel.feed!;
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal((await fetch(url)).status, 401);
  const { url: zip } = (await (await fetch(url, { headers })).json()) as { url: string };
  assert.ok(Buffer.from(await (await fetch(zip)).arrayBuffer()).equals(BYTES));
  squirrel.emit('update-downloaded');
  assert.deepEqual(squirrel.asked, ['checkForUpdates', 'quitAndInstall']);
});

test('each architecture gets its own file of a release that has both', async (t) => {
  const feed = await openFeed(t);
  const [arm64, x64] = [randomBytes(1000), randomBytes(1000)];
  const place = { platform: 'darwin', kind: 'zip' } as const;
  const packages = [
    { place: { ...place, arch: 'arm64' }, name: 'fovea-0.2.0-mac-arm64.zip', bytes: arm64 },
    { place: { ...place, arch: 'x64' }, name: 'fovea-0.2.0-mac-x64.zip', bytes: x64 },
  ] as const;
  const manifest = releaseManifestSchema.parse(feed.publish({ version: '0.2.0', packages }));
  feed.files.set('latest-mac.yml', Buffer.from(updaterLists(manifest).get('latest-mac.yml')!));
  const own = ARCH === 'arm64' ? packages[0] : packages[1];
  const { updater, cache } = deskOn(t, feed, MACOS);
  await updater.check(NEVER);
  await download(updater);
  assert.ok(readFileSync(join(cache, own.name)).equals(own.bytes));
});

test('no version before is kept where an installer took its place', async (t) => {
  const { updater } = deskOn(t, await openFeed(t), WINDOWS);
  assert.equal(await updater.previous(), null);
  await fails(updater.goBack(), 'not_found', /no version before/);
});
