/**
 * LLaVA pseudo-labels (METHOD §2), equal to the authors' `create_pseudo_labels` on any grid (theirs is fixed at 24×24).
 */
import { assignLabels, countSinks } from './assign.ts';
import type { LabelResult } from './assign.ts';
import { checkMap } from '../check.ts';
import type { FloatMap } from '../check.ts';
import { denoise } from './denoise.ts';
import type { Grid } from '../types.ts';

/** Thresholds of METHOD §2; the published ones are 1e-3, 0.2, 0.1, 0.5. */
export interface LlavaLabelParams {
  readonly sinkThresh: number;
  readonly binaryCoff: number;
  readonly bgCoff: number;
  readonly maxRatioLimit: number;
}

/**
 * Labels `[H*W]` of one sample. Pass stored maps as decoded from float16: quantise first, then label.
 * Throws RangeError when a map does not fit `grid` or holds NaN or infinity.
 */
export function labelLlava(
  grounding: FloatMap,
  sink: FloatMap | null,
  grid: Grid,
  params: LlavaLabelParams,
): LabelResult {
  checkMap(grounding, grid, 'grounding');
  if (sink) checkMap(sink, grid, 'sink');
  const map = denoise(grounding, sink, params.sinkThresh);
  return assignLabels(
    {
      forFg: map,
      forBg: map,
      padding: null,
      ring: 0,
      sinkCount: countSinks(sink, params.sinkThresh),
      binaryCoff: params.binaryCoff,
      bgCoff: params.bgCoff,
      maxRatioLimit: params.maxRatioLimit,
      minMax: 0,
    },
    grid,
  );
}
