/** `--precision`, the same for every command that loads a model. */
import { precisionWishSchema, type PrecisionWish } from '../../../../src-shared/contract/models.ts';
import { usageError } from './command.ts';

const PRECISIONS = precisionWishSchema.options;

export interface PrecisionOptions {
  readonly precision: PrecisionWish;
}

function precisionOf(text: string): PrecisionWish {
  const found = PRECISIONS.find((precision) => precision === text);
  if (found) return found;
  throw usageError(`There is no precision "${text}"`, `One of: ${PRECISIONS.join(', ')}`);
}

/** What `Command.option` takes. */
export const PRECISION_OPTION = [
  '--precision <which>',
  'as-stored, int4 (smallest, for the CPU), int8 (faster there, labels as stored), int8-fast (fastest there, labels near those) or fp16 (for graphics cards): from a cache (fovea model quantise); auto: what is fastest here, measured, and says which',
  precisionOf,
  'as-stored',
] as const;
