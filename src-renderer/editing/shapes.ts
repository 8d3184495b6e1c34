/**
 * Areas drawn over the token grid, as the cells they cover. Points are grid coordinates (columns, rows; fractional);
 * what lies outside the grid covers nothing.
 */
import type { CellXyxy, Grid } from '../../src-shared/kernels/types.ts';
import type { Point } from '../canvas/viewport.ts';

/** A cell's centre this near to a side lies on it. */
const ON_SIDE = 1e-6;

/** The whole cells that the rectangle between two corners touches, as a box; null when that is beside the grid. */
export function touchedBox(a: Point, b: Point, [rows, cols]: Grid): CellXyxy | null {
  const x0 = Math.max(0, Math.floor(Math.min(a.x, b.x)));
  const y0 = Math.max(0, Math.floor(Math.min(a.y, b.y)));
  const x1 = Math.min(cols, Math.floor(Math.max(a.x, b.x)) + 1);
  const y1 = Math.min(rows, Math.floor(Math.max(a.y, b.y)) + 1);
  return x0 < x1 && y0 < y1 ? [x0, y0, x1, y1] : null;
}

/** Cells of a box that lies in the grid, row by row. */
export function boxCells([x0, y0, x1, y1]: CellXyxy, [, cols]: Grid): number[] {
  const cells: number[] = [];
  for (let row = y0; row < y1; row++) for (let col = x0; col < x1; col++) cells.push(row * cols + col);
  return cells;
}

/** Cells whose centre lies in the closed polygon or on its sides, row by row; crossings count even-odd. */
export function polygonCells(corners: readonly Point[], [rows, cols]: Grid): number[] {
  const cells: number[] = [];
  if (corners.length === 0) return cells;
  const ys = corners.map(({ y }) => y);
  const xs = corners.map(({ x }) => x);
  const lastRow = Math.min(rows - 1, Math.floor(Math.max(...ys)));
  const lastCol = Math.min(cols - 1, Math.floor(Math.max(...xs)));
  for (let row = Math.max(0, Math.floor(Math.min(...ys))); row <= lastRow; row++) {
    for (let col = Math.max(0, Math.floor(Math.min(...xs))); col <= lastCol; col++) {
      if (holds(corners, { x: col + 0.5, y: row + 0.5 })) cells.push(row * cols + col);
    }
  }
  return cells;
}

function holds(corners: readonly Point[], at: Point): boolean {
  let inside = false;
  let from = corners.at(-1)!;
  for (const to of corners) {
    if (isOnSide(from, to, at)) return true;
    if (from.y > at.y !== to.y > at.y) {
      const x = from.x + ((at.y - from.y) / (to.y - from.y)) * (to.x - from.x);
      if (at.x < x) inside = !inside;
    }
    from = to;
  }
  return inside;
}

function isOnSide(from: Point, to: Point, at: Point): boolean {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((at.x - from.x) * dx + (at.y - from.y) * dy) / length;
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(at.x - from.x - part * dx, at.y - from.y - part * dy) < ON_SIDE;
}
