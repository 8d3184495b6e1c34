import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { boxCells, polygonCells, touchedBox } from '../../../src-renderer/editing/shapes.ts';
import type { Grid } from '../../../src-shared/kernels/types.ts';

const GRID: Grid = [7, 9];
const coordinate = fc.double({ min: -3, max: 12, noNaN: true });
const point = fc.record({ x: coordinate, y: coordinate });

test('[E2] a rectangle covers every cell it touches, whichever corners it is drawn from', () => {
  fc.assert(
    fc.property(point, point, (a, b) => {
      const box = touchedBox(a, b, GRID);
      assert.deepEqual(touchedBox(b, a, GRID), box);
      assert.deepEqual(touchedBox({ x: a.x, y: b.y }, { x: b.x, y: a.y }, GRID), box);
      const covered = new Set(box ? boxCells(box, GRID) : []);
      for (let cell = 0; cell < GRID[0] * GRID[1]; cell++) {
        const [col, row] = [cell % GRID[1], Math.floor(cell / GRID[1])];
        const touched =
          Math.max(a.x, b.x) >= col &&
          Math.min(a.x, b.x) < col + 1 &&
          Math.max(a.y, b.y) >= row &&
          Math.min(a.y, b.y) < row + 1;
        assert.equal(covered.has(cell), touched, `cell ${cell}`);
      }
    }),
  );
});

test('[E2] a click without a drag is the one cell under it; beside the grid it is none', () => {
  const at = { x: 2.4, y: 3.6 };
  assert.deepEqual(touchedBox(at, at, GRID), [2, 3, 3, 4]);
  assert.equal(touchedBox({ x: -2, y: 1 }, { x: -0.1, y: 4 }, GRID), null);
});

test('[E3] a polygon of a rectangle’s corners covers the cells whose centre it holds', () => {
  fc.assert(
    fc.property(point, point, (a, b) => {
      const cells = new Set(polygonCells([a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }], GRID));
      for (let cell = 0; cell < GRID[0] * GRID[1]; cell++) {
        const [x, y] = [(cell % GRID[1]) + 0.5, Math.floor(cell / GRID[1]) + 0.5];
        const clear = Math.min(...[a.x, b.x].map((at) => Math.abs(at - x))) > 1e-5;
        if (!clear || Math.min(...[a.y, b.y].map((at) => Math.abs(at - y))) <= 1e-5) continue;
        const inside = (p: number, q: number, at: number) => at > Math.min(p, q) && at < Math.max(p, q);
        assert.equal(cells.has(cell), inside(a.x, b.x, x) && inside(a.y, b.y, y), `cell ${cell}`);
      }
    }),
  );
});

test('[E3] turning or reversing the corners changes nothing, and no cell beside the grid comes out', () => {
  fc.assert(
    fc.property(fc.array(point, { minLength: 3, maxLength: 8 }), fc.nat(7), (corners, turn) => {
      const cells = polygonCells(corners, GRID);
      const at = turn % corners.length;
      assert.deepEqual(polygonCells([...corners.slice(at), ...corners.slice(0, at)], GRID), cells);
      assert.deepEqual(polygonCells([...corners].reverse(), GRID), cells);
      assert.ok(cells.every((cell) => cell >= 0 && cell < GRID[0] * GRID[1]));
    }),
  );
});

test('[E3] corners on cell centres count: the keyboard’s polygon holds the cells it was drawn through', () => {
  const centre = (col: number, row: number) => ({ x: col + 0.5, y: row + 0.5 });
  assert.deepEqual(polygonCells([centre(1, 1), centre(3, 1), centre(1, 3)], GRID), [10, 11, 12, 19, 20, 28]);
});
