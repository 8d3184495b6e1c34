/**
 * The tight box of a cell mask, in the reference's own terms: rows and columns, inclusive, the whole grid when empty.
 */
import type { Grid } from '../types.ts';

/** [minRow, minCol, maxRow, maxCol], all inclusive. */
export type RowsColsInclusive = readonly [minRow: number, minCol: number, maxRow: number, maxCol: number];

/** The tight box of the cells where `mask` is not 0, or null when there is none. */
export function tightBox(mask: ArrayLike<number>, grid: Grid): RowsColsInclusive | null {
  const [rows, cols] = grid;
  let minRow = rows;
  let minCol = cols;
  let maxRow = -1;
  let maxCol = -1;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      if (!mask[r * cols + c]) continue;
      minRow = Math.min(minRow, r);
      maxRow = r;
      minCol = Math.min(minCol, c);
      maxCol = Math.max(maxCol, c);
    }
  }
  return maxRow < 0 ? null : [minRow, minCol, maxRow, maxCol];
}

/** The box of the whole grid. */
export function fullBox(grid: Grid): RowsColsInclusive {
  return [0, 0, grid[0] - 1, grid[1] - 1];
}

/** `box` grown by `by` cells on every side, kept inside `grid`. */
export function widenBox(box: RowsColsInclusive, grid: Grid, by: number): RowsColsInclusive {
  return [
    Math.max(0, box[0] - by),
    Math.max(0, box[1] - by),
    Math.min(grid[0] - 1, box[2] + by),
    Math.min(grid[1] - 1, box[3] + by),
  ];
}

/** Cells of the box. */
export function boxCells(box: RowsColsInclusive): number {
  return (box[2] - box[0] + 1) * (box[3] - box[1] + 1);
}
