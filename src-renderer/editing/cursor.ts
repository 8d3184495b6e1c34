/** The cell cursor: where the tools act when they are used from the keyboard. Columns and rows of the label's grid. */
import { cellToSource } from '../../src-shared/kernels/transform.ts';
import type { Grid, GridTransform } from '../../src-shared/kernels/types.ts';
import { cellAt, toGrid, type Point } from '../canvas/viewport.ts';

/** Cells a cursor jumps with Shift held. */
export const JUMP = 5;

/** World point (source pixels) of grid coordinates. */
export function fromGrid(at: Point, transform: GridTransform): Point {
  const [x, y] = cellToSource(transform, at.x, at.y);
  return { x, y };
}

/** The centre of the cell under a world point, in grid coordinates; of the middle cell when it is on none. */
export function cursorAt(world: Point | null, grid: Grid, transform: GridTransform): Point {
  const at = world && toGrid(world, transform);
  const cell = at && cellAt(at, grid);
  const [row, col] =
    cell === null
      ? [Math.floor(grid[0] / 2), Math.floor(grid[1] / 2)]
      : [Math.floor(cell / grid[1]), cell % grid[1]];
  return { x: col + 0.5, y: row + 0.5 };
}

const STEPS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Where a key takes the cursor, staying in the grid; null when the key is no step. */
export function stepped(at: Point, key: string, jump: boolean, [rows, cols]: Grid): Point | null {
  const step = STEPS[key];
  if (!step) return null;
  const clamp = (value: number, most: number) => Math.min(most - 0.5, Math.max(0.5, value));
  const by = jump ? JUMP : 1;
  return { x: clamp(at.x + step.x * by, cols), y: clamp(at.y + step.y * by, rows) };
}
