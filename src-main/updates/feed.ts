/** The signed list in a feed, and what it is to the version in use. */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import {
  MANIFEST_NAME,
  MOST_MANIFEST_BYTES,
  readSignedManifest,
  type PackageKind,
  type ReleaseFile,
  type ReleaseManifest,
} from './manifest.ts';
import { readMemory, writeMemory } from './memory.ts';
import { readText } from './request.ts';
import { retrying, type Patience } from './retrying.ts';
import { judge, type Verdict } from './verdict.ts';

export interface FeedOptions {
  readonly feed: URL;
  /** Raw Ed25519 public keys in base64. */
  readonly keys: readonly string[];
  /** The version in use. */
  readonly version: string;
  /** Path of `updates.json`. */
  readonly memory: string;
  readonly patience: Patience;
}

export interface Release {
  readonly manifest: ReleaseManifest;
  readonly verdict: Verdict;
}

/**
 * Reads the list, remembers it as the newest, and judges it.
 * @throws FoveaError `untrusted`, `network`, `not_found`, `cancelled`, and what the disk says
 */
export async function readRelease(
  { feed, keys, version, memory, patience }: FeedOptions,
  signal: AbortSignal,
): Promise<Release> {
  const url = new URL(MANIFEST_NAME, feed);
  const text = await retrying(
    url,
    patience,
    signal,
    () => 0,
    () => readText(url, MOST_MANIFEST_BYTES * 2, { signal, stallMs: patience.stallMs }),
  );
  const manifest = readSignedManifest(text, keys, url.href);
  const remembered = await readMemory(memory);
  const verdict = judge(manifest, version, remembered.seen, url.href);
  const { published, withdrawn } = manifest;
  if (published !== remembered.seen) await writeMemory(memory, { ...remembered, seen: published, withdrawn });
  return { manifest, verdict };
}

/** The package for a machine. @throws FoveaError `not_found` where the release has none */
export function packageFor(
  { files, version }: ReleaseManifest,
  platform: string,
  arch: string,
  kind: PackageKind,
): ReleaseFile {
  const file = files.find((one) => one.platform === platform && one.arch === arch && one.kind === kind);
  if (file) return file;
  throw new FoveaError('not_found', `Fovea ${version} has no package (${kind}) for ${platform}-${arch}`, {
    next: 'Keep the version that you have',
  });
}
