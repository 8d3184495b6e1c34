/**
 * Updates in the packed app on a real Electron, over a feed on this machine: what the menu has, what is asked and when, and
 * an AppImage's way from the click to the program that starts instead.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { PINNED } from '../../scripts/electron/pinned.ts';
import { root } from '../../scripts/lib/paths.mjs';
import { writeApp } from '../../scripts/package/app.ts';
import { identityOf } from '../../scripts/package/identity.ts';
import { openFeed, type FeedServer } from '../updates/support/feed-server.ts';
import { openDisplay, type Display } from './support/display.ts';
import { giveTo } from './support/person.ts';
import { newDesk, NO_ELECTRON, startApp, type Desk, type RealApp } from './support/real-app.ts';
import { remoteEnds } from './support/sockets.ts';
import { until } from './support/until.ts';

/** Newer than every test build. */
const NEWER = '999.0.0';
const HERE = { platform: 'linux', arch: 'x64', kind: 'appimage' } as const;

let display: Display;
const plain = process.env.FOVEA_ELECTRON ?? '';
const copies: string[] = [];
before(async () => {
  if (NO_ELECTRON === false) display = await openDisplay();
});
after(async () => {
  for (const folder of copies) rmSync(folder, { recursive: true, force: true });
  await display?.close();
});

/** The packed app, once more with a feed in its package.json. @returns the program */
async function packedFor(feed: FeedServer, check: 'manual' | 'start'): Promise<string> {
  const folder = join(root, '.cache', `electron-with-feed-${process.pid}-${copies.length}`);
  copies.push(folder);
  // The same files under other names; those of the app are written anew.
  const { status, stderr } = spawnSync('cp', ['-al', dirname(plain), folder], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const updates = { feed: feed.url.href, keys: [feed.key], check };
  await writeApp(
    join(folder, 'resources'),
    { ...identityOf(PINNED.electron), updates },
    {
      platform: 'linux',
      arch: 'x64',
    },
  );
  return join(folder, basename(plain));
}

async function started(
  t: TestContext,
  desk: Desk,
  program: string,
  env: Record<string, string> = {},
): Promise<RealApp> {
  process.env.FOVEA_ELECTRON = program;
  try {
    return await startApp(t, display, desk, { env });
  } finally {
    process.env.FOVEA_ELECTRON = plain;
  }
}

/** Labels of the Help menu that tell of updates. */
const offered = (app: RealApp): Promise<string[]> =>
  app.inMain(({ Menu }) => {
    const help = Menu.getApplicationMenu()?.items.find(({ role }) => role === 'help');
    return (help?.submenu?.items ?? [])
      .filter(({ id }) => id === 'check-updates' || id === 'go-back')
      .map(({ label }) => label);
  });
const choose = (app: RealApp, id: string): Promise<void> =>
  app.inMain(({ Menu }, item) => Menu.getApplicationMenu()?.getMenuItemById(item)?.click(), id);
/** Presses a button of the dialog that is open, or opens next. */
const press = (app: RealApp, button: number): Promise<void> =>
  app.inMain((_electron, chosen, { answers }) => void answers.push(chosen), button);
const messages = (app: RealApp): Promise<string[]> =>
  app.inMain((_electron, _nothing, { shown }) =>
    shown.map(({ options }) => `${options.message}${options.type === 'error' ? `: ${options.detail}` : ''}`),
  );
/** Waits for a dialog that says so. */
async function said(app: RealApp, words: RegExp): Promise<void> {
  let all: string[] = [];
  const isThere = async (): Promise<boolean> => words.test((all = await messages(app)).at(-1) ?? '');
  await until(String(words), isThere).catch((error: unknown) => {
    throw new Error(`${String(words)} was not said, but: ${all.join(' | ')}\n${app.said()}`, {
      cause: error,
    });
  });
}

test(
  'a build that names no feed has no word of updates in its menu, and speaks to nobody',
  { skip: NO_ELECTRON },
  async (t) => {
    const app = await startApp(t, display, newDesk(t));
    await app.page.getByRole('button', { name: 'Open the demo project' }).waitFor();
    assert.deepEqual(await offered(app), []);
    // Whom its processes speak to, looked at for a while: a request to a site that does not answer would wait.
    for (const end = performance.now() + 3000; performance.now() < end;) {
      assert.deepEqual(remoteEnds([app.main.pid!, ...app.processes(/./).map(({ pid }) => pid)]), []);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  },
);

test(
  'with a feed nothing is asked before a click, nothing is brought before another, and then it replaces the AppImage and starts it',
  { skip: NO_ELECTRON, timeout: 300_000 },
  async (t) => {
    const feed = await openFeed(t);
    const desk = newDesk(t);
    const [marker, appImage] = [join(desk.dir, 'started'), join(desk.dir, 'Fovea.AppImage')];
    // As an AppImage it is a program: this one says how it was started.
    const fresh = Buffer.from(`#!/bin/sh\necho "$@" >> '${marker}'\n`);
    feed.publish({ version: NEWER, packages: [{ place: HERE, name: 'Fovea-x64.AppImage', bytes: fresh }] });
    writeFileSync(appImage, 'the version before');
    chmodSync(appImage, 0o755);
    giveTo(desk.person, desk.dir);
    const program = await packedFor(feed, 'manual');
    const env = { APPIMAGE: appImage, APPDIR: dirname(program) };
    const app = await started(t, desk, program, env);
    await app.page.getByRole('button', { name: 'Open the demo project' }).waitFor();
    assert.deepEqual(await offered(app), ['Check for updates…']);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const paths = (): string[] => feed.requests.map(({ path }) => basename(path));
    assert.deepEqual(paths(), []);

    await choose(app, 'check-updates');
    await said(app, /^Fovea 999\.0\.0 is available$/);
    assert.deepEqual(paths(), ['release.json']);
    await press(app, 0);
    await said(app, /^Fovea 999\.0\.0 is ready$/);
    assert.deepEqual(paths(), ['release.json', 'Fovea-x64.AppImage']);
    assert.equal(readFileSync(appImage, 'utf8'), 'the version before');
    const exited = once(app.main, 'exit');
    await press(app, 0);
    await exited;
    assert.ok(readFileSync(appImage).equals(fresh));
    assert.equal(readFileSync(`${appImage}.previous`, 'utf8'), 'the version before');
    await until('the new program starts', () => existsSync(marker));
  },
);

test(
  'an unpacked Fovea shows the package and how to install it; a download on its way is told of and stopped',
  { skip: NO_ELECTRON, timeout: 300_000 },
  async (t) => {
    const feed = await openFeed(t);
    const name = 'fovea-x64.tar.gz';
    const bytes = Buffer.alloc(4_000_000, 5);
    const place = { platform: 'linux', arch: 'x64', kind: 'tar' } as const;
    feed.publish({ version: NEWER, packages: [{ place, name, bytes }] });
    feed.answers.set(name, (_request, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 1_000_000));
    });
    const desk = newDesk(t);
    const app = await started(t, desk, await packedFor(feed, 'manual'));
    await choose(app, 'check-updates');
    await said(app, /^Fovea 999\.0\.0 is available$/);
    await press(app, 0);
    const packages = join(desk.dir, 'fovea', 'updates');
    const lying = (): string[] => (existsSync(packages) ? readdirSync(packages) : []);
    await until('the part is there', () =>
      lying().some((one) => statSync(join(packages, one)).size === 1_000_000),
    );
    await choose(app, 'check-updates');
    await said(app, /^Fovea 999\.0\.0 is being downloaded: 25%$/);
    await press(app, 1);
    await until('the request ends', () => feed.requests.length === 2);

    // Asked again, it goes on where it stopped, once the server does.
    feed.answers.delete(name);
    await until('it can be asked again', async () => {
      await choose(app, 'check-updates');
      // Asked twice it would say that it is looking, over what it found.
      for (let n = 0; n < 40 && feed.requests.length <= 2; n++)
        await new Promise((resolve) => setTimeout(resolve, 50));
      return feed.requests.length > 2;
    });
    await said(app, /^Fovea 999\.0\.0 is available$/);
    await press(app, 0);
    await said(app, /^Fovea 999\.0\.0 is downloaded and checked$/);
    assert.equal(feed.requests.at(-1)?.headers.range, 'bytes=1000000-');
    assert.deepEqual(lying(), [name]);
    const detail = await app.inMain((_electron, _nothing, { shown }) => String(shown.at(-1)?.options.detail));
    assert.equal(
      detail,
      `Quit Fovea, then unpack it in place of the folder that you start Fovea from: tar -xf '${join(packages, name)}'`,
    );
    await press(app, 1);
    assert.equal(await app.quit(), 0);
  },
);

test(
  'a list that nobody known has signed is refused in words, and nothing else is asked for',
  { skip: NO_ELECTRON, timeout: 300_000 },
  async (t) => {
    const [feed, stranger] = [await openFeed(t), await openFeed(t)];
    stranger.publish({
      version: NEWER,
      packages: [{ place: HERE, name: 'Fovea-x64.AppImage', bytes: Buffer.from('x') }],
    });
    feed.files.set('release.json', stranger.files.get('release.json')!);
    // Asked at the start, by a build that says so: in words nothing, for nobody asked.
    const app = await started(t, newDesk(t), await packedFor(feed, 'start'));
    await until('the list is read at the start', () => feed.requests.length === 1);
    await until('it is said where programs say such things', () => /no check for updates/.test(app.said()));
    assert.deepEqual(await messages(app), []);
    await choose(app, 'check-updates');
    await said(app, /^Fovea is not updated: /);
    const detail = await app.inMain((_electron, _nothing, { shown }) => String(shown.at(-1)?.options.detail));
    assert.match(detail, /not signed with the key that this Fovea knows .*Nothing was installed\./);
    await press(app, 0);
    assert.deepEqual(
      feed.requests.map(({ path }) => basename(path)),
      ['release.json', 'release.json'],
    );
    assert.equal(await app.quit(), 0);
  },
);
