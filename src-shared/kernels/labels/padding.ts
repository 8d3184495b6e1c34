/**
 * Which cells of a squared picture are padding (METHOD §2, Qwen variant). The reference sees the picture centred on a
 * grey square, so part of a G×G grid looks at nothing.
 */
import { cellCount, checkImageSize } from '../check.ts';
import type { CellXyxy, Grid } from '../types.ts';

/**
 * `[G*G]`, 1 on padding. `size` is the source [width, height]; each side spans n = max(1, ⌊side/long·G⌋)
 * cells, from ⌊(G−n)/2⌋ to n + ⌈(G−n)/2⌉ exclusive: one cell more than n when G−n is odd, as in the reference. Throws RangeError when `grid` is not square.
 */
export function paddingMask(size: readonly [width: number, height: number], grid: Grid): Uint8Array {
  const total = cellCount(grid);
  const [x0, y0, x1, y1] = pictureCells(size, grid);
  const cols = grid[1];
  const mask = new Uint8Array(total).fill(1);
  for (let r = y0; r < y1; r++) mask.fill(0, r * cols + x0, r * cols + x1);
  return mask;
}

/** The cells that are not padding, as a box. Throws like {@link paddingMask}. */
export function pictureCells(size: readonly [width: number, height: number], grid: Grid): CellXyxy {
  cellCount(grid);
  checkImageSize(size);
  const [rows, cols] = grid;
  if (rows !== cols) throw new RangeError(`a squared picture has a square grid, got ${rows}x${cols}`);
  const long = Math.max(size[0], size[1]);
  const [x0, x1] = pictureSpan(size[0], long, rows);
  const [y0, y1] = pictureSpan(size[1], long, rows);
  return [x0, y0, x1, y1];
}

function pictureSpan(side: number, long: number, cells: number): [start: number, end: number] {
  const span = Math.max(1, Math.trunc((side / long) * cells));
  return [Math.floor((cells - span) / 2), span + Math.ceil((cells - span) / 2)];
}
