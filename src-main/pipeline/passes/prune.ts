/**
 * When a second look leaves out tokens of the picture itself (METHOD §4): SD-RPN's Qwen code does above 1,024 of them,
 * Q-Zoom's never, and a branch with one unscaled product has no scores that mean probabilities of tokens.
 */
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { cellCount } from '../../../src-shared/kernels/check.ts';
import type { Grid } from '../../../src-shared/kernels/types.ts';
import type { Subject } from '../subject/subject.ts';

export type Pruning = NonNullable<Preset['pruning']>;

/** A settled preset's pruning where it takes place for a picture of this grid; null where every token stays. */
export function pruningOf({ checkpoint, model }: Subject, preset: Preset, grid: Grid): Pruning | null {
  const { pruning } = preset;
  if (!pruning || !model.profile.dynamicGrid) return null;
  if (preset.roi.rules === 'q-zoom' || !checkpoint.config.rpn?.multiHead) return null;
  return cellCount(grid) > pruning.aboveTokens ? pruning : null;
}
