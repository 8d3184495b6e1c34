/**
 * What calibration knows of one sample: every head's map and where the answer is. Heads are numbered through the model,
 * layer × heads per layer + head.
 */
import { type Grid, type Labels } from '../types.ts';

export interface CalibrationSample {
  readonly grid: Grid;
  /** `[H*W]`: where the answer is; cells that nobody decided on count for neither. Both classes are there. */
  readonly labels: Labels;
  /** `[heads, H*W]`: attention of the rows that make a grounding map (METHOD §1), before any threshold. */
  readonly maps: Float32Array;
  /** Samples of one picture are no independent ones: they are never in two folds. */
  readonly picture: number;
}

/** Mean of some heads' maps, `[H*W]`: a grounding map. Throws RangeError without heads. */
export function meanMap({ maps, labels }: CalibrationSample, heads: readonly number[]): Float32Array {
  if (heads.length === 0) throw new RangeError('a map is of one head at least');
  const cells = labels.length;
  const out = new Float32Array(cells);
  for (const head of heads) {
    const from = head * cells;
    for (let i = 0; i < cells; i++) out[i]! += maps[from + i]!;
  }
  for (let i = 0; i < cells; i++) out[i]! /= heads.length;
  return out;
}
