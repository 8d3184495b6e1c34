/** Packages, as far as they are made without an Electron: what goes in, for which system, and that the same gives the same. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { getRawHeader, listPackage } from '@electron/asar';
import AppImageTarget from 'app-builder-lib/out/targets/appimage/AppImageTarget.js';
import { getConfig } from 'app-builder-lib/out/util/config/config.js';
import { root } from '../../scripts/lib/paths.mjs';
import type { AppFile } from '../../scripts/package/app-files.ts';
import { writeArchive } from '../../scripts/package/archive.ts';
import { configuration } from '../../scripts/package/builder.ts';
import { filesOf } from '../../scripts/package/contents.ts';
import { control, copyright, installedKibibytes, md5sums } from '../../scripts/package/deb.ts';
import { desktopEntry } from '../../scripts/package/desktop-entry.ts';
import { identityOf, type Identity } from '../../scripts/package/identity.ts';
import { lockedClosure } from '../../scripts/package/lockfile.ts';
import type { Target } from '../../scripts/package/target.ts';
import { parseWish, UsageError } from '../../scripts/package/wish.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const NATIVE = ['better-sqlite3', 'onnxruntime-node', 'sharp'];
const namesFor = (target: Target): string[] => lockedClosure(NATIVE, target).map(({ name }) => name);

test('what is asked for is understood, or refused with how it is meant', () => {
  assert.deepEqual(parseWish(['deb', 'tar', '--platform=linux', '--arch=arm64', '--release']), {
    kinds: ['deb', 'tar'],
    target: { platform: 'linux', arch: 'arm64' },
    release: true,
  });
  for (const args of [
    [],
    ['rpm'],
    ['deb', '--platform=win32'],
    ['installer', '--platform=linux'],
    ['dir', '--arch=mips'],
    ['dir', '--fast'],
  ]) {
    assert.throws(
      () => parseWish(args),
      (error) => error instanceof UsageError && /Use: npm run package -- dir\|/.test(error.message),
      args.join(' '),
    );
  }
});

test('packages of another system than this one are its own, whoever packs', () => {
  const systems: [Target, RegExp][] = [
    [{ platform: 'linux', arch: 'x64' }, /-linux-x64$/],
    [{ platform: 'linux', arch: 'arm64' }, /-linux-arm64$/],
    [{ platform: 'darwin', arch: 'arm64' }, /-darwin-arm64$/],
    [{ platform: 'win32', arch: 'x64' }, /-win32-x64$/],
  ];
  for (const [target, own] of systems) {
    const names = namesFor(target);
    const binaries = names.filter((name) => name.startsWith('@img/sharp-') && !/wasm/.test(name));
    assert.ok(binaries.length > 0 && binaries.every((name) => own.test(name)), binaries.join(' '));
    assert.ok(names.includes('onnxruntime-common'));
    // What only compiling or install scripts need.
    for (const name of ['node-addon-api', 'adm-zip', 'global-agent']) assert.ok(!names.includes(name), name);
    // No WebAssembly in the place of a binary.
    assert.deepEqual(
      names.filter((name) => /wasm|emnapi/.test(name)),
      [],
    );
  }
});

test('of a package goes in what runs on the target, and all on its licence', () => {
  const filesFor = (name: string, target: Target): string[] => {
    const found = lockedClosure([name], target).find((one) => one.name === name)!;
    return filesOf({ ...found, folder: join(root, found.path) }, target);
  };
  for (const target of [
    { platform: 'linux', arch: 'arm64' },
    { platform: 'win32', arch: 'x64' },
  ] as const) {
    const { platform, arch } = target;
    const onnx = filesFor('onnxruntime-node', target).filter((file) => file.startsWith('bin/'));
    assert.ok(onnx.length >= 2);
    assert.ok(onnx.every((file) => file.startsWith(`bin/napi-v6/${platform}/${arch}/`)));
    const sqlite = filesFor('better-sqlite3', target);
    assert.deepEqual(
      sqlite.filter((file) => file.endsWith('.node')),
      [`prebuilds/${platform}-${arch}.node`],
    );
    assert.deepEqual(
      sqlite.filter((file) => /\.(c|h|cpp|hpp|gyp)$/.test(file)),
      [],
    );
    assert.ok(sqlite.includes('LICENSE') && sqlite.includes('lib/index.js'));
  }
});

test('the same files give the same archive, whatever their order and times', async (t) => {
  const dir = temporaryDir(t);
  mkdirSync(join(dir, 'a'));
  writeFileSync(join(dir, 'a', 'one.js'), '1');
  writeFileSync(join(dir, 'a', 'two.node'), Buffer.alloc(100_000, 7));
  cpSync(join(dir, 'a'), join(dir, 'b'), { recursive: true });
  const filesIn = (folder: string): AppFile[] => [
    { path: 'lib/one.js', from: join(dir, folder, 'one.js'), unpacked: false },
    { path: 'lib/two.node', from: join(dir, folder, 'two.node'), unpacked: true },
    { path: 'package.json', from: Buffer.from('{}'), unpacked: false },
  ];
  await writeArchive(filesIn('a'), join(dir, 'a.asar'));
  await writeArchive(filesIn('b'), join(dir, 'b.asar'));
  assert.deepEqual(readFileSync(join(dir, 'a.asar')), readFileSync(join(dir, 'b.asar')));
  assert.deepEqual(listPackage(join(dir, 'a.asar'), { isPack: true }), [
    'pack   : /lib',
    'pack   : /lib/one.js',
    'unpack : /lib/two.node',
    'pack   : /package.json',
  ]);
  assert.deepEqual(
    readFileSync(join(dir, 'a.asar.unpacked', 'lib', 'two.node')),
    readFileSync(join(dir, 'a', 'two.node')),
  );
  // What Electron compares: a hash of each file in the header, and of the header.
  assert.match(getRawHeader(join(dir, 'a.asar')).headerString, /"integrity":\{"algorithm":"SHA256"/);
});

test('a test build says so in everything by which it is known; a release has none of it', () => {
  const release = identityOf(null);
  const build = identityOf('33.2.1');
  assert.deepEqual([release.name, release.productName], ['fovea', 'Fovea']);
  assert.match(build.version, /^\d+\.\d+\.\d+-test\.electron33\.2\.1$/);
  for (const [field, words] of [
    ['name', /test-build/],
    ['productName', /test build/],
    ['description', /^Test build on Electron 33\.2\.1, not for use\./],
  ] as const) {
    assert.match(build[field], words);
    assert.doesNotMatch(release[field], /test.build/i);
  }
  assert.match(release.manifest.author.email, /\.example$/);
});

test('the desktop entry names what it opens, and nothing where there is nothing', () => {
  const identity = identityOf(null);
  const entry = desktopEntry(identity, '/opt/fovea/fovea', [
    { mimeType: 'inode/directory' },
    { mimeType: 'x-scheme-handler/fovea' },
  ]);
  assert.match(entry, /^Exec=\/opt\/fovea\/fovea %U$/m);
  assert.match(entry, /^MimeType=inode\/directory;x-scheme-handler\/fovea;$/m);
  assert.doesNotMatch(desktopEntry(identity, '/x', []), /MimeType/);
  assert.match(desktopEntry(identity, '/x'), /^MimeType=x-scheme-handler\/fovea;$/m, 'links, and no folders');
});

test('an AppImage that a desktop starts keeps Chromium’s sandbox', async (t) => {
  const electron = { folder: '/electron', program: 'electron', version: '45.4.1', isTests: false };
  const config = await getConfig(
    temporaryDir(t),
    null,
    configuration('/out', '/work', identityOf(null), electron),
  );
  assert.deepEqual(
    [
      config.appId,
      config.npmRebuild,
      config.nsis?.oneClick,
      config.linux?.category,
      config.linux?.executableName,
    ],
    ['org.fovea.workbench', false, false, 'Science', 'fovea'],
    'the file and what depends on the build, together',
  );
  const packager = { config, platformSpecificBuildOptions: config.linux, appInfo: { buildVersion: '1' } };
  const helper = { computeDesktopEntry: (_options: unknown, exec: string) => Promise.resolve(exec) };
  const made = new AppImageTarget.default('appimage', packager as never, helper as never, '/out');
  const { desktopEntry: entry } = made as unknown as { desktopEntry: { value: Promise<string> } };
  assert.equal(await entry.value, 'AppRun %U');
});

test('a Debian package says what it is in one line, what room it takes, and what its files are', (t) => {
  const [release, build] = [identityOf(null), identityOf('33.2.1')];
  const target = { platform: 'linux', arch: 'x64' } as const;
  const lineOf = (identity: Identity, field: string): string =>
    control(identity, target, 12)
      .split('\n')
      .find((line) => line.startsWith(`${field}: `)) ?? '';
  assert.equal(lineOf(release, 'Description'), 'Description: Audit where a multimodal LLM looks');
  assert.equal(lineOf(build, 'Description'), 'Description: Test build on Electron 33.2.1, not for use');
  assert.equal(lineOf(release, 'Installed-Size'), 'Installed-Size: 12');
  // A paragraph is of files, of a licence, or the first one: none is of a comment alone.
  for (const paragraph of copyright(release, '/opt/fovea').split('\n\n'))
    assert.match(paragraph, /^(Format|Files): /);

  const dir = temporaryDir(t);
  mkdirSync(join(dir, 'usr', 'bin'), { recursive: true });
  writeFileSync(join(dir, 'usr', 'b c'), 'x');
  writeFileSync(join(dir, 'usr', 'a'), Buffer.alloc(1025));
  symlinkSync('../b c', join(dir, 'usr', 'bin', 'link'));
  // Three folders with the outermost, 2 + 1 for the files, 1 for the link.
  assert.equal(installedKibibytes(dir), 7);
  const sums = md5sums(dir);
  assert.deepEqual(
    sums.split('\n').map((line) => line.slice(34)),
    ['usr/a', 'usr/b c', ''],
  );
  execFileSync('md5sum', ['--check', '--strict', '--quiet'], { cwd: dir, input: sums });
});
