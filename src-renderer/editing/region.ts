/**
 * Connected regions of one value in a label. Foreground is 8-connected, as where boxes are cut from a map (METHOD §4);
 * background and ignore are 4-connected, so that a fill cannot slip out between two foreground cells that meet at a
 * corner.
 */
import { FG, type CellXyxy, type Grid, type Labels } from '../../src-shared/kernels/types.ts';

/** Cells of the region that holds `cell`, ascending. */
export function regionAt(label: Labels, [rows, cols]: Grid, cell: number): number[] {
  const value = label[cell];
  const diagonal = value === FG;
  const seen = new Uint8Array(label.length);
  seen[cell] = 1;
  const stack = [cell];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const row = Math.floor(at / cols);
    const col = at % cols;
    for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++) {
      for (let c = Math.max(0, col - 1); c <= Math.min(cols - 1, col + 1); c++) {
        const next = r * cols + c;
        if (seen[next] || label[next] !== value || (!diagonal && r !== row && c !== col)) continue;
        seen[next] = 1;
        stack.push(next);
      }
    }
  }
  const cells: number[] = [];
  for (let i = 0; i < seen.length; i++) if (seen[i]) cells.push(i);
  return cells;
}

/** The tight box round some cells. Throws RangeError without cells. */
export function boxAround(cells: readonly number[], [, cols]: Grid): CellXyxy {
  if (cells.length === 0) throw new RangeError('no cells, no box');
  let [x0, y0, x1, y1] = [Infinity, Infinity, 0, 0];
  for (const cell of cells) {
    const row = Math.floor(cell / cols);
    const col = cell % cols;
    x0 = Math.min(x0, col);
    y0 = Math.min(y0, row);
    x1 = Math.max(x1, col + 1);
    y1 = Math.max(y1, row + 1);
  }
  return [x0, y0, x1, y1];
}
