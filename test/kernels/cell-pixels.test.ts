import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  oneLine,
  outlinesOfCells,
  pixelsOfCells,
  type PixelCorner,
} from '../../src-shared/kernels/cell-pixels.ts';
import { maskFromRle, rleFromCells } from '../../src-shared/kernels/rle.ts';
import { nativeTransform, squaredTransform } from '../../src-shared/kernels/transform.ts';
import type { Grid } from '../../src-shared/kernels/types.ts';

function draw(rows: readonly string[]) {
  const grid: Grid = [rows.length, rows[0]!.length];
  return { grid, cells: Int8Array.from(rows.join(''), (mark) => (mark === '#' ? 1 : 0)) };
}

const native = (rows: readonly string[], cell: number) => {
  const { grid, cells } = draw(rows);
  const size = [grid[1] * cell, grid[0] * cell] as const;
  return outlinesOfCells(cells, grid, nativeTransform(size, grid), size);
};

function area(line: readonly PixelCorner[]): number {
  return line.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = line[(i + 1) % line.length]!;
    return sum + (x * nextY - nextX * y) / 2;
  }, 0);
}

/** Even-odd at the middle of every pixel. */
function fill(rings: readonly (readonly PixelCorner[])[], [width, height]: readonly [number, number]) {
  return Uint8Array.from({ length: width * height }, (_, at) => {
    const [px, py] = [(at % width) + 0.5, Math.floor(at / width) + 0.5];
    let inside = 0;
    for (const ring of rings) {
      ring.forEach(([ax, ay], i) => {
        const [bx, by] = ring[(i + 1) % ring.length]!;
        if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) inside ^= 1;
      });
    }
    return inside;
  });
}

test('an outline runs along the edges of pixels: 20×10 pixels have the area 200', () => {
  const [outline, ...none] = native(['....', '.##.', '....'], 10);
  assert.deepEqual(none, []);
  assert.deepEqual(outline, {
    outer: [
      [10, 10],
      [30, 10],
      [30, 20],
      [10, 20],
    ],
    holes: [],
  });
});

test('one pixel is a square of one pixel; a hole is a hole; cells that touch by a corner are two parts', () => {
  assert.equal(area(native(['.#'], 1)[0]!.outer), 1);
  const ring = native(['###', '#.#', '###'], 2);
  assert.equal(ring.length, 1);
  assert.deepEqual([area(ring[0]!.outer), ring[0]!.holes.map(area)], [36, [-4]]);
  assert.equal(native(['#.', '.#'], 3).length, 2);
  // An island in the hole, with a hole of its own.
  const nested = native(['#######', '#.....#', '#.###.#', '#.#.#.#', '#.###.#', '#.....#', '#######'], 1);
  assert.deepEqual(
    nested.map(({ outer, holes }) => [area(outer), holes.map(area)]),
    [
      [49, [-25]],
      [9, [-1]],
    ],
  );
});

test('any label: outlines, the one line and the values of pixels are the pixels of its RLE', () => {
  const grids = fc.record({
    rows: fc.integer({ min: 1, max: 7 }),
    cols: fc.integer({ min: 1, max: 7 }),
    width: fc.integer({ min: 1, max: 23 }),
    height: fc.integer({ min: 1, max: 23 }),
    squared: fc.boolean(),
    bits: fc.array(fc.boolean(), { minLength: 49, maxLength: 49 }),
  });
  fc.assert(
    fc.property(grids, ({ rows, cols, width, height, squared, bits }) => {
      const grid: Grid = [rows, cols];
      const size = [width, height] as const;
      const transform = squared ? squaredTransform(size, grid) : nativeTransform(size, grid);
      const cells = Int8Array.from({ length: rows * cols }, (_, i) => (bits[i] ? 1 : 0));
      const mask = maskFromRle(rleFromCells(cells, grid, transform, size));
      const outlines = outlinesOfCells(cells, grid, transform, size);
      assert.deepEqual(
        fill(
          outlines.flatMap(({ outer, holes }) => [outer, ...holes]),
          size,
        ),
        mask,
      );
      const line = oneLine(outlines);
      assert.equal(
        area(line),
        mask.reduce((sum, on) => sum + on, 0),
      );
      // Even-odd counts a way there and back twice.
      assert.deepEqual(fill([line], size), mask);
      assert.deepEqual(pixelsOfCells(cells, grid, transform, size, 0), mask);
    }),
  );
});
