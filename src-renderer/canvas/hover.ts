/**
 * What lies under the pointer, in the grid that is meant: every map and the label have grids of their own (METHOD §1),
 * so the pointer is kept in world units and asked of each.
 */
import type { Grid, GridTransform } from '../../src-shared/kernels/types.ts';
import { brushCells, paint } from './brush.ts';
import { outline } from './contour.ts';
import { cellAt, toGrid, tokensAt, type Point, type Tokens } from './viewport.ts';

/** A grid and where it lies on the picture. */
export interface Place {
  readonly grid: Grid;
  readonly transform: GridTransform;
}

/** Index of the cell under a world point, or null where there is none. */
export function cellUnder(place: Place | null, world: Point | null): number | null {
  return place && world ? cellAt(toGrid(world, place.transform), place.grid) : null;
}

/**
 * Outline of the cell under a world point (flat x0, y0, x1, y1 in grid coordinates), or of all a brush of that size
 * would paint; null where there is no cell.
 * @param brush its size in cells; 0: no brush
 */
export function outlineUnder(
  place: Place | null,
  world: Point | null,
  brush: number,
): { readonly lines: readonly number[]; readonly at: Tokens; readonly kind: 'token' | 'brush' } | null {
  const cell = cellUnder(place, world);
  if (!place || !world || cell === null) return null;
  const under = new Int8Array(place.grid[0] * place.grid[1]);
  const at = toGrid(world, place.transform);
  paint(under, brush === 0 ? [cell] : brushCells(place.grid, at, at, brush), 1);
  const kind = brush === 0 ? 'token' : 'brush';
  return { lines: outline(under, place.grid, 1), at: tokensAt(place), kind };
}
