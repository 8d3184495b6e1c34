/** The gallery's grid: how many tiles fit, which of them to draw, where a key leads. */
import { MAX_LIST_PIXELS } from '../shell/list/window.ts';

export const TILE_MIN = 96;
export const TILE_MAX = 384;
/** Under the picture: the question's line and the line of facts, in pixels. */
export const CAPTION = 42;
const GAP = 8;

export interface GridShape {
  readonly columns: number;
  /** Width of a tile and distance between rows, in pixels. */
  readonly tile: number;
  readonly row: number;
  readonly rows: number;
  /** Height of all rows. */
  readonly height: number;
}

/** @param size wished width of a tile; tiles grow to fill the width */
export function gridShape(width: number, size: number, total: number): GridShape {
  const columns = Math.max(1, Math.floor((width - GAP) / (size + GAP)));
  const tile = Math.max(1, Math.floor((width - GAP) / columns) - GAP);
  const row = tile + CAPTION + GAP;
  const rows = Math.ceil(total / columns);
  return { columns, tile, row, rows, height: Math.min(MAX_LIST_PIXELS, rows * row + GAP) };
}

/** Left and top of a tile. */
export function tilePlace({ columns, tile, row }: GridShape, index: number): { left: number; top: number } {
  return { left: GAP + (index % columns) * (tile + GAP), top: GAP + Math.floor(index / columns) * row };
}

/** Indices to draw, `end` exclusive: what is in sight and a row on both sides. */
export function tilesInSight(
  shape: GridShape,
  scrollTop: number,
  height: number,
  total: number,
): { first: number; end: number } {
  const firstRow = Math.max(0, Math.floor(scrollTop / shape.row) - 1);
  const endRow = Math.ceil((scrollTop + height) / shape.row) + 1;
  const first = Math.min(total, firstRow * shape.columns);
  return { first, end: Math.max(first, Math.min(total, endRow * shape.columns)) };
}

/** The place to scroll to so that a tile is whole in sight, moving as little as possible. */
export function scrollToTile(shape: GridShape, index: number, scrollTop: number, height: number): number {
  const top = Math.floor(index / shape.columns) * shape.row;
  if (top < scrollTop) return top;
  const bottom = top + shape.row + GAP;
  return bottom > scrollTop + height ? Math.max(0, bottom - height) : scrollTop;
}

interface Sight {
  readonly shape: GridShape;
  /** Of what is in sight, in pixels. */
  readonly height: number;
}

/**
 * The place to scroll to when tiles are laid out anew, so that what was in sight still is: the current tile if it was, else the row
 * at the top.
 * @param scrollTop as it was
 */
export function keptInSight(before: Sight, now: Sight, scrollTop: number, current: number): number {
  const { columns, row } = before.shape;
  const alike = columns === now.shape.columns && row === now.shape.row;
  if (alike && before.height === now.height) return scrollTop;
  const top = Math.floor(current / columns) * row;
  const middle = top + row / 2;
  const wasSeen = middle > scrollTop && middle < scrollTop + before.height;
  const anchor = wasSeen ? current : Math.round(scrollTop / row) * columns;
  const wasAt = Math.floor(anchor / columns) * row - scrollTop;
  // As far from the top edge as it was, in rows: they may be of another height.
  const there = Math.floor(anchor / now.shape.columns) * now.shape.row - (wasAt / row) * now.shape.row;
  const most = Math.max(0, now.shape.height - now.height);
  const place = Math.min(most, Math.max(0, Math.round(there)));
  return alike && !wasSeen ? place : scrollToTile(now.shape, anchor, place, now.height);
}

/** Where a key leads from `index`; null for keys that do not move. */
export function moveInGrid(
  key: string,
  index: number,
  { columns, row }: GridShape,
  height: number,
  total: number,
): number | null {
  const page = Math.max(1, Math.floor(height / row)) * columns;
  const column = index % columns;
  const last = total - 1;
  const down = (by: number): number =>
    // A short last row: its last tile is the nearest.
    index + by <= last ? index + by : Math.floor(index / columns) < Math.floor(last / columns) ? last : index;
  const to = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    ArrowUp: index - columns >= 0 ? index - columns : index,
    ArrowDown: down(columns),
    PageUp: index - page >= 0 ? index - page : column,
    PageDown: down(page),
    Home: 0,
    End: last,
  }[key];
  return to === undefined || total === 0 ? null : Math.min(last, Math.max(0, to));
}
