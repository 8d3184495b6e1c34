/**
 * Where a training run stands, as one safetensors file: weights under the authors' names, both moments under
 * PyTorch's names for them, the number of steps in the metadata. All float32, so that going on is going on exactly.
 */
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readFloats } from '../../checkpoint/quantised/floats.ts';
import type { TensorEntry } from '../../checkpoint/files/safetensors.ts';
import { readSafetensorsHeader, readSafetensorsMetadata } from '../../checkpoint/files/safetensors.ts';
import { floatTensor, writeTensors } from '../../checkpoint/files/safetensors-writer.ts';
import type { BranchTensor } from './branch-weights.ts';

/** Values read at once: 4 MB. */
const PIECE = 1 << 20;
const FORMAT = 'fovea-training-1';

const metadataSchema = z.object({
  fovea: z.literal(FORMAT),
  step: z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number),
});

interface Part {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

function partsOf(tensors: readonly BranchTensor[]): Part[] {
  return tensors.flatMap(({ name, shape, weight, first, second }) => [
    { name, shape, values: weight },
    { name: `exp_avg.${name}`, shape, values: first },
    { name: `exp_avg_sq.${name}`, shape, values: second },
  ]);
}

/** Writes the file whole or not at all; throws what `writeTensors` throws. */
export async function saveState(path: string, tensors: readonly BranchTensor[], step: number): Promise<void> {
  const parts = partsOf(tensors).map(({ name, shape, values }) => floatTensor(name, shape, values));
  await writeTensors(path, parts, { format: 'pt', fovea: FORMAT, step: String(step) });
}

/**
 * Reads a file of {@link saveState} into the tensors. Header and sizes are checked before a number is changed.
 * @returns the number of steps that were done
 * @throws FoveaError `bad_checkpoint` when it is no such file, is cut short, or is of another branch.
 */
export async function restoreState(path: string, tensors: readonly BranchTensor[]): Promise<number> {
  const entries = await readSafetensorsHeader(path);
  const metadata = metadataSchema.safeParse(await readSafetensorsMetadata(path));
  if (!metadata.success) throw unusable(path, 'is no state of a training run');
  const parts = partsOf(tensors).map((part) => ({ ...part, entry: fitting(path, part, entries) }));
  if (entries.size !== parts.length) throw unusable(path, 'holds tensors that this branch does not have');
  const file = await open(path, 'r');
  try {
    for (const { entry, values } of parts) {
      let at = 0;
      for await (const floats of readFloats(file, { ...entry, dtype: 'F32' }, PIECE)) {
        values.set(floats, at);
        at += floats.length;
      }
    }
  } finally {
    await file.close();
  }
  return metadata.data.step;
}

function fitting(
  path: string,
  { name, shape }: Part,
  entries: ReadonlyMap<string, TensorEntry>,
): TensorEntry {
  const entry = entries.get(name);
  if (entry?.dtype === 'F32' && entry.shape.join() === shape.join()) return entry;
  throw unusable(path, `is of another branch: it has no tensor ${name} of shape [${shape.join(', ')}]`);
}

function unusable(path: string, what: string): FoveaError {
  return new FoveaError('bad_checkpoint', `the saved training state ${what}`, {
    where: path,
    next: 'Resume with the model and RPN that the run began with, or begin it anew',
  });
}
