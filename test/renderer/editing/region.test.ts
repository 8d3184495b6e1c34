import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { grow, shrink } from '../../../src-renderer/editing/grow.ts';
import { boxAround, regionAt } from '../../../src-renderer/editing/region.ts';
import {
  HANDLES,
  handleAt,
  handlePoint,
  moveWithin,
  resized,
  withBox,
  withMoved,
} from '../../../src-renderer/editing/roi-box.ts';
import { boxCells } from '../../../src-renderer/editing/shapes.ts';
import { components } from '../../../src-shared/kernels/roi/components.ts';
import { BG, FG, IGNORE, type Grid } from '../../../src-shared/kernels/types.ts';

const ROWS = 5;
const COLS = 6;
const GRID: Grid = [ROWS, COLS];
const label = fc
  .array(fc.constantFrom(FG, BG, IGNORE), { minLength: ROWS * COLS, maxLength: ROWS * COLS })
  .map((values) => Int8Array.from(values));
const cell = fc.nat(ROWS * COLS - 1);

/** A label as drawn: `#` foreground, `.` background, `/` ignore. */
function drawn(...rows: string[]): { label: Int8Array; grid: Grid } {
  const value: Record<string, number> = { '#': FG, '.': BG, '/': IGNORE };
  return {
    label: Int8Array.from([...rows.join('')].map((mark) => value[mark])),
    grid: [rows.length, rows[0].length],
  };
}

test('[E4] foreground hangs together over corners, exactly as boxes are cut from a map', () => {
  fc.assert(
    fc.property(label, (values) => {
      const boxes = new Set<string>();
      values.forEach((value, at) => {
        if (value !== FG) return;
        const region = regionAt(values, GRID, at);
        assert.ok(region.includes(at) && region.every((one) => values[one] === FG));
        boxes.add(JSON.stringify([region.length, ...boxAround(region, GRID)]));
      });
      const mask = values.map((value) => Number(value === FG));
      const expected = components(mask, GRID).map(({ cells, minRow, minCol, maxRow, maxCol }) =>
        JSON.stringify([cells, minCol, minRow, maxCol + 1, maxRow + 1]),
      );
      assert.deepEqual([...boxes].sort(), [...new Set(expected)].sort());
    }),
  );
});

test('[E4] a fill of background does not slip out between two foreground cells that meet at a corner', () => {
  const { label: ring, grid } = drawn('.#..', '#.#.', '.#..');
  assert.deepEqual(regionAt(ring, grid, 5), [5]);
  assert.deepEqual(regionAt(ring, grid, 0), [0]);
  assert.equal(regionAt(ring, grid, 1).length, 4);
});

test('[E5] growing adds the ring around, shrinking what is left takes it off again', () => {
  const { label: one, grid } = drawn('......', '......', '..##..', '......', '......');
  assert.deepEqual(grow(one, grid), drawn('......', '.####.', '.####.', '.####.', '......').label);
  assert.deepEqual(shrink(grow(one, grid), grid), one);
});

test('[E5] growing and shrinking only add and only take, and what is left by shrinking is background', () => {
  fc.assert(
    fc.property(label, (values) => {
      const [grown, shrunk] = [grow(values, GRID), shrink(values, GRID)];
      values.forEach((value, at) => {
        if (value === FG) assert.equal(grown[at], FG);
        else assert.equal(shrunk[at], value);
        assert.ok(shrunk[at] === values[at] || shrunk[at] === BG);
      });
      // Closing never loses foreground, opening never adds any.
      const isFg = (one: Int8Array, other: Int8Array) => one.every((v, at) => v !== FG || other[at] === FG);
      assert.ok(isFg(values, shrink(grow(values, GRID), GRID)));
      assert.ok(isFg(grow(shrunk, GRID), values));
    }),
  );
});

test('[E5] a region at the grid’s border does not draw back from it', () => {
  const { label: edge, grid } = drawn('###', '###', '...');
  assert.deepEqual(shrink(edge, grid), drawn('###', '...', '...').label);
});

test('[E5] with a region taken the others stay as they are', () => {
  const { label: two, grid } = drawn('#....#', '......', '......');
  assert.deepEqual(grow(two, grid, [0]), drawn('##...#', '##....', '......').label);
});

test('[E7] every handle is found at its place and moves only its own sides', () => {
  for (const handle of HANDLES) {
    const at = handlePoint([1, 1, 5, 4], handle);
    assert.deepEqual(handleAt([1, 1, 5, 4], at, { x: 0.4, y: 0.4 }), handle);
    const moved = resized([1, 1, 5, 4], handle, { x: at.x + 0.6 * handle.x, y: at.y + 0.6 * handle.y }, GRID);
    assert.deepEqual(moved, [
      handle.x < 0 ? 0 : 1,
      handle.y < 0 ? 0 : 1,
      handle.x > 0 ? 6 : 5,
      handle.y > 0 ? 5 : 4,
    ]);
  }
  assert.equal(handleAt([1, 1, 5, 4], { x: 3, y: 2.5 }, { x: 0.4, y: 0.4 }), null);
});

const coordinate = fc.double({ min: -9, max: 15, noNaN: true });
test('[E7] [E8] boxes stay inside the grid and at least one cell across, wherever they are dragged', () => {
  fc.assert(
    fc.property(
      label,
      cell,
      fc.constantFrom(...HANDLES),
      coordinate,
      coordinate,
      (values, at, handle, x, y) => {
        values[at] = FG;
        const region = regionAt(values, GRID, at);
        const box = boxAround(region, GRID);
        const [x0, y0, x1, y1] = resized(box, handle, { x, y }, GRID);
        assert.ok(x0 >= 0 && y0 >= 0 && x1 <= COLS && y1 <= ROWS && x0 < x1 && y0 < y1);
        const changed = withBox(values, GRID, region, [x0, y0, x1, y1]);
        const inside = new Set(boxCells([x0, y0, x1, y1], GRID));
        changed.forEach((value, one) => {
          assert.equal(value, inside.has(one) ? FG : region.includes(one) ? BG : values[one], `cell ${one}`);
        });
      },
    ),
  );
});

test('[E8] moving keeps the region’s shape, leaves background behind and changes nothing else', () => {
  fc.assert(
    fc.property(label, cell, coordinate, coordinate, (values, at, x, y) => {
      values[at] = FG;
      const region = regionAt(values, GRID, at);
      const by = moveWithin(boxAround(region, GRID), { x, y }, GRID);
      const moved = new Set(region.map((one) => one + by.dy * COLS + by.dx));
      const changed = withMoved(values, GRID, region, by);
      changed.forEach((value, one) => {
        assert.equal(value, moved.has(one) ? FG : region.includes(one) ? BG : values[one], `cell ${one}`);
      });
      const [from, to] = [boxAround(region, GRID), boxAround([...moved], GRID)];
      assert.deepEqual(to, [from[0] + by.dx, from[1] + by.dy, from[2] + by.dx, from[3] + by.dy]);
    }),
  );
});
