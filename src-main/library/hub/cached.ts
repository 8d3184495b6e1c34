/** What a person's Hugging Face cache holds that Fovea could run, so that nobody has to know where that cache lies. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hasTensors } from '../../checkpoint/files/tensor-index.ts';
import { readSmallText } from '../../files/plain-file.ts';
import { refuseUnsupported } from './download.ts';

export interface CachedModel {
  /** `ORG/NAME`. */
  readonly repo: string;
  /** The snapshot. */
  readonly dir: string;
}

/** Far above what anybody keeps; each costs some small reads. */
const LIMIT = 500;

/**
 * Repositories of a cache with a snapshot of a family that Fovea runs, weights as safetensors, by name. Never rejects: a
 * cache that cannot be read has none.
 * @param snapshotOf the snapshot that a repository's folder stands for, or null
 */
export async function cachedModels(
  cache: string,
  snapshotOf: (folder: string) => Promise<string | null>,
): Promise<CachedModel[]> {
  const names = (await readdir(cache).catch(() => [])).filter((name) => /^models--.+--.+$/.test(name));
  const found: CachedModel[] = [];
  for (const name of names.sort().slice(0, LIMIT)) {
    const dir = await snapshotOf(join(cache, name)).catch(() => null);
    if (dir === null || !(await canRun(dir))) continue;
    found.push({ repo: basename(name).slice('models--'.length).replace('--', '/'), dir });
  }
  return found;
}

async function canRun(dir: string): Promise<boolean> {
  try {
    refuseUnsupported(JSON.parse((await readSmallText(join(dir, 'config.json'))) ?? ''), dir);
    return await hasTensors(dir);
  } catch {
    return false;
  }
}
