/**
 * What is remembered from one check to the next, in `updates.json` of the data folder: when the newest list had been signed,
 * and which version is kept to go back to.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { writeAtomically } from '../files/atomic-file.ts';
import { diskError } from '../files/disk-words.ts';
import { readPlain } from '../files/plain-file.ts';
import { releaseFileSchema } from './manifest.ts';
import { versionSchema } from './version.ts';

const keptSchema = z.object({
  version: versionSchema,
  /** Absolute. */
  path: z.string().max(4096),
  size: releaseFileSchema.shape.size,
  sha512: releaseFileSchema.shape.sha512,
});
/** A package of a version that was there before, or is there now. */
export type KeptPackage = z.infer<typeof keptSchema>;

const memorySchema = z.object({
  /** Of the newest list that was read, when it was signed; null before the first. */
  seen: z.iso.datetime().nullable(),
  /** Versions that list withdrew. */
  withdrawn: z.array(versionSchema).max(100),
  kept: z.array(keptSchema).max(10),
});
export type Memory = z.infer<typeof memorySchema>;

const EMPTY: Memory = { seen: null, withdrawn: [], kept: [] };
const MOST_BYTES = 64 << 10;

/** @throws FoveaError `bad_input` for a file that is none of ours, and what the disk says */
export async function readMemory(path: string): Promise<Memory> {
  const next = 'Delete this file, then check for updates again';
  let text: string;
  try {
    text = (await readPlain(path, { code: 'bad_input', next, maxBytes: MOST_BYTES })).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return EMPTY;
    throw diskError(error, path);
  }
  try {
    return memorySchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new FoveaError('bad_input', 'what was remembered of updates cannot be read', {
      where: path,
      next,
      cause,
    });
  }
}

/** Replaces it whole. @throws FoveaError by what the disk says */
export async function writeMemory(path: string, memory: Memory): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw diskError(error, path);
  });
  await writeAtomically(path, (sink) => sink.write(`${JSON.stringify(memory, null, 2)}\n`));
}
