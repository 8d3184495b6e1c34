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
