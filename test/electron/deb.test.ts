/** The Debian package from its making to its removal: what is in it, that it runs, and that nothing of it stays. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, lstatSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { layOutBackend } from '../../scripts/electron/host.ts';
import { testsElectron } from '../../scripts/package/electron.ts';
import { FUSES, readFuses } from '../../scripts/package/fuses.ts';
import { makePackage } from '../../scripts/package/make.ts';
import { sizesByPart, sizeTable } from '../../scripts/package/sizes.ts';
import { ReviewPage } from '../e2e/support/review-page.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { openDisplay, type Display } from './support/display.ts';
import { freshRoot, NO_DPKG } from './support/fresh-root.ts';
import { newDesk, NO_ELECTRON, startApp } from './support/real-app.ts';

const NAME = 'fovea-test-build';
const LABELLING_MS = 120_000;
/** Of what is installed, demo included. */
const MOST_BYTES = 350e6;

let display: Display;
before(async () => {
  if (NO_ELECTRON === false && NO_DPKG === false) display = await openDisplay();
});
after(() => display?.close());

test(
  'a deb is made, installed, labels the demo, keeps a decision, and is removed without a trace',
  { skip: NO_ELECTRON || NO_DPKG },
  async (t) => {
    const target = { platform: 'linux', arch: 'x64' } as const;
    const out = temporaryDir(t);
    const [deb] = await makePackage('deb', target, await testsElectron(target), out);
    // Nobody can take it for a release, whose files have neither word.
    assert.match(basename(deb), /^fovea-test-build_[0-9.]+~test\.electron33\.2\.1_amd64\.deb$/);

    const root = freshRoot(t);
    root.install(deb);
    const files = root.files();
    const installed = join(root.dir, 'opt', NAME);
    const resources = join(installed, 'resources');

    await t.test('what it is allowed to take, and what it must not have', async () => {
      const sizes = sizesByPart(installed);
      t.diagnostic(`\n${sizeTable(sizes)}`);
      const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
      assert.ok(bytes <= MOST_BYTES, `${(bytes / 1e6).toFixed(0)} MB`);
      for (const unwanted of [
        /\/(node|bin\/node)$/,
        /sqlite3\.(c|h)$/,
        /postgres/i,
        /darwin|win32|arm64/,
        /snapshot.*browser|browser.*snapshot/,
        /locales\/(?!en-)/,
        /\.(map|ts)$/,
      ]) {
        assert.deepEqual(
          files.filter((file) => unwanted.test(file)),
          [],
          String(unwanted),
        );
      }
    });

    await t.test('its licences, and those of all that is in it', () => {
      const notices = readFileSync(join(resources, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
      for (const words of [
        'sharp-libvips-linux-x64',
        'GNU LESSER GENERAL PUBLIC LICENSE',
        'Microsoft Corporation',
        'SIL OPEN FONT LICENSE',
        'konva',
        'svelte',
      ]) {
        assert.ok(notices.includes(words), words);
      }
      assert.match(readFileSync(join(resources, 'LICENSE.txt'), 'utf8'), /Apache License\s+Version 2\.0/);
      assert.ok(existsSync(join(installed, 'LICENSE.electron.txt')));
      assert.ok(existsSync(join(installed, 'LICENSES.chromium.html')));
      assert.match(
        readFileSync(join(root.dir, 'usr', 'share', 'doc', NAME, 'copyright'), 'utf8'),
        /Apache-2\.0/,
      );
    });

    await t.test('how the system finds and starts it', async () => {
      assert.equal(readlinkSync(join(root.dir, 'usr', 'bin', NAME)), `/opt/${NAME}/${NAME}`);
      const entry = readFileSync(join(root.dir, 'usr', 'share', 'applications', `${NAME}.desktop`), 'utf8');
      const [, program] = /^Exec=(\S+) %U$/m.exec(entry)!;
      assert.ok(statSync(join(root.dir, program)).mode & 0o111);
      assert.match(entry, /^Name=Fovea test build$/m);
      const icon = /^Icon=(\S+)$/m.exec(entry)![1];
      for (const edge of [16, 48, 256]) {
        const file = join(root.dir, `usr/share/icons/hicolor/${edge}x${edge}/apps/${icon}.png`);
        const { width, height, format } = await sharp(file).metadata();
        assert.deepEqual({ width, height, format }, { width: edge, height: edge, format: 'png' });
      }
      // Root's and set-uid: where a person gets no user namespaces, Chromium's sandbox is nothing without it.
      const sandbox = statSync(join(installed, 'chrome-sandbox'));
      assert.deepEqual([sandbox.uid, sandbox.mode & 0o7777], [0, 0o4755]);
      assert.deepEqual(await readFuses(join(installed, NAME)), { ...FUSES });
      // What was laid down, by the package's own checksums.
      const sums = readFileSync(join(root.dir, 'var', 'lib', 'dpkg', 'info', `${NAME}.md5sums`), 'utf8');
      const listed = sums
        .trim()
        .split('\n')
        .map((line) => line.slice(34))
        .sort();
      const laid = files.filter((file) => lstatSync(join(root.dir, file)).isFile()).sort();
      assert.deepEqual(listed, laid);
      assert.equal(root.verify(NAME), '');
    });

    // From here on, this file's app is the installed one.
    process.env.FOVEA_ELECTRON = join(installed, NAME);
    const laidOut = temporaryDir(t);
    chmodSync(laidOut, 0o755);
    process.env.FOVEA_ELECTRON_BACKEND = layOutBackend(join(resources, 'app.asar'), laidOut);
    const desk = newDesk(t);
    const app = await startApp(t, display, desk);
    await app.page.getByRole('button', { name: 'Open the demo project' }).click();
    const review = new ReviewPage(app.page);
    await app.page.locator('[data-current-state]').waitFor({ timeout: LABELLING_MS });
    assert.ok(
      app.processes(join(resources, 'app.asar', 'dist', 'electron', 'engine.mjs')).length > 0,
      'the engine runs out of the archive',
    );
    await app.page.getByRole('button', { name: 'Not labelled 0' }).waitFor({ timeout: LABELLING_MS });
    await review.ready();
    assert.match(
      await app.inMain(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].getTitle()),
      /\(test build\)$/,
    );
    const sample = await review.currentId();
    await review.pressAndMove('x');
    await review.saved();
    assert.deepEqual(app.complaints, []);
    assert.equal(await app.quit(), 0);

    const began = performance.now();
    const again = await startApp(t, display, desk, { project: desk.demo });
    const reviewed = new ReviewPage(again.page);
    await reviewed.ready();
    t.diagnostic(`start to first picture, warm: ${((performance.now() - began) / 1000).toFixed(1)} s`);
    assert.equal(await reviewed.rowState(sample), 'rejected');
    assert.equal(await again.quit(), 0);

    root.remove(NAME);
    assert.deepEqual(root.files(), []);
    assert.ok(existsSync(join(desk.demo)), 'what is the person’s stays');
  },
);
