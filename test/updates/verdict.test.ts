/** Which release may take the place of which version, and which build has updates at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { releaseManifestSchema, type ReleaseManifest } from '../../src-main/updates/manifest.ts';
import { readUpdateSettings } from '../../src-main/updates/settings.ts';
import { judge } from '../../src-main/updates/verdict.ts';
import { compareVersions, versionSchema } from '../../src-main/updates/version.ts';
import { manifestOf } from './support/feed-server.ts';

const HERE = { platform: 'linux', arch: 'x64', kind: 'appimage' } as const;

function release(version: string, more: { withdrawn?: string[]; published?: string } = {}): ReleaseManifest {
  const packages = [{ place: HERE, name: 'Fovea-x64.AppImage', bytes: Buffer.from('x') }];
  return releaseManifestSchema.parse(manifestOf({ version, packages, ...more }));
}

test('versions are ordered as Semantic Versioning orders them', () => {
  const ordered = [
    '0.1.0',
    '0.2.0-alpha',
    '0.2.0-alpha.1',
    '0.2.0-alpha.beta',
    '0.2.0-beta',
    '0.2.0-beta.2',
    '0.2.0-beta.11',
    '0.2.0-rc.1',
    '0.2.0',
    '0.10.0',
    '1.0.0',
  ];
  const shuffled = [...ordered].sort((a, b) => (a < b ? 1 : -1)).sort(compareVersions);
  assert.deepEqual(shuffled, ordered);
  for (const version of ordered) assert.equal(compareVersions(version, version), 0);
});

test('what is no version, or has no order among versions, is refused', () => {
  for (const text of [
    '1.0',
    '1.0.0+build',
    '01.0.0',
    '1.0.0-01',
    'v1.0.0',
    '1.0.0-',
    '1.0.0\n',
    '',
    '1.0.0-a..b',
  ])
    assert.equal(versionSchema.safeParse(text).success, false, JSON.stringify(text));
});

test('newer is installed, the same and older are not; a signed withdrawal is the way back', () => {
  const say = (manifest: ReleaseManifest, current: string): string => judge(manifest, current, null, 'feed');
  assert.equal(say(release('0.2.0'), '0.1.0'), 'newer');
  assert.equal(say(release('0.2.0'), '0.2.0-rc.1'), 'newer');
  assert.equal(say(release('0.1.0'), '0.1.0'), 'current');
  assert.equal(say(release('0.1.0'), '0.2.0'), 'older');
  assert.equal(say(release('0.1.0', { withdrawn: ['0.3.0'] }), '0.2.0'), 'older');
  assert.equal(say(release('0.1.0', { withdrawn: ['0.2.0'] }), '0.2.0'), 'withdrawn');
  assert.throws(() => release('0.2.0', { withdrawn: ['0.2.0'] }));
});

test('a list from before the one seen last is refused, even where it withdraws the version in use', () => {
  const old = release('0.1.0', { withdrawn: ['0.2.0'], published: '2030-01-01T00:00:00Z' });
  assert.equal(judge(old, '0.2.0', '2030-01-01T00:00:00Z', 'feed'), 'withdrawn');
  assert.throws(
    () => judge(old, '0.2.0', '2030-01-01T00:00:01Z', 'feed'),
    (error) => error instanceof FoveaError && error.code === 'untrusted' && error.where === 'feed',
  );
});

const KEY = Buffer.alloc(32, 7).toString('base64');
const updates = (more: object): unknown => ({
  version: '0.1.0',
  fovea: { updates: { feed: 'https://releases.example/fovea/', keys: [KEY], ...more } },
});

test('a build that names no feed has no updates; one that does asks at start only where it says so', () => {
  assert.equal(readUpdateSettings({ version: '0.1.0' }), null);
  assert.equal(readUpdateSettings({ version: '0.1.0', fovea: {} }), null);
  assert.deepEqual(readUpdateSettings(updates({})), {
    feed: 'https://releases.example/fovea/',
    keys: [KEY],
    check: 'manual',
  });
  assert.equal(readUpdateSettings(updates({ check: 'start' }))?.check, 'start');
  assert.equal(
    readUpdateSettings(updates({ feed: 'http://127.0.0.1:8080/' }))?.feed,
    'http://127.0.0.1:8080/',
  );
});

test('a feed without a key, or over what others can change, is none', () => {
  const wrong = [
    { feed: 'http://releases.example/fovea/' },
    { feed: 'https://releases.example/fovea' },
    { feed: 'https://somebody:secret@releases.example/' },
    { feed: 'https://releases.example/?a=b' },
    { feed: 'file:///tmp/' },
    { feed: 'no address' },
    { keys: [] },
    { keys: [KEY.slice(4)] },
    { check: 'always' },
    { chanel: 'beta' },
  ];
  for (const more of wrong) {
    assert.throws(
      () => readUpdateSettings(updates(more)),
      (error) => error instanceof FoveaError && error.code === 'bad_input' && error.next !== null,
      JSON.stringify(more),
    );
  }
});
