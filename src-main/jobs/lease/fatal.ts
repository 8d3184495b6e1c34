/** What a job does about errors: which of them are wrong for every sample, and how often the engine may die. */
import type { ErrorCode } from '../../../src-shared/contract/errors.ts';

/** A sample on which the engine died so often is left out: it would die again. */
export const DEATHS_OF_POISON = 3;

/** So many engine deaths with nothing done in between: it is the engine, not the samples. */
export const DEATHS_IN_A_ROW = 9;

/** What went wrong is wrong for every sample: the job stops instead of failing each of them. */
export const FATAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'bad_checkpoint',
  'unsupported_model',
  'missing_tensor',
  'device_unavailable',
  'device_disagrees',
  'no_space',
  'read_only',
  'bad_project',
  'project_busy',
  'project_replaced',
  'cancelled',
]);
