/**
 * The refusals every kernel shares. Kernels know no error codes: a RangeError names the value, callers translate.
 */
import type { Grid } from './types.ts';

/** A map as kernels take it: stored ones decode to float32, plumbing ones arrive as float64. */
export type FloatMap = Float32Array | Float64Array;

/** Number of cells of `grid`. Throws RangeError unless both sides are positive integers. */
export function cellCount(grid: Grid): number {
  const [rows, cols] = grid;
  if (!Number.isInteger(rows) || !Number.isInteger(cols) || rows < 1 || cols < 1) {
    throw new RangeError(`grid must be two positive integers, got [${rows}, ${cols}]`);
  }
  return rows * cols;
}

/** Throws RangeError unless `values` has one finite number per cell of `grid`. */
export function checkMap(values: ArrayLike<number>, grid: Grid, name: string): void {
  const count = cellCount(grid);
  if (values.length !== count) {
    throw new RangeError(`${name} has ${values.length} values, a ${grid[0]}x${grid[1]} grid needs ${count}`);
  }
  for (let i = 0; i < count; i++) {
    if (!Number.isFinite(values[i])) throw new RangeError(`${name}[${i}] is not a finite number`);
  }
}

/** Throws RangeError unless `size` is a picture's [width, height] in whole pixels. */
export function checkImageSize(size: readonly [width: number, height: number]): void {
  const [width, height] = size;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new RangeError(`image size must be two positive integers, got [${width}, ${height}]`);
  }
}
