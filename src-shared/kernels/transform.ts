/**
 * Where a grid lies on its source picture: cell = scale · pixel + offset per axis. For display, hit-testing and truth;
 * the reference's own float32 box conversions are in the RoI kernels.
 */
import { cellCount, checkImageSize } from './check.ts';
import type { CellXyxy, Grid, GridTransform, SourceXyxy } from './types.ts';

/** The picture centred on a square (LLaVA's padding: the smaller half, in whole pixels, left and above). */
export function squaredTransform(size: readonly [width: number, height: number], grid: Grid): GridTransform {
  cellCount(grid);
  checkImageSize(size);
  const long = Math.max(size[0], size[1]);
  const scaleX = grid[1] / long;
  const scaleY = grid[0] / long;
  return {
    scaleX,
    scaleY,
    offsetX: Math.floor((long - size[0]) / 2) * scaleX,
    offsetY: Math.floor((long - size[1]) / 2) * scaleY,
  };
}

/** The picture seen as it is, stretched over the whole grid. */
export function nativeTransform(size: readonly [width: number, height: number], grid: Grid): GridTransform {
  cellCount(grid);
  checkImageSize(size);
  return { scaleX: grid[1] / size[0], scaleY: grid[0] / size[1], offsetX: 0, offsetY: 0 };
}

/** A point in source pixels as [column, row] in cells, fractions kept. */
export function sourceToCell(t: GridTransform, x: number, y: number): [col: number, row: number] {
  return [x * t.scaleX + t.offsetX, y * t.scaleY + t.offsetY];
}

/** A point in cells as [x, y] in source pixels. */
export function cellToSource(t: GridTransform, col: number, row: number): [x: number, y: number] {
  return [(col - t.offsetX) / t.scaleX, (row - t.offsetY) / t.scaleY];
}

/** A cell box in source pixels, fractions kept, not clamped to the picture. */
export function cellBoxToSource(t: GridTransform, box: CellXyxy): SourceXyxy {
  return [...cellToSource(t, box[0], box[1]), ...cellToSource(t, box[2], box[3])];
}

/** A cell box in source pixels, clamped to the picture and truncated; may have no area. `size` is [width, height]. */
export function cellBoxToWholePixels(
  t: GridTransform,
  box: CellXyxy,
  size: readonly [width: number, height: number],
): SourceXyxy {
  const [x0, y0, x1, y1] = cellBoxToSource(t, box);
  const clamp = (v: number, max: number): number => Math.trunc(Math.min(Math.max(v, 0), max));
  return [clamp(x0, size[0]), clamp(y0, size[1]), clamp(x1, size[0]), clamp(y1, size[1])];
}

/** The box of whole cells, at least one each way, whose edges are nearest to those of a source box. */
export function nearestCells(t: GridTransform, box: SourceXyxy, [rows, cols]: Grid): CellXyxy {
  const [x0, y0, x1, y1] = sourceBoxToCells(t, box);
  const ends = (low: number, high: number, cells: number): [number, number] => {
    const from = Math.min(Math.max(Math.round(low), 0), cells - 1);
    return [from, Math.min(Math.max(Math.round(high), from + 1), cells)];
  };
  const [left, right] = ends(x0, x1, cols);
  const [top, bottom] = ends(y0, y1, rows);
  return [left, top, right, bottom];
}

/** A source box in cells, fractions kept, not clamped to the grid. */
export function sourceBoxToCells(t: GridTransform, box: SourceXyxy): CellXyxy {
  return [...sourceToCell(t, box[0], box[1]), ...sourceToCell(t, box[2], box[3])];
}
