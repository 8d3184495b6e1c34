/**
 * The maths of the view that all panes share. World units are source pixels of the picture; pane units are CSS
 * pixels from the pane's top left corner: pane = world * scale + offset.
 */
import type { Grid, GridTransform } from '../../src-shared/kernels/types.ts';

export interface Viewport {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rect extends Point, Size {}

/** CSS pixels per source pixel: far enough out for a panorama, far enough in for one token. */
export const MAX_SCALE = 64;
const MIN_FIT_SHARE = 0.2;
const FIT_MARGIN = 8;

/** The whole picture, centred, with a small margin. */
export function fit(picture: Size, pane: Size): Viewport {
  const width = Math.max(1, pane.width - 2 * FIT_MARGIN);
  const height = Math.max(1, pane.height - 2 * FIT_MARGIN);
  const scale = Math.min(width / picture.width, height / picture.height);
  return centred(scale, { x: picture.width / 2, y: picture.height / 2 }, pane);
}

/** `scale` with a world point in the pane's centre. */
export function centred(scale: number, world: Point, pane: Size): Viewport {
  return { scale, x: pane.width / 2 - world.x * scale, y: pane.height / 2 - world.y * scale };
}

/** Zooms by `factor` so that what lies under `at` (pane units) stays there; limits depend on the picture's fit. */
export function zoomAt(view: Viewport, factor: number, at: Point, picture: Size, pane: Size): Viewport {
  const least = Math.min(1, fit(picture, pane).scale) * MIN_FIT_SHARE;
  const most = Math.max(MAX_SCALE, fit(picture, pane).scale);
  const scale = Math.min(most, Math.max(least, view.scale * factor));
  const applied = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * applied, y: at.y - (at.y - view.y) * applied };
}

/** Moves the picture, keeping a corner of it inside the pane so that it can never be lost. */
export function pan(view: Viewport, dx: number, dy: number, picture: Size, pane: Size): Viewport {
  const keep = 32;
  const x = clamp(view.x + dx, keep - picture.width * view.scale, pane.width - keep);
  const y = clamp(view.y + dy, keep - picture.height * view.scale, pane.height - keep);
  return { scale: view.scale, x, y };
}

export function toWorld(view: Viewport, at: Point): Point {
  return { x: (at.x - view.x) / view.scale, y: (at.y - view.y) / view.scale };
}

export function toPane(view: Viewport, world: Point): Point {
  return { x: world.x * view.scale + view.x, y: world.y * view.scale + view.y };
}

/** The same view after the pane or the picture changed size: same part of the picture, same share of the fit. */
export function carryOver(
  view: Viewport,
  from: { picture: Size; pane: Size },
  to: { picture: Size; pane: Size },
): Viewport {
  const middle = toWorld(view, { x: from.pane.width / 2, y: from.pane.height / 2 });
  const share = view.scale / fit(from.picture, from.pane).scale;
  const world = {
    x: (middle.x / from.picture.width) * to.picture.width,
    y: (middle.y / from.picture.height) * to.picture.height,
  };
  return centred(share * fit(to.picture, to.pane).scale, world, to.pane);
}

/** Where the grid lies on the picture, in world units (outside it where the model padded). */
export function gridRect(grid: Grid, transform: GridTransform): Rect {
  const x = -transform.offsetX / transform.scaleX;
  const y = -transform.offsetY / transform.scaleY;
  return { x, y, width: grid[1] / transform.scaleX, height: grid[0] / transform.scaleY };
}

/** A grid and where it lies, as the canvas draws it. */
export interface Tokens {
  readonly rect: Rect;
  readonly rows: number;
  readonly cols: number;
}

/** Where the cells of a label or a map lie, in world units. */
export function tokensAt(place: { readonly grid: Grid; readonly transform: GridTransform }): Tokens {
  const [rows, cols] = place.grid;
  return { rect: gridRect(place.grid, place.transform), rows, cols };
}

/** World point to grid coordinates (columns, rows; fractional). */
export function toGrid(world: Point, transform: GridTransform): Point {
  return {
    x: world.x * transform.scaleX + transform.offsetX,
    y: world.y * transform.scaleY + transform.offsetY,
  };
}

/** Index of the cell at a grid point, or null outside the grid. */
export function cellAt(point: Point, grid: Grid): number | null {
  const column = Math.floor(point.x);
  const row = Math.floor(point.y);
  if (row < 0 || column < 0 || row >= grid[0] || column >= grid[1]) return null;
  return row * grid[1] + column;
}

function clamp(value: number, low: number, high: number): number {
  return low > high ? (low + high) / 2 : Math.min(high, Math.max(low, value));
}
