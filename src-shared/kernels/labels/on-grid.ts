/** A label on another grid of the same picture. */
import { cellToSource, sourceToCell } from '../transform.ts';
import { IGNORE, type Grid, type GridTransform, type Labels } from '../types.ts';

/** Cells `[H, W]` with their place on the picture. */
export interface PlacedGrid {
  readonly grid: Grid;
  readonly transform: GridTransform;
}

/** Cells by which two edges may differ and still be one: what going from grid to picture to grid may lose. */
const ROUNDING = 1e-6;

/** Whether two grids cover the same part of the picture, whatever their cells. */
export function coverAlike(a: PlacedGrid, b: PlacedGrid): boolean {
  const corner = (col: number, row: number): boolean => {
    const [x, y] = cellToSource(a.transform, col * a.grid[1], row * a.grid[0]);
    const [there, below] = sourceToCell(b.transform, x, y);
    return Math.abs(there - col * b.grid[1]) < ROUNDING && Math.abs(below - row * b.grid[0]) < ROUNDING;
  };
  return corner(0, 0) && corner(1, 1);
}

/**
 * Each cell of another grid has the label of the cell that its middle lies in; where that is beside the label it is ignored,
 * for nobody said anything there.
 * @param labels `[H*W]` of `from`
 */
export function labelsOn(labels: Labels, from: PlacedGrid, to: PlacedGrid): Labels {
  const [rows, cols] = from.grid;
  return Int8Array.from({ length: to.grid[0] * to.grid[1] }, (_, i) => {
    const middle = [(i % to.grid[1]) + 0.5, Math.floor(i / to.grid[1]) + 0.5] as const;
    const [x, y] = cellToSource(to.transform, ...middle);
    const [col, row] = sourceToCell(from.transform, x, y).map(Math.floor) as [number, number];
    const inside = col >= 0 && row >= 0 && col < cols && row < rows;
    return inside ? labels[row * cols + col]! : IGNORE;
  });
}
