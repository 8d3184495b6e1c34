/**
 * What a person means by a path or a name: a checkpoint folder, a repository folder of a Hugging Face cache (then its
 * newest snapshot), or `ORG/NAME` of a repository that such a cache holds.
 */
import { access, readdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { readSmallText } from '../files/plain-file.ts';
import { REPOSITORY } from './hub/repository.ts';

/** Absolute path of an existing folder, links resolved; null when there is none. */
export async function realFolder(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() ? realpath(path) : null;
}

/**
 * The checkpoint folder that `given` means.
 * @param cache the Hugging Face cache of this person
 * @throws FoveaError `not_found` with what to do instead
 */
export async function checkpointFolder(given: string, cache: string): Promise<string> {
  // Typed on a page, no shell has spelt the home folder out.
  const path = resolve(given.replace(/^~(?=$|[/\\])/, homedir()));
  const folder = await realFolder(path);
  if (folder !== null) return (await snapshotOf(folder)) ?? folder;
  if (REPOSITORY.test(given)) {
    const cached = await realFolder(join(cache, `models--${given.replace('/', '--')}`));
    const snapshot = cached === null ? null : await snapshotOf(cached);
    if (snapshot !== null) return snapshot;
    throw new FoveaError('not_found', `neither a folder nor the Hugging Face cache has ${given}`, {
      where: cache,
      next: `Download it with: fovea model download ${given}`,
    });
  }
  throw new FoveaError('not_found', 'there is no folder here', {
    where: path,
    next: 'Give a checkpoint folder (config.json, *.safetensors), a folder of a Hugging Face cache, or ORG/NAME',
  });
}

/**
 * The snapshot that a repository folder of a cache stands for: what `main` names, else the one changed last; null for any
 * other folder.
 * @throws FoveaError `not_found` when the repository has no whole snapshot
 */
export async function snapshotOf(folder: string): Promise<string | null> {
  if (!basename(folder).startsWith('models--')) return null;
  const snapshots = join(folder, 'snapshots');
  const main = ((await readSmallText(join(folder, 'refs', 'main'))) ?? '').trim();
  if (/^[0-9a-f]{40}$/.test(main) && (await hasConfig(join(snapshots, main)))) return join(snapshots, main);
  let newest: { readonly dir: string; readonly time: number } | null = null;
  for (const revision of await readdir(snapshots).catch(() => [])) {
    const dir = join(snapshots, revision);
    const { mtimeMs: time } = await stat(dir);
    if ((await hasConfig(dir)) && (newest === null || time > newest.time)) newest = { dir, time };
  }
  if (newest) return newest.dir;
  throw new FoveaError('not_found', 'the Hugging Face cache has this repository without a whole snapshot', {
    where: folder,
    next: 'Download it again with the tool that made it, or with fovea model download',
  });
}

async function hasConfig(dir: string): Promise<boolean> {
  // A link whose blob was deleted does not count.
  return access(join(dir, 'config.json')).then(
    () => true,
    () => false,
  );
}
