/** The preset's label rule applied to quantised maps (METHOD §2); the arithmetic is the kernels'. */
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { emptyAnswerLabels } from '../../../src-shared/kernels/labels/assign.ts';
import { labelByRule } from '../../../src-shared/kernels/labels/rule.ts';
import type { Dropped, Grid, Labels } from '../../../src-shared/kernels/types.ts';
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
  const maps = { grid, grounding: grounding.values, sink: sink?.values ?? null, paddedFrom };
  return labelByRule(maps, params);
}

/** No answer row, so no map: everything is ignored. `value` counts the rows there were, `limit` the rows needed. */
export function emptyAnswer(grid: Grid): Labelled {
  return emptyAnswerLabels(grid);
}
