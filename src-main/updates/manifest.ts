/**
 * The list of a release: its version and its packages by size and SHA-512, signed with Ed25519. It is one file,
 * `release.json`, `{"manifest": TEXT, "signature": BASE64}`: the signature is over the bytes of TEXT, which is JSON itself, so
 * that a list and the signature of another one can never be met together.
 */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { versionSchema } from './version.ts';

/** Its name in the feed. */
export const MANIFEST_NAME = 'release.json';
/** Ours has some 2 kB. */
export const MOST_MANIFEST_BYTES = 64 << 10;
/** Six times a package of today. */
const MOST_PACKAGE_BYTES = 2 ** 30;

export const PLATFORMS = ['linux', 'darwin', 'win32'] as const;
export const KINDS = ['appimage', 'deb', 'tar', 'zip', 'nsis'] as const;
/** How a package is put down: those of Linux, what Squirrel.Mac reads, the installer of Windows. */
export type PackageKind = (typeof KINDS)[number];

const base64Of = (bytes: number): RegExp => {
  const padding = (3 - (bytes % 3)) % 3;
  return new RegExp(`^[A-Za-z0-9+/]{${Math.ceil(bytes / 3) * 4 - padding}}={${padding}}$`);
};

export const releaseFileSchema = z.strictObject({
  platform: z.enum(PLATFORMS),
  arch: z.enum(['x64', 'arm64']),
  kind: z.enum(KINDS),
  /** A name in the feed's folder: no path. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._~-]{0,150}$/, 'a package has a plain name'),
  size: z.number().int().min(1).max(MOST_PACKAGE_BYTES),
  /** In base64, as electron-updater writes it. */
  sha512: z.string().regex(base64Of(64), 'SHA-512 is 64 bytes in base64'),
});
export type ReleaseFile = z.infer<typeof releaseFileSchema>;

export const releaseManifestSchema = z
  .strictObject({
    product: z.literal('fovea'),
    format: z.literal(1),
    version: versionSchema,
    /** When it was signed. A list from before the one seen last is refused, so that nobody can show an old one again. */
    published: z.iso.datetime(),
    /** What a person reads before the download. */
    notes: z.string().max(2000).default(''),
    /** Versions that should not be used: whoever has one is offered `version`, also where that is older. */
    withdrawn: z.array(versionSchema).max(100).default([]),
    files: z.array(releaseFileSchema).min(1).max(30),
  })
  .refine(({ version, withdrawn }) => !withdrawn.includes(version), {
    error: 'the version of the release is itself withdrawn',
  })
  .refine(({ files }) => new Set(files.map(({ name }) => name)).size === files.length, {
    error: 'two packages have the same name',
  })
  .refine(
    ({ files }) =>
      new Set(files.map(({ platform, arch, kind }) => `${platform} ${arch} ${kind}`)).size === files.length,
    { error: 'two packages are for the same machines' },
  );
export type ReleaseManifest = z.infer<typeof releaseManifestSchema>;

export const signedManifestSchema = z.strictObject({
  manifest: z.string().max(MOST_MANIFEST_BYTES),
  signature: z.string().regex(base64Of(64), 'an Ed25519 signature is 64 bytes in base64'),
});
export type SignedManifest = z.infer<typeof signedManifestSchema>;

/**
 * Reads a signed list. Nothing of it is parsed before its signature holds.
 * @param text of `release.json`
 * @param keys raw public keys in base64, one of which must have signed
 * @param where the address, for the error
 * @throws FoveaError `untrusted`
 */
export function readSignedManifest(text: string, keys: readonly string[], where: string): ReleaseManifest {
  const signed = signedManifestSchema.safeParse(parsed(text));
  if (!signed.success) throw untrusted('what the feed has is no signed list of a release', where);
  const bytes = Buffer.from(signed.data.manifest, 'utf8');
  const signature = Buffer.from(signed.data.signature, 'base64');
  if (!keys.some((key) => verify(null, bytes, publicKey(key), signature)))
    throw untrusted('the list of the release is not signed with the key that this Fovea knows', where);
  // Of the bytes, not of the text that they were made of: half a character of UTF-16 is another one there.
  const manifest = releaseManifestSchema.safeParse(parsed(bytes.toString('utf8')));
  if (manifest.success) return manifest.data;
  const [issue] = manifest.error.issues;
  throw untrusted(
    `the list of the release is signed, but not of the form that this Fovea knows: ${issue?.path.join('.')}: ${issue?.message}`,
    where,
  );
}

/** What came is not what was signed, or was signed by nobody we know. Nothing of it is used. */
export function untrusted(message: string, where: string): FoveaError {
  return new FoveaError('untrusted', message, {
    where,
    next: 'Nothing was installed. Try again later; if it stays so, get Fovea from where you have it from, and tell them',
  });
}

/** `SubjectPublicKeyInfo` of an Ed25519 key up to its 32 bytes (RFC 8410 § 4). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** @param key raw, in base64 */
export function publicKey(key: string): KeyObject {
  return createPublicKey({
    key: Buffer.concat([SPKI, Buffer.from(key, 'base64')]),
    format: 'der',
    type: 'spki',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
