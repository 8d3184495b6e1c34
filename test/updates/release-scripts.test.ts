/** What makes a release: the key, the list over packages, and what of the environment goes into a build. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/lib/paths.mjs';
import { isOf } from '../../scripts/release/manifest.ts';
import { updateSettingsOf } from '../../scripts/release/settings.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { readSignedManifest } from '../../src-main/updates/manifest.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { sha512 } from './support/feed-server.ts';

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
function run(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Ran {
  const file = join(root, 'scripts', 'release', script);
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...args], {
    encoding: 'utf8',
    env: { ...process.env, FOVEA_RELEASE_KEY: '', ...env },
  });
}

test('a key is made once, for its owner alone, and not in the repository', (t) => {
  const dir = temporaryDir(t);
  const file = join(dir, 'release.pem');
  const made = run('make-key.ts', [file]);
  assert.equal(made.status, 0, made.stderr);
  assert.match(made.stdout, /^[A-Za-z0-9+/]{43}=\n$/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const before = readFileSync(file, 'utf8');
  assert.equal(run('make-key.ts', [file]).status, 1);
  assert.equal(readFileSync(file, 'utf8'), before);
  const inside = join(root, 'test', 'release.pem');
  const refused = run('make-key.ts', [inside]);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /must not lie in the repository/);
  assert.equal(existsSync(inside), false);
});

test('packages of all systems are listed with what they are, and signed', (t) => {
  const dir = temporaryDir(t);
  const key = join(temporaryDir(t), 'release.pem');
  const publicKey = run('make-key.ts', [key]).stdout.trim();
  const names = [
    ['fovea-0.2.0-beta.1-linux-x64.tar.gz', 'linux', 'x64', 'tar'],
    ['fovea-0.2.0-beta.1-linux-x86_64.AppImage', 'linux', 'x64', 'appimage'],
    ['fovea-0.2.0-beta.1-mac-arm64.zip', 'darwin', 'arm64', 'zip'],
    ['fovea-0.2.0-beta.1-win-x64.exe', 'win32', 'x64', 'nsis'],
    ['fovea_0.2.0~beta.1_amd64.deb', 'linux', 'x64', 'deb'],
  ] as const;
  for (const [name] of names) writeFileSync(join(dir, name), name);
  for (const other of ['latest.yml', 'fovea-0.2.0-beta.1-mac-arm64.dmg', 'SHA256SUMS'])
    writeFileSync(join(dir, other), other);
  writeFileSync(join(dir, 'notes.txt'), 'What changed.\n');
  const args = ['--dir', dir, '--version', '0.2.0-beta.1', '--withdraw', '0.1.9', '--withdraw', '0.1.8'];
  const signed = run('sign.ts', [...args, '--key', key, '--notes', join(dir, 'notes.txt')]);
  assert.equal(signed.status, 0, signed.stderr);
  assert.ok(signed.stdout.includes(publicKey));
  const manifest = readSignedManifest(
    readFileSync(join(dir, 'release.json'), 'utf8'),
    [publicKey],
    'release.json',
  );
  assert.equal(manifest.version, '0.2.0-beta.1');
  assert.equal(manifest.notes, 'What changed.');
  assert.deepEqual(manifest.withdrawn, ['0.1.9', '0.1.8']);
  assert.deepEqual(
    manifest.files,
    names.map(([name, platform, arch, kind]) => ({
      platform,
      arch,
      kind,
      name,
      size: name.length,
      sha512: sha512(Buffer.from(name)),
    })),
  );
  const listed = (name: string): unknown => JSON.parse(readFileSync(join(dir, name), 'utf8'));
  const [zip, exe] = ['zip', 'nsis'].map((kind) => {
    const { name: url, sha512: hash, size } = manifest.files.find((file) => file.kind === kind)!;
    return { version: '0.2.0-beta.1', files: [{ url, sha512: hash, size }], releaseDate: manifest.published };
  });
  assert.deepEqual([listed('latest-mac.yml'), listed('latest.yml')], [zip, exe]);
  // The same key by the environment.
  const fromEnvironment = run('sign.ts', args, { FOVEA_RELEASE_KEY: readFileSync(key, 'utf8') });
  assert.equal(fromEnvironment.status, 0, fromEnvironment.stderr);
});

test('what would sign the wrong thing is refused, and never quotes the key', (t) => {
  const dir = temporaryDir(t);
  writeFileSync(join(dir, 'fovea-0.2.0-linux-x64.tar.gz'), 'x');
  const secret = '-----BEGIN PRIVATE KEY-----\nAAAASECRETAAAA\n-----END PRIVATE KEY-----\n';
  const refusals: readonly (readonly [string[], string, RegExp])[] = [
    [['--dir', dir, '--version', '0.2.0'], '', /there is no release key/],
    [['--dir', dir, '--version', '0.2.0'], secret, /cannot be read/],
    [[], secret, /--dir/],
  ];
  for (const [args, key, words] of refusals) {
    const { status, stderr, stdout } = run('sign.ts', args, { FOVEA_RELEASE_KEY: key });
    assert.equal(status, 1);
    assert.match(stderr, words);
    assert.doesNotMatch(stderr + stdout, /SECRET/);
  }
  const key = join(temporaryDir(t), 'release.pem');
  run('make-key.ts', [key]);
  const other = run('sign.ts', ['--dir', dir, '--version', '0.3.0', '--key', key]);
  assert.match(other.stderr, /is not of version 0\.3\.0/);
  writeFileSync(join(dir, 'fovea-0.2.0.deb'), 'x');
  const nameless = run('sign.ts', ['--dir', dir, '--version', '0.2.0', '--key', key]);
  assert.match(nameless.stderr, /does not say for which architecture/);
  assert.equal(existsSync(join(dir, 'release.json')), false);
});

test('a build gets the feed that the environment names, or none', () => {
  const key = Buffer.alloc(32, 1).toString('base64');
  const other = Buffer.alloc(32, 2).toString('base64');
  assert.equal(updateSettingsOf({}), null);
  assert.equal(updateSettingsOf({ FOVEA_UPDATE_FEED: ' ', FOVEA_UPDATE_KEYS: key }), null);
  assert.deepEqual(
    updateSettingsOf({
      FOVEA_UPDATE_FEED: 'https://releases.example/fovea/',
      FOVEA_UPDATE_KEYS: `${key} ${other}`,
      FOVEA_UPDATE_CHECK: 'start',
    }),
    { feed: 'https://releases.example/fovea/', keys: [key, other], check: 'start' },
  );
  for (const env of [
    { FOVEA_UPDATE_FEED: 'https://releases.example/fovea/' },
    { FOVEA_UPDATE_FEED: 'http://releases.example/fovea/', FOVEA_UPDATE_KEYS: key },
    { FOVEA_UPDATE_FEED: 'https://releases.example/', FOVEA_UPDATE_KEYS: key, FOVEA_UPDATE_CHECK: 'daily' },
  ])
    assert.throws(() => updateSettingsOf(env), FoveaError);
});

test('a package of a version that leads up to the release is not signed as the release', () => {
  const named = [
    'fovea-0.2.0-linux-x64.tar.gz',
    'fovea-0.2.0-linux-x86_64.AppImage',
    'fovea-0.2.0-win-x64.exe',
    'fovea_0.2.0_amd64.deb',
  ];
  for (const name of named) {
    assert.ok(isOf(name, '0.2.0'), name);
    for (const other of ['0.2', '2.0', '0.2.0-beta.1', '10.2.0', '0.2.00'])
      assert.equal(isOf(name, other), false);
  }
  for (const name of [
    'fovea-0.2.0-beta.1-linux-x64.tar.gz',
    'fovea_0.2.0~beta.1_amd64.deb',
    'fovea-10.2.0-linux-x64.tar.gz',
    'fovea-test-build-0.2.0-test.electron33.2.1-linux-x64.tar.gz',
    'fovea-linux-x64.tar.gz',
  ])
    assert.equal(isOf(name, '0.2.0'), false, name);
});
