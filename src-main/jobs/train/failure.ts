/** What a training run that failed says: what happened, and how to go on with it where that can help. */
import { type ErrorCode, FoveaError } from '../../../src-shared/contract/errors.ts';
import type { TrainingRun } from '../../../src-shared/contract/training.ts';

/** Causes that go away without another wish: then the same run goes on. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'no_space',
  'read_only',
  'io',
  'not_found',
  'bad_image',
  'image_too_large',
  'device_unavailable',
  'engine_died',
  'out_of_memory',
  'project_busy',
]);

/**
 * @param run as it stands in the project
 * @param path of the project, as it is given to commands
 */
export function trainingFailure(error: FoveaError, run: TrainingRun, path: string): FoveaError {
  // Before its list is frozen there is nothing to go on with: it is begun again.
  if (!PASSING.has(error.code) || run.dataSha256 === null) return error;
  const first =
    error.code === 'no_space' ? 'Free some space on that disk' : (error.next ?? 'Look at its cause');
  const kept = run.step === 0 ? '' : '; what it had learned when its state was saved last is kept';
  return new FoveaError(error.code, error.message, {
    where: error.where,
    next: `${first}; then go on with the run (Try again on the Train page, or fovea train ${path} --resume)${kept}`,
    cause: error,
  });
}
