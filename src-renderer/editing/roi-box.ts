/**
 * A foreground region taken by the box around it (SPEC: E7–E9). Boxes hold whole cells: xyxy in columns and rows,
 * exclusive maxima. Resizing says "the region is this box": all of it foreground. Moving keeps the region's shape.
 * What the region leaves becomes background; nothing else changes.
 */
import { BG, FG, type CellXyxy, type Grid, type Labels } from '../../src-shared/kernels/types.ts';
import { boxCells } from './shapes.ts';
import type { Point } from '../canvas/viewport.ts';

/** Which sides a handle moves: -1 the left or upper one, 1 the right or lower one, 0 none. */
export interface Handle {
  readonly x: -1 | 0 | 1;
  readonly y: -1 | 0 | 1;
}

/** Corners first: where handles of a small box lie close together, a corner is what one wants. */
export const HANDLES: readonly Handle[] = [
  { x: -1, y: -1 },
  { x: 1, y: -1 },
  { x: 1, y: 1 },
  { x: -1, y: 1 },
  { x: 0, y: -1 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -1, y: 0 },
];

/** Where a handle lies, in grid coordinates. */
export function handlePoint([x0, y0, x1, y1]: CellXyxy, { x, y }: Handle): Point {
  return { x: x0 + ((x + 1) / 2) * (x1 - x0), y: y0 + ((y + 1) / 2) * (y1 - y0) };
}

/**
 * The handle within `reach` (cells, per axis) of a point, or null. Inside the box handles reach less than a quarter of
 * its side, so that a small box can still be taken by its middle.
 */
export function handleAt(box: CellXyxy, at: Point, reach: Point): Handle | null {
  const inside = holdsPoint(box, at);
  const near = (far: number, most: number, side: number) =>
    far <= most && (!inside || far < side / 4 || far === 0);
  for (const handle of HANDLES) {
    const point = handlePoint(box, handle);
    const nearX = near(Math.abs(point.x - at.x), reach.x, box[2] - box[0]);
    if (nearX && near(Math.abs(point.y - at.y), reach.y, box[3] - box[1])) return handle;
  }
  return null;
}

/** Whether a point lies in a box. */
export function holdsPoint([x0, y0, x1, y1]: CellXyxy, { x, y }: Point): boolean {
  return x >= x0 && y >= y0 && x < x1 && y < y1;
}

/** The box with the handle's sides at `to`: whole cells, at least one across, inside the grid. */
export function resized(box: CellXyxy, handle: Handle, to: Point, [rows, cols]: Grid): CellXyxy {
  const [x0, x1] = span(box[0], box[2], handle.x, to.x, cols);
  const [y0, y1] = span(box[1], box[3], handle.y, to.y, rows);
  return [x0, y0, x1, y1];
}

function span(low: number, high: number, side: -1 | 0 | 1, to: number, most: number): [number, number] {
  const at = Math.min(most, Math.max(0, Math.round(to)));
  if (side < 0) return [Math.min(at, high - 1), high];
  return side > 0 ? [low, Math.max(at, low + 1)] : [low, high];
}

/** By how many whole cells a box may be moved towards `by` without leaving the grid. */
export function moveWithin(
  [x0, y0, x1, y1]: CellXyxy,
  by: Point,
  [rows, cols]: Grid,
): { dx: number; dy: number } {
  return {
    dx: Math.min(cols - x1, Math.max(-x0, Math.round(by.x))),
    dy: Math.min(rows - y1, Math.max(-y0, Math.round(by.y))),
  };
}

/** A new label in which the region is exactly `box`. */
export function withBox(label: Labels, grid: Grid, region: readonly number[], box: CellXyxy): Labels {
  return withRegion(label, region, boxCells(box, grid));
}

/** A new label in which the region has moved by whole cells; it must stay inside the grid. */
export function withMoved(
  label: Labels,
  [, cols]: Grid,
  region: readonly number[],
  { dx, dy }: { dx: number; dy: number },
): Labels {
  return withRegion(
    label,
    region,
    region.map((cell) => cell + dy * cols + dx),
  );
}

function withRegion(label: Labels, from: readonly number[], to: readonly number[]): Labels {
  const changed = label.slice();
  for (const cell of from) changed[cell] = BG;
  for (const cell of to) changed[cell] = FG;
  return changed;
}
