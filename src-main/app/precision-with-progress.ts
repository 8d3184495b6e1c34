/** `--precision auto` made a precision, with a bar while layers are looked at and a line that says what was chosen and why. */
import type { Engine, ModelRef } from '../engine/protocol.ts';
import type { PrecisionWish } from '../../src-shared/contract/models.ts';
import { chosenWords, settlePrecision, type SettledPrecision } from '../jobs/label/settle-precision.ts';
import type { Project } from '../store/file/project.ts';
import { Progress, type ProgressStream } from './progress.ts';

const MEGABYTE = 1e6;

/**
 * @param project whose runs go on as they began; null: none
 * @throws what the engine says of the model, and `cancelled`
 */
export async function precisionWithProgress(
  project: Project | null,
  engine: Engine,
  ref: Omit<ModelRef, 'precision'>,
  wish: PrecisionWish | undefined,
  stderr: ProgressStream,
  signal: AbortSignal,
): Promise<SettledPrecision> {
  const progress = new Progress('Looking at the layers (MB)', stderr);
  const settled = await settlePrecision(project, engine, ref, wish, {
    signal,
    onQuantise: ({ done, total }) =>
      progress.update({
        done: Math.ceil(done / MEGABYTE),
        total: Math.ceil(total / MEGABYTE),
        failed: 0,
        rate: null,
        etaSeconds: null,
      }),
  }).finally(() => progress.end());
  if (settled.chosen !== undefined) stderr.write(`${chosenWords(settled)}\n`);
  return settled;
}
