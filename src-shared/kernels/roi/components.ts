/**
 * 8-connected components of a cell mask, in the order a raster scan meets them (the order of the reference's boxes).
 */
import type { Grid } from '../types.ts';

/** One component: its size and its box in cells, rows and columns inclusive. */
export interface Component {
  readonly cells: number;
  readonly minRow: number;
  readonly minCol: number;
  readonly maxRow: number;
  readonly maxCol: number;
}

/** Components of the cells where `mask` is not 0; `[]` for an empty mask. */
export function components(mask: ArrayLike<number>, grid: Grid): Component[] {
  const [rows, cols] = grid;
  const seen = new Uint8Array(rows * cols);
  const found: Component[] = [];
  for (let start = 0; start < rows * cols; start++) {
    if (!mask[start] || seen[start]) continue;
    seen[start] = 1;
    const stack = [start];
    const box = { cells: 0, minRow: rows, minCol: cols, maxRow: -1, maxCol: -1 };
    for (let cell = stack.pop(); cell !== undefined; cell = stack.pop()) {
      const row = Math.floor(cell / cols);
      const col = cell % cols;
      box.cells++;
      box.minRow = Math.min(box.minRow, row);
      box.maxRow = Math.max(box.maxRow, row);
      box.minCol = Math.min(box.minCol, col);
      box.maxCol = Math.max(box.maxCol, col);
      for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++) {
        for (let c = Math.max(0, col - 1); c <= Math.min(cols - 1, col + 1); c++) {
          const next = r * cols + c;
          if (!mask[next] || seen[next]) continue;
          seen[next] = 1;
          stack.push(next);
        }
      }
    }
    found.push(box);
  }
  return found;
}
