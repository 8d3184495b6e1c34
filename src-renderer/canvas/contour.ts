/**
 * The outline of one value of a label as grid lines, so that a region stays readable when its fill is faint.
 */
import type { Grid } from '../../src-shared/kernels/types.ts';

/** How a label is filled: `faint` to look at the picture below it, `full` to see every token that is painted. */
export type LabelFill = 'faint' | 'full';

/** Share of the full fill that is left where it is faint. */
export const FAINT = 0.35;

/** Edges between cells of `value` and others: flat `[x0, y0, x1, y1, …]` in grid coordinates, runs joined. */
export function outline(label: ArrayLike<number>, [rows, cols]: Grid, value: number): number[] {
  const is = (row: number, col: number) =>
    row >= 0 && col >= 0 && row < rows && col < cols && label[row * cols + col] === value;
  const lines: number[] = [];
  for (let row = 0; row <= rows; row++) {
    runs(
      cols,
      (col) => is(row - 1, col) !== is(row, col),
      (start, end) => lines.push(start, row, end, row),
    );
  }
  for (let col = 0; col <= cols; col++) {
    runs(
      rows,
      (row) => is(row, col - 1) !== is(row, col),
      (start, end) => lines.push(col, start, col, end),
    );
  }
  return lines;
}

/** Lines of an {@link outline} that lie between two cells: those along the grid's border part nothing. */
export function innerLines(lines: readonly number[], [rows, cols]: Grid): number[] {
  const inner: number[] = [];
  for (let i = 0; i < lines.length; i += 4) {
    const [x0, y0, x1, y1] = lines.slice(i, i + 4) as [number, number, number, number];
    const along = x0 === x1 ? x0 === 0 || x0 === cols : y0 === 0 || y0 === rows;
    if (!along) inner.push(x0, y0, x1, y1);
  }
  return inner;
}

function runs(
  length: number,
  test: (at: number) => boolean,
  found: (start: number, end: number) => void,
): void {
  let start = -1;
  for (let at = 0; at <= length; at++) {
    const on = at < length && test(at);
    if (on && start < 0) start = at;
    if (!on && start >= 0) {
      found(start, at);
      start = -1;
    }
  }
}
