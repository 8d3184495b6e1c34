/**
 * Quantised weights of a checkpoint from a cache that is written once: found and reused when it is whole and belongs
 * to these files, written (or written on) when it does not.
 */
import { createHash } from 'node:crypto';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { QuantisedRef, WeightRef, WeightSource } from '../../graph/weights.ts';
import { BLOCK } from './blocks.ts';
import { cacheDir } from './cache-dir.ts';
import { withLock } from './lock.ts';
import type { QuantisedPlan, QuantisedSource } from './plan.ts';
import { planQuantised } from './plan.ts';
import { isIntact, noteOf } from './verify.ts';
import type { WriteOptions } from './write.ts';
import { unfinished, writeQuantised } from './write.ts';

export { cacheDir } from './cache-dir.ts';
export type { WriteProgress } from './write.ts';

export interface QuantiseOptions extends WriteOptions {
  /** Default: {@link cacheDir}. */
  readonly folder?: string;
}

/** A checkpoint's weights with linear layers from the cache. */
export interface QuantisedWeights extends WeightSource {
  quantised(name: string): QuantisedRef | undefined;
  readonly file: string;
  readonly bytes: number;
  /** False when the cache was there already. */
  readonly written: boolean;
}

/**
 * The checkpoint's weights, linear layers quantised; writes the cache when it is not there, belongs to other files, or
 * is damaged.
 * @throws FoveaError `no_space`, `read_only`, `io`, `bad_checkpoint`, `missing_tensor`, `conflict` (another process is
 *   writing it) or `cancelled`.
 */
export async function openQuantised(
  source: QuantisedSource,
  options: QuantiseOptions = {},
): Promise<QuantisedWeights> {
  const plan = await planQuantised(source);
  const folder = options.folder ?? cacheDir();
  const target = quantisedFile(plan, folder);
  const written = !(await isIntact(plan, target));
  if (written) {
    await orFileError(folder, async () => {
      await mkdir(folder, { recursive: true });
      await withLock(`${target}.lock`, () => writeQuantised(plan, target, options));
    });
    await isIntact(plan, target); // notes that it is right
  }
  return weightsOf(source.weights, plan, await realpath(target), written);
}

/**
 * Deletes a checkpoint's cache, finished or not.
 * @returns whether there was one
 */
export async function removeQuantised(source: QuantisedSource, folder = cacheDir()): Promise<boolean> {
  const target = quantisedFile(await planQuantised(source), folder);
  let found = false;
  for (const file of [target, noteOf(target), ...Object.values(unfinished(target))]) {
    found =
      (await rm(file).then(
        () => true,
        () => false,
      )) || found;
  }
  return found;
}

/** One cache per place of the weights, so that a new version of a checkpoint takes the place of the old one's. */
function quantisedFile(plan: QuantisedPlan, folder: string): string {
  const files = [...new Set(plan.tensors.map(({ entry }) => entry.file))].sort();
  const [first = ''] = files;
  const name = basename(dirname(first)).replaceAll(/[^\w.-]+/g, '-');
  const place = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
  return join(folder, `${name}-${place}.int4.safetensors`);
}

function weightsOf(
  stored: WeightSource,
  plan: QuantisedPlan,
  file: string,
  written: boolean,
): QuantisedWeights {
  const quantised = new Map<string, QuantisedRef>();
  const plain = new Map<string, WeightRef>();
  for (const { entry, bits, offset, valueBytes, scaleBytes } of plan.tensors) {
    const values = { file, offset, length: valueBytes };
    if (bits === null) {
      plain.set(entry.name, { ...values, dtype: 'F32', shape: entry.shape });
    } else {
      const scales = { file, offset: offset + valueBytes, length: scaleBytes };
      const shape = entry.shape as [number, number];
      quantised.set(entry.name, { shape, bits, block: BLOCK, values, scales });
    }
  }
  return {
    get: (name) => plain.get(name) ?? stored.get(name),
    quantised: (name) => quantised.get(name),
    names: () => stored.names(),
    file,
    bytes: plan.size,
    written,
  };
}

const CODES: Readonly<Record<string, readonly ['no_space' | 'read_only', string]>> = {
  ENOSPC: ['no_space', 'the disk is full'],
  EDQUOT: ['no_space', 'the disk quota is used up'],
  EROFS: ['read_only', 'the cache folder cannot be written to'],
  EACCES: ['read_only', 'the cache folder cannot be written to'],
  EPERM: ['read_only', 'the cache folder cannot be written to'],
};

async function orFileError(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
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
