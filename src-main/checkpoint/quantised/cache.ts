/** One cache by its plan: where it lies, whether it is there, written when it is not, deleted. */
import { createHash } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { CachedTensor, CachePlan } from './cache-file.ts';
import { withLock } from './lock.ts';
import { isIntact, noteOf } from './verify.ts';
import type { WriteOptions, WriteTensor } from './write.ts';
import { unfinished, writeCache } from './write.ts';

/**
 * Where the cache of these files lies: one of a form per place of the weights, so that a new version of a checkpoint
 * takes the place of the old one's.
 * @param sources every file that it is made from
 * @param namesake the one whose folder gives the cache its name
 */
export function cacheFile(
  form: CachePlan['form'],
  sources: readonly string[],
  folder: string,
  namesake: string,
): string {
  const files = [...new Set(sources)].sort();
  const name = basename(dirname(namesake)).replaceAll(/[^\w.-]+/g, '-');
  const place = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
  return join(folder, `${name}-${place}.${form}.safetensors`);
}

/**
 * Writes the cache when it is not there, belongs to other files, or is damaged.
 * @returns false when it was there already, or another process has written it meanwhile
 * @throws FoveaError `no_space`, `read_only`, `io`, `conflict`, `cancelled`, and what `writeTensor` throws
 */
export async function ensureCache<T extends CachedTensor>(
  plan: CachePlan<T>,
  target: string,
  writeTensor: WriteTensor<T>,
  options: WriteOptions,
): Promise<boolean> {
  if (await isIntact(plan, target)) return false;
  return orFileError(dirname(target), async () => {
    await mkdir(dirname(target), { recursive: true });
    return withLock(`${target}.lock`, async () => {
      if (await isIntact(plan, target)) return false;
      await writeCache(plan, target, writeTensor, options);
      if (await isIntact(plan, target)) return true;
      throw new FoveaError('io', 'what was written is not what the disk holds', {
        where: target,
        next: 'Check the disk, or set FOVEA_HOME to a folder on another one',
      });
    });
  });
}

/** Every file of a cache, finished or not. */
const filesOf = (target: string): string[] => [target, noteOf(target), ...Object.values(unfinished(target))];

/** Whether there is anything of a cache, finished or not. */
export async function isBegun(target: string): Promise<boolean> {
  const there = await Promise.all(filesOf(target).map((file) => stat(file).catch(() => null)));
  return there.some((found) => found !== null);
}

/** Deletes a cache, finished or not. @returns whether there was one */
export async function removeCache(target: string): Promise<boolean> {
  let found = false;
  for (const file of filesOf(target)) {
    const gone = await rm(file).then(
      () => true,
      () => false,
    );
    found = gone || found;
  }
  return found;
}

/** Whether a file of the planned size is there; its hashes are not checked for this. */
export async function isPresent(plan: CachePlan, target: string): Promise<boolean> {
  return stat(target).then(
    ({ size }) => size === plan.size,
    () => false,
  );
}

const CODES: Readonly<Record<string, readonly ['no_space' | 'read_only', string]>> = {
  ENOSPC: ['no_space', 'the disk is full'],
  EDQUOT: ['no_space', 'the disk quota is used up'],
  EROFS: ['read_only', 'the cache folder cannot be written to'],
  EACCES: ['read_only', 'the cache folder cannot be written to'],
  EPERM: ['read_only', 'the cache folder cannot be written to'],
};

/** Runs work on the cache folder; what the disk refuses becomes a FoveaError with a next step. */
export async function orFileError<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    const system = (error as NodeJS.ErrnoException).code ?? String(error);
    const [code, words] = CODES[system] ?? (['io', `writing the cache failed (${system})`] as const);
    throw new FoveaError(code, words, {
      where: folder,
      next: 'Set FOVEA_HOME to a folder with room that you may write to',
      cause: error,
    });
  }
}
