/** The preset's label rule applied to quantised maps (METHOD §2); the arithmetic is the kernels'. */
import type { Preset } from '../../src-shared/contract/preset.ts';
import { labelLlava } from '../../src-shared/kernels/labels-llava.ts';
import { labelQwen, QWEN_MIN_MAX } from '../../src-shared/kernels/labels-qwen.ts';
import { IGNORE } from '../../src-shared/kernels/types.ts';
import type { Dropped, Grid, Labels } from '../../src-shared/kernels/types.ts';
import type { QuantisedMap } from './maps.ts';

export interface Labelled {
  readonly labels: Labels;
  readonly dropped: Dropped | null;
}

/** @param paddedFrom source size when the model saw the picture on a square, else null. */
export function labelMaps(
  grounding: QuantisedMap,
  sink: QuantisedMap | null,
  grid: Grid,
  paddedFrom: readonly [width: number, height: number] | null,
  params: Preset['labels'],
): Labelled {
  if (params.variant === 'llava') return labelLlava(grounding.values, sink?.values ?? null, grid, params);
  return labelQwen(grounding.values, sink?.values ?? null, grid, paddedFrom, {
    ...params,
    useSmoothing: params.useSmoothing ?? false,
    minMax: params.minMax ?? QWEN_MIN_MAX,
  });
}

/** No answer row, so no map: everything is ignored. `value` counts the rows there were, `limit` the rows needed. */
export function emptyAnswer(grid: Grid): Labelled {
  return {
    labels: new Int8Array(grid[0] * grid[1]).fill(IGNORE),
    dropped: { rule: 'empty_answer', value: 0, limit: 1 },
  };
}
