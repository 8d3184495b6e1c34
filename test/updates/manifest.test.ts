/** What is taken for a signed list. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { readSignedManifest } from '../../src-main/updates/manifest.ts';
import { publicHalf, signManifest } from '../../scripts/release/manifest.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { manifestOf } from './support/feed-server.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519').privateKey;
const KEY = publicHalf(privateKey);
const place = { platform: 'linux', arch: 'x64', kind: 'appimage' } as const;
const MANIFEST = manifestOf({
  version: '0.2.0',
  packages: [{ place, name: 'Fovea-0.2.0-x64.AppImage', bytes: Buffer.from('program') }],
});
/** Signed as it is, whether or not it is a list. */
const signedText = (text: string, key: KeyObject): string =>
  JSON.stringify({ manifest: text, signature: sign(null, Buffer.from(text), key).toString('base64') });

const refused = (text: string, keys: readonly string[] = [KEY], message = /./): void =>
  assert.throws(
    () => readSignedManifest(text, keys, 'https://feed/'),
    (error) =>
      error instanceof FoveaError &&
      error.code === 'untrusted' &&
      error.where === 'https://feed/' &&
      error.next !== null &&
      message.test(error.message),
    text.slice(0, 200),
  );

test('a list is read when one of the pinned keys signed it', () => {
  const text = signManifest(MANIFEST, privateKey);
  assert.equal(readSignedManifest(text, [KEY], 'feed').version, '0.2.0');
  assert.equal(readSignedManifest(text, [publicHalf(other), KEY], 'feed').version, '0.2.0');
  refused(text, [publicHalf(other)], /not signed with the key/);
  refused(text, []);
});

test('what is read is what was signed, to the byte: text that has the same bytes counts for nothing', () => {
  const text = signManifest({ ...MANIFEST, notes: 'a \ufffd b' }, privateKey);
  const { manifest, signature } = JSON.parse(text) as { manifest: string; signature: string };
  // Half a pair of UTF-16 has the bytes of U+FFFD.
  const other = JSON.stringify({ manifest: manifest.replace('\ufffd', '\ud800'), signature });
  assert.equal(readSignedManifest(other, [KEY], 'feed').notes, 'a \ufffd b');
});

test('every changed byte of list or signature is noticed', () => {
  const text = signManifest(MANIFEST, privateKey);
  const { manifest, signature } = JSON.parse(text) as { manifest: string; signature: string };
  for (let at = 0; at < manifest.length; at += 7) {
    const letter = manifest[at] === 'x' ? 'y' : 'x';
    refused(JSON.stringify({ manifest: manifest.slice(0, at) + letter + manifest.slice(at + 1), signature }));
  }
  const bytes = Buffer.from(signature, 'base64');
  for (let at = 0; at < 64; at++) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    refused(JSON.stringify({ manifest, signature: changed.toString('base64') }));
  }
});

test('a list and the signature of another one are not met together', () => {
  const first = JSON.parse(signManifest(MANIFEST, privateKey)) as object;
  const second = JSON.parse(signManifest({ ...MANIFEST, version: '0.3.0' }, privateKey)) as {
    signature: string;
  };
  refused(JSON.stringify({ ...first, signature: second.signature }));
});

test('what is signed and yet no list of a release of Fovea is refused', () => {
  const [file] = MANIFEST.files as object[];
  const wrong: readonly object[] = [
    { ...MANIFEST, product: 'another' },
    { ...MANIFEST, format: 2 },
    { ...MANIFEST, version: '2' },
    { ...MANIFEST, published: 'yesterday' },
    { ...MANIFEST, files: [] },
    { ...MANIFEST, more: true },
    { ...MANIFEST, files: [file, file] },
    { ...MANIFEST, files: [{ ...file, name: '../../.bashrc' }] },
    { ...MANIFEST, files: [{ ...file, name: '.hidden' }] },
    { ...MANIFEST, files: [{ ...file, size: 2 ** 40 }] },
    { ...MANIFEST, files: [{ ...file, size: 0 }] },
    { ...MANIFEST, files: [{ ...file, sha512: 'AAAA' }] },
    { ...MANIFEST, files: [{ ...file, platform: 'plan9' }] },
  ];
  for (const one of wrong)
    refused(signedText(JSON.stringify(one), privateKey), [KEY], /signed, but not of the form/);
  refused(signedText('not JSON', privateKey));
});

test('what is no signed list at all is refused without a word of its own', () => {
  for (const text of ['', '{}', '[]', 'null', '<html>', '{"manifest":1,"signature":2}', '{"manifest":"{}"}'])
    refused(text, [KEY], /no signed list/);
  refused(JSON.stringify({ manifest: '{}', signature: 'AA==' }), [KEY], /no signed list/);
});

test('OpenSSL finds the signature right, too', (t) => {
  const dir = temporaryDir(t);
  const { manifest, signature } = JSON.parse(signManifest(MANIFEST, privateKey)) as Record<string, string>;
  const path = (name: string): string => join(dir, name);
  writeFileSync(path('list'), manifest!);
  writeFileSync(path('signature'), Buffer.from(signature!, 'base64'));
  writeFileSync(path('key'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
  execFileSync('openssl', ['pkey', '-in', path('key'), '-pubout', '-out', path('public')]);
  const args = ['pkeyutl', '-verify', '-rawin', '-pubin', '-inkey', path('public'), '-in', path('list')];
  const said = execFileSync('openssl', [...args, '-sigfile', path('signature')], { encoding: 'utf8' });
  assert.match(said, /Verified Successfully/);
});
