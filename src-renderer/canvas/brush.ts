/**
 * Painting on the token grid. A stroke is a chain of segments in grid coordinates (columns, rows; fractional), so a
 * quick drag leaves no gaps however few pointer events arrive.
 */
import type { Grid, Labels } from '../../src-shared/kernels/types.ts';
import type { Point } from './viewport.ts';

export const BRUSH_SIZES = [1, 2, 3, 5, 7, 9, 13] as const;

/** The next larger or smaller brush; stays at the ends. */
export function stepBrush(size: number, direction: 1 | -1): number {
  const at = BRUSH_SIZES.findIndex((known) => known >= size);
  const next = Math.min(
    BRUSH_SIZES.length - 1,
    Math.max(0, (at < 0 ? BRUSH_SIZES.length - 1 : at) + direction),
  );
  return BRUSH_SIZES[next]!;
}

/** Cells a brush of `size` cells across touches on the way between two points. */
export function brushCells(grid: Grid, from: Point, to: Point, size: number): number[] {
  const cells = new Set<number>();
  const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) * 4));
  for (let step = 0; step <= steps; step++) {
    const part = step / steps;
    stamp(cells, grid, from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part, size);
  }
  return [...cells];
}

/** A round brush that snaps to the grid, so that its shape is the same everywhere: 1, 2×2, 3×3, 5×5 less corners, … */
function stamp(cells: Set<number>, [rows, cols]: Grid, x: number, y: number, size: number): void {
  const snap = (at: number) => (size % 2 === 0 ? Math.round(at) : Math.floor(at) + 0.5);
  const [cx, cy, radius] = [snap(x), snap(y), size / 2];
  for (let row = Math.max(0, Math.floor(cy - radius)); row < Math.min(rows, cy + radius); row++) {
    for (let col = Math.max(0, Math.floor(cx - radius)); col < Math.min(cols, cx + radius); col++) {
      if ((row + 0.5 - cy) ** 2 + (col + 0.5 - cx) ** 2 <= radius ** 2) cells.add(row * cols + col);
    }
  }
}

/** Sets cells of a label in place and says how many really changed. */
export function paint(label: Labels, cells: readonly number[], value: number): number {
  let changed = 0;
  for (const cell of cells) {
    if (label[cell] === value) continue;
    label[cell] = value;
    changed++;
  }
  return changed;
}
