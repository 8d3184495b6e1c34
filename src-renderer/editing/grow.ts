/**
 * Foreground one cell wider or narrower on every side, corners included: growing undoes too tight a label, shrinking
 * too loose a one. What foreground leaves becomes background, as with the eraser.
 */
import { BG, FG, type Grid, type Labels } from '../../src-shared/kernels/types.ts';

/** A new label in which every cell next to foreground is foreground too. `region`: only the foreground in it grows. */
export function grow(label: Labels, grid: Grid, region: readonly number[] | null = null): Labels {
  const grown = label.slice();
  for (const cell of region ?? allCells(label)) {
    if (label[cell] === FG) for (const next of around(cell, grid)) grown[next] = FG;
  }
  return grown;
}

/**
 * A new label in which foreground next to anything else is background. Beyond the grid's border counts as foreground:
 * a region that is cut off by the picture's edge does not draw back from it.
 */
export function shrink(label: Labels, grid: Grid, region: readonly number[] | null = null): Labels {
  const shrunk = label.slice();
  for (const cell of region ?? allCells(label)) {
    if (label[cell] !== FG) continue;
    if (around(cell, grid).some((next) => label[next] !== FG)) shrunk[cell] = BG;
  }
  return shrunk;
}

function allCells(label: Labels): Iterable<number> {
  return label.keys();
}

/** The cell and its up to eight neighbours. */
function around(cell: number, [rows, cols]: Grid): number[] {
  const row = Math.floor(cell / cols);
  const col = cell % cols;
  const cells: number[] = [];
  for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++) {
    for (let c = Math.max(0, col - 1); c <= Math.min(cols - 1, col + 1); c++) cells.push(r * cols + c);
  }
  return cells;
}
