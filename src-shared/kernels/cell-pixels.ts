/**
 * Cells of a grid on the pixels of their picture: a pixel belongs to the cell its centre falls in, one outside of the grid
 * to none. As values for each pixel, and as outlines that run along the edges of pixels, so that the area inside an
 * outline is the number of pixels it goes around.
 */
import { checkImageSize } from './check.ts';
import { spans } from './rle.ts';
import type { Grid, GridTransform } from './types.ts';

type Size = readonly [width: number, height: number];

/** A corner of a pixel, counted from the picture's top left one. */
export type PixelCorner = readonly [x: number, y: number];

/** What belongs together through the sides of its cells (not through corners alone). */
export interface Outline {
  /** Clockwise as seen; the last corner is followed by the first. */
  readonly outer: readonly PixelCorner[];
  /** Counter-clockwise. */
  readonly holes: readonly (readonly PixelCorner[])[];
}

/** The row-major `[height*width]` values of the pixels; `outside` where there is no cell. */
export function pixelsOfCells(
  values: ArrayLike<number>,
  grid: Grid,
  transform: GridTransform,
  size: Size,
  outside: number,
): Uint8Array {
  checkImageSize(size);
  const [width, height] = size;
  const pixels = new Uint8Array(width * height);
  const columns = spans(width, transform.scaleX, transform.offsetX, grid[1]);
  let y = 0;
  for (const row of spans(height, transform.scaleY, transform.offsetY, grid[0])) {
    let x = y * width;
    for (const { cell, length } of columns) {
      const value = row.cell >= 0 && cell >= 0 ? values[row.cell * grid[1] + cell]! : outside;
      pixels.fill(value, x, (x += length));
    }
    for (let more = 1; more < row.length; more++) {
      pixels.copyWithin((y + more) * width, y * width, (y + 1) * width);
    }
    y += row.length;
  }
  return pixels;
}

/** Outlines of the pixels whose cell is not 0, from the top left on. */
export function outlinesOfCells(
  cells: ArrayLike<number>,
  grid: Grid,
  transform: GridTransform,
  size: Size,
): Outline[] {
  checkImageSize(size);
  const columns = spans(size[0], transform.scaleX, transform.offsetX, grid[1]);
  const rows = spans(size[1], transform.scaleY, transform.offsetY, grid[0]);
  const on = (row: number, col: number): boolean => {
    const [r, c] = [rows[row]?.cell ?? -1, columns[col]?.cell ?? -1];
    return r >= 0 && c >= 0 && Boolean(cells[r * grid[1] + c]);
  };
  const [xs, ys] = [ends(columns), ends(rows)];
  const rings = ringsOf(on, rows.length, columns.length).map((ring) =>
    ring.map(([col, row]): PixelCorner => [xs[col]!, ys[row]!]),
  );
  const outlines = rings
    .filter((ring) => doubleArea(ring) > 0)
    .map((outer) => ({ outer, holes: [] as (readonly PixelCorner[])[] }));
  for (const hole of rings.filter((ring) => doubleArea(ring) < 0)) {
    const around = outlines
      .filter(({ outer }) => goesAround(outer, hole))
      .sort((a, b) => doubleArea(a.outer) - doubleArea(b.outer));
    around[0]!.holes.push(hole);
  }
  return outlines;
}

/** Where spans end, in pixels; 0 first. */
function ends(parts: readonly { readonly length: number }[]): number[] {
  const at = [0];
  for (const { length } of parts) at.push(at.at(-1)! + length);
  return at;
}

/** Right, down, left, up. */
const STEPS = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

/** Boundaries with what is on to their right hand, as corners where they turn. */
function ringsOf(
  on: (row: number, col: number) => boolean,
  rows: number,
  cols: number,
): [col: number, row: number][][] {
  /** Corner → directions in which an edge leaves it. */
  const leaving = new Map<number, number[]>();
  const corner = (col: number, row: number): number => row * (cols + 1) + col;
  const edge = (col: number, row: number, direction: number): void => {
    const at = corner(col, row);
    leaving.set(at, [...(leaving.get(at) ?? []), direction]);
  };
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      if (!on(row, col)) continue;
      if (!on(row - 1, col)) edge(col, row, 0);
      if (!on(row, col + 1)) edge(col + 1, row, 1);
      if (!on(row + 1, col)) edge(col + 1, row + 1, 2);
      if (!on(row, col - 1)) edge(col, row + 1, 3);
    }
  }
  const take = (at: number, wanted: readonly number[]): number => {
    const there = leaving.get(at)!;
    const direction = wanted.find((candidate) => there.includes(candidate))!;
    const rest = there.filter((other) => other !== direction);
    if (rest.length === 0) leaving.delete(at);
    else leaving.set(at, rest);
    return direction;
  };
  const rings: [number, number][][] = [];
  for (const start of [...leaving.keys()].sort((a, b) => a - b)) {
    while (leaving.has(start)) {
      const ring: [number, number][] = [];
      let [col, row] = [start % (cols + 1), Math.floor(start / (cols + 1))];
      const first = take(start, [0, 1, 2, 3]);
      for (let direction = first; ;) {
        ring.push([col, row]);
        col += STEPS[direction]![0];
        row += STEPS[direction]![1];
        if (corner(col, row) === start && !leaving.get(start)?.includes((direction + 1) % 4)) break;
        // Where two cells touch by a corner the way goes on around its own one: to the right.
        direction = take(corner(col, row), [(direction + 1) % 4, direction, (direction + 3) % 4]);
      }
      rings.push(withoutStraights(ring));
    }
  }
  return rings;
}

function withoutStraights(ring: readonly [number, number][]): [number, number][] {
  return ring.filter(([x, y], i) => {
    const [before, after] = [ring.at(i - 1)!, ring[(i + 1) % ring.length]!];
    return (x - before[0]) * (after[1] - y) !== (y - before[1]) * (after[0] - x);
  });
}

/** Positive: clockwise as seen. */
function doubleArea(ring: readonly PixelCorner[]): number {
  return ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length]!;
    return sum + x * nextY - nextX * y;
  }, 0);
}

/** Whether the hole lies inside of the outline: by a point just inside of the hole's first corner, no corner of either. */
function goesAround(outer: readonly PixelCorner[], hole: readonly PixelCorner[]): boolean {
  // Counter-clockwise from its top left corner on, a hole's inside is to the right and below of that corner.
  const [left, top] = hole.reduce((a, b) => (b[1] < a[1] || (b[1] === a[1] && b[0] < a[0]) ? b : a));
  const [px, py] = [left + 0.5, top + 0.5];
  let inside = false;
  for (let i = 0; i < outer.length; i++) {
    const [[ax, ay], [bx, by]] = [outer[i]!, outer[(i + 1) % outer.length]!];
    if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/**
 * Everything as one closed line, for formats that know nothing else: from what was drawn so far it goes to the nearest
 * corner of the next part or hole, around it and back the same way, so that the line between encloses nothing.
 */
export function oneLine(outlines: readonly Outline[]): PixelCorner[] {
  const [first, ...rest] = outlines.flatMap(({ outer, holes }) => [outer, ...holes]);
  let line: PixelCorner[] = [...(first ?? [])];
  for (const ring of rest) {
    let [from, to, least] = [0, 0, Infinity];
    line.forEach(([ax, ay], i) => {
      ring.forEach(([bx, by], j) => {
        const distance = (ax - bx) ** 2 + (ay - by) ** 2;
        if (distance < least) [from, to, least] = [i, j, distance];
      });
    });
    line = [...line.slice(0, from + 1), ...ring.slice(to), ...ring.slice(0, to + 1), ...line.slice(from)];
  }
  return line;
}
