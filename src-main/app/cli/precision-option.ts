/** `--precision`, the same for every command that loads a model. */
import type { Precision } from '../../engine/protocol.ts';
import { usageError } from './command.ts';

const PRECISIONS: readonly Precision[] = ['as-stored', 'int4'];

export interface PrecisionOptions {
  readonly precision: Precision;
}

function precisionOf(text: string): Precision {
  const found = PRECISIONS.find((precision) => precision === text);
  if (found) return found;
  throw usageError(`There is no precision "${text}"`, `One of: ${PRECISIONS.join(', ')}`);
}

/** What `Command.option` takes. */
export const PRECISION_OPTION = [
  '--precision <which>',
  'as-stored, or int4: from a quantised cache (fovea model quantise)',
  precisionOf,
  'as-stored',
] as const;
