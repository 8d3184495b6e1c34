/** Every region of a map by its rule's threshold, where a crop takes one or two. */
import { components } from './components.ts';
import { cutByRule } from './rule.ts';
import type { MapKind, RoiRule } from './rule.ts';
import type { CellXyxy, Grid } from '../types.ts';

/**
 * Tight boxes in cells of the 8-connected components of two cells or more above the threshold, the strongest first. Throws as
 * `roiByRule`.
 */
export function regionsByRule(map: Float32Array, kind: MapKind, grid: Grid, rule: RoiRule): CellXyxy[] {
  const cut = cutByRule(map, kind, grid, rule);
  const limit = Math.fround(Math.abs(rule.threshold));
  const mask = Uint8Array.from(cut, (value) => (value > limit ? 1 : 0));
  return components(mask, grid)
    .filter(({ cells }) => cells > 1)
    .map(({ minCol, minRow, maxCol, maxRow }) => [minCol, minRow, maxCol + 1, maxRow + 1] as const)
    .map((box) => ({ box, peak: peakOf(cut, grid, box) }))
    .toSorted((a, b) => b.peak - a.peak)
    .map(({ box }) => box);
}

function peakOf(values: Float32Array, [, columns]: Grid, [x0, y0, x1, y1]: CellXyxy): number {
  let peak = -Infinity;
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) peak = Math.max(peak, values[y * columns + x]!);
  }
  return peak;
}
