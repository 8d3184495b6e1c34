/** The part of a map that lies on the picture. */
import { cellBoxToSource, cellToSource, sourceBoxToCells } from '../../../src-shared/kernels/transform.ts';
import type { Grid, SourceXyxy } from '../../../src-shared/kernels/types.ts';
import type { Placement } from '../subject/geometry.ts';

type Size = readonly [width: number, height: number];

/** Rounding of a transform: a cell that is touched by less is not touched. */
const EDGE = 1e-6;

export interface Region {
  readonly values: Float32Array;
  readonly grid: Grid;
  /** Where it lies, in source pixels rounded to whole ones; cells at an edge may reach beyond the picture. */
  readonly box: SourceXyxy;
}

/** The cells that touch the picture. @param map `[H*W]` on the placement's grid; @param size of the picture */
export function pictureRegion(map: Float32Array, { grid, transform }: Placement, size: Size): Region {
  const [x0, y0, x1, y1] = sourceBoxToCells(transform, [0, 0, ...size]);
  const low = (cell: number): number => Math.max(0, Math.floor(cell + EDGE));
  const high = (cell: number, cells: number): number => Math.min(cells, Math.ceil(cell - EDGE));
  const [left, top, right, bottom] = [low(x0), low(y0), high(x1, grid[1]), high(y1, grid[0])];
  const own = [bottom - top, right - left] as const;
  const values = new Float32Array(own[0] * own[1]);
  for (let row = 0; row < own[0]; row++) {
    const from = (top + row) * grid[1] + left;
    values.set(map.subarray(from, from + own[1]), row * own[1]);
  }
  const [sx0, sy0, sx1, sy1] = cellBoxToSource(transform, [left, top, right, bottom]);
  return {
    values,
    grid: own,
    box: [Math.round(sx0), Math.round(sy0), Math.round(sx1), Math.round(sy1)],
  };
}

/** The map with 0 where the middle of a cell lies beside the picture. */
export function onPicture(
  map: Float32Array,
  { grid, transform }: Placement,
  [width, height]: Size,
): Float32Array {
  return map.map((value, i) => {
    const [x, y] = cellToSource(transform, (i % grid[1]) + 0.5, Math.floor(i / grid[1]) + 0.5);
    return x >= 0 && y >= 0 && x < width && y < height ? value : 0;
  });
}
