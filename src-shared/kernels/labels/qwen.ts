/**
 * Qwen pseudo-labels (METHOD §2), equal to the authors' Qwen2.5-VL `create_pseudo_labels`: padding of the squared
 * picture, optional smoothing gate, a box one cell wider, and a floor under the map's maximum.
 */
import { assignLabels, countSinks } from './assign.ts';
import type { LabelResult } from './assign.ts';
import { blurFloat64 } from '../blur.ts';
import { checkMap } from '../check.ts';
import type { FloatMap } from '../check.ts';
import { denoise } from './denoise.ts';
import type { LlavaLabelParams } from './llava.ts';
import { paddingMask } from './padding.ts';
import type { Grid } from '../types.ts';

export interface QwenLabelParams extends LlavaLabelParams {
  /** Keep g′ only where its 5×5 σ=1 blur passes; off in the reference trainer. */
  readonly useSmoothing: boolean;
  /** A sample whose maximum is below is dropped (`low_max`); the reference has {@link QWEN_MIN_MAX}. */
  readonly minMax: number;
}

/** METHOD §2: "a sample is also dropped when m < 5e-3". */
export const QWEN_MIN_MAX = 5e-3;

/**
 * Labels `[H*W]`. `imageSize` is the source [width, height] when the model saw the picture centred on a square
 * (`grid` must then be square), or null when it saw it unpadded.
 * Throws RangeError when a map does not fit `grid` or holds NaN or infinity.
 */
export function labelQwen(
  grounding: FloatMap,
  sink: FloatMap | null,
  grid: Grid,
  imageSize: readonly [width: number, height: number] | null,
  params: QwenLabelParams,
): LabelResult {
  checkMap(grounding, grid, 'grounding');
  if (sink) checkMap(sink, grid, 'sink');
  const padding = imageSize ? paddingMask(imageSize, grid) : null;
  let forFg = denoise(grounding, sink, params.sinkThresh, padding);
  if (params.useSmoothing) forFg = smoothingGate(forFg, grid, params);
  return assignLabels(
    {
      forFg,
      // Attention sinks only: neither padding nor smoothing touches what step 4 compares.
      forBg: denoise(grounding, sink, params.sinkThresh),
      padding,
      // The reference takes the box on a 3×3 blurred map, which is this and nothing else.
      ring: 1,
      sinkCount: countSinks(sink, params.sinkThresh),
      binaryCoff: params.binaryCoff,
      bgCoff: params.bgCoff,
      maxRatioLimit: params.maxRatioLimit,
      minMax: params.minMax,
    },
    grid,
  );
}

function smoothingGate(map: FloatMap, grid: Grid, params: QwenLabelParams): FloatMap {
  const blurred = blurFloat64(map, grid, 5);
  const max = blurred.reduce((a, b) => Math.max(a, b), -Infinity);
  const limit = (max * (params.binaryCoff + params.bgCoff)) / 2;
  const out = map.slice();
  for (let i = 0; i < out.length; i++) if (!(blurred[i]! > limit)) out[i] = 0;
  return out;
}
