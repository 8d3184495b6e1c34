/**
 * The difference of two maps of one picture. Maps can lie on different grids (METHOD §1: each carries its own), so the
 * coarser one is read between its cells, never the finer one thinned out.
 */
import { cellCount } from '../check.ts';
import { cellToSource, sourceToCell } from '../transform.ts';
import type { Grid, GridTransform } from '../types.ts';

/** Cells, what going from grid to picture to grid may lose. */
const ROUNDING = 1e-9;

/** Values `[H*W]` row-major with their place on the picture. */
export interface PlacedValues {
  readonly values: Float32Array;
  readonly grid: Grid;
  readonly transform: GridTransform;
}

/**
 * left − right on the finer of the two grids: the one with more cells per source pixel, left when equal. NaN where one
 * of the two says nothing. Throws RangeError when values and grid do not fit.
 */
export function difference(left: PlacedValues, right: PlacedValues): PlacedValues {
  for (const { values, grid } of [left, right]) {
    if (values.length !== cellCount(grid))
      throw new RangeError(`map has ${values.length} values for ${grid[0]}x${grid[1]}`);
  }
  const { grid, transform } = density(right) > density(left) ? right : left;
  const [a, b] = [readOn(left, grid, transform), readOn(right, grid, transform)];
  return { values: a.map((value, i) => value - b[i]!), grid, transform };
}

function density({ transform }: PlacedValues): number {
  return transform.scaleX * transform.scaleY;
}

/**
 * A map's values at the cell centres of another grid, read bilinearly (METHOD §3: where grids differ, scores are resized
 * to the label's); NaN where the map says nothing.
 */
export function readOn(map: PlacedValues, grid: Grid, transform: GridTransform): Float32Array {
  if (sameGrid(map.grid, grid) && sameTransform(map.transform, transform)) return map.values;
  const out = new Float32Array(cellCount(grid));
  for (let row = 0; row < grid[0]; row++) {
    for (let col = 0; col < grid[1]; col++) {
      const [x, y] = cellToSource(transform, col + 0.5, row + 0.5);
      out[row * grid[1] + col] = bilinear(map, ...sourceToCell(map.transform, x, y));
    }
  }
  return out;
}

/** Between the four nearest cell centres, edges clamped (PyTorch's `align_corners=False`); NaN outside the grid. */
function bilinear({ values, grid: [rows, cols] }: PlacedValues, x: number, y: number): number {
  if (x < 0 || y < 0 || x > cols || y > rows) return NaN;
  const [left, right, dx] = neighbours(x, cols);
  const [top, bottom, dy] = neighbours(y, rows);
  // On a cell's centre the neighbour has no say, even when it is NaN.
  const mix = (low: number, high: number, share: number) =>
    share < ROUNDING ? low : share > 1 - ROUNDING ? high : low * (1 - share) + high * share;
  const across = (row: number) => mix(values[row * cols + left]!, values[row * cols + right]!, dx);
  return mix(across(top), across(bottom), dy);
}

function neighbours(at: number, count: number): [low: number, high: number, share: number] {
  const centre = Math.min(count - 1, Math.max(0, at - 0.5));
  const low = Math.floor(centre);
  return [low, Math.min(count - 1, low + 1), centre - low];
}

function sameGrid(a: Grid, b: Grid): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

function sameTransform(a: GridTransform, b: GridTransform): boolean {
  return a.scaleX === b.scaleX && a.scaleY === b.scaleY && a.offsetX === b.offsetX && a.offsetY === b.offsetY;
}
