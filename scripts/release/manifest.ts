/** Makes and signs the list of a release out of its packages. What reads it is `src-main/updates/manifest.ts`. */
import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  readSignedManifest,
  releaseFileSchema,
  releaseManifestSchema,
  type ReleaseFile,
  type SignedManifest,
} from '../../src-main/updates/manifest.ts';

type Place = Pick<ReleaseFile, 'platform' | 'kind'>;

/** By how their names end. Squirrel.Mac updates from the zip, not from the dmg. */
const PLACES: readonly (readonly [RegExp, Place])[] = [
  [/\.AppImage$/, { platform: 'linux', kind: 'appimage' }],
  [/\.deb$/, { platform: 'linux', kind: 'deb' }],
  [/\.tar\.(gz|xz)$/, { platform: 'linux', kind: 'tar' }],
  [/\.zip$/, { platform: 'darwin', kind: 'zip' }],
  [/\.exe$/, { platform: 'win32', kind: 'nsis' }],
];

/** The packages in a folder by name; files of other kinds are left out. @throws Error for a name that says no architecture */
export async function packagesIn(dir: string): Promise<ReleaseFile[]> {
  const files: ReleaseFile[] = [];
  for (const name of readdirSync(dir).sort()) {
    const place = PLACES.find(([end]) => end.test(name))?.[1];
    if (place === undefined) continue;
    const path = join(dir, name);
    const hash = createHash('sha512');
    for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
    const arch = archOf(name);
    const { size } = statSync(path);
    const read = releaseFileSchema.safeParse({
      ...place,
      arch,
      name,
      size,
      sha512: hash.digest('base64'),
    });
    if (!read.success) throw new Error(`${name}: ${read.error.issues[0]?.message}`);
    files.push(read.data);
  }
  return files;
}

/** Whether a package's name says that it is of a version: of that one to the letter, not of one that leads up to it. */
export function isOf(name: string, version: string): boolean {
  // Debian writes a pre-release with `~`.
  const plain = name.replace('~', '-');
  const at = plain.search(/[-_]\d+\.\d+\.\d+/) + 1;
  const rest = plain.slice(at + version.length);
  return (
    at > 0 &&
    plain.startsWith(version, at) &&
    /^[-_.](linux|mac|win|x64|x86_64|amd64|arm64|aarch64)/.test(rest)
  );
}

function archOf(name: string): ReleaseFile['arch'] {
  if (/arm64|aarch64/.test(name)) return 'arm64';
  if (/x64|x86_64|amd64/.test(name)) return 'x64';
  throw new Error(`${name} does not say for which architecture it is (x64, x86_64, amd64, arm64, aarch64)`);
}

/** An Ed25519 key in PEM (PKCS #8). @throws Error without quoting it */
export function readPrivateKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new Error('the release key cannot be read: it must be in PEM (PKCS #8), without a password');
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the release key is no Ed25519 key');
  return key;
}

/** The raw public key in base64, as `fovea.updates.keys` has it. */
export function publicHalf(key: KeyObject): string {
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return Buffer.from(x!, 'base64url').toString('base64');
}

/**
 * The text of `release.json`, read once more as the app reads it.
 * @param manifest of `releaseManifestSchema`
 * @throws Error for a list that the app would refuse
 */
export function signManifest(manifest: unknown, key: KeyObject): string {
  const text = JSON.stringify(releaseManifestSchema.parse(manifest), null, 2);
  const signature = sign(null, Buffer.from(text, 'utf8'), key).toString('base64');
  const signed = `${JSON.stringify({ manifest: text, signature } satisfies SignedManifest, null, 2)}\n`;
  readSignedManifest(signed, [publicHalf(key)], 'release.json');
  return signed;
}
