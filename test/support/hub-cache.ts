/** A folder as a Hugging Face cache keeps it: files in `blobs/` under their hashes, a snapshot of relative links. */
import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { filesOf } from './hub-server.ts';

export const SNAPSHOT = 'abcdef0000000000000000000000000000000002';

/**
 * Puts the files of `dir` into `cache` as `repo` at {@link SNAPSHOT}.
 * @returns the repository's folder and the snapshot's
 */
export function cacheRepository(
  cache: string,
  repo: string,
  dir: string,
): { readonly folder: string; readonly snapshot: string } {
  const folder = join(cache, `models--${repo.replace('/', '--')}`);
  const snapshot = join(folder, 'snapshots', SNAPSHOT);
  mkdirSync(join(folder, 'blobs'), { recursive: true });
  mkdirSync(join(folder, 'refs'), { recursive: true });
  writeFileSync(join(folder, 'refs', 'main'), SNAPSHOT);
  for (const [path, content] of filesOf(dir)) {
    const blob = join(folder, 'blobs', createHash('sha256').update(content).digest('hex'));
    writeFileSync(blob, content);
    const link = join(snapshot, path);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(relative(dirname(link), blob), link);
  }
  return { folder, snapshot };
}
