import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edgeFor, fitted } from '../../../src-renderer/queue/rows/thumbnail-size.ts';
import {
  gridShape,
  keptInSight,
  moveInGrid,
  scrollToTile,
  tilePlace,
  tilesInSight,
} from '../../../src-renderer/gallery/gallery-grid.ts';

const shape = gridShape(1000, 160, 50);

test('tiles fill the width, and every tile has a place of its own inside of it', () => {
  for (const width of [300, 999, 1280, 3840]) {
    for (const size of [96, 160, 384]) {
      const { columns, tile, row, height } = gridShape(width, size, 101);
      const last = tilePlace({ columns, tile, row, rows: 0, height }, 100);
      assert.ok(columns === 1 || tile >= size);
      assert.ok(
        columns === 1 || tilePlace({ columns, tile, row, rows: 0, height }, columns - 1).left + tile <= width,
      );
      assert.ok(last.top + row <= height + 8);
    }
  }
});

test('what is in sight is drawn, whatever the scroll position', () => {
  for (let top = 0; top < shape.height; top += 97) {
    const { first, end } = tilesInSight(shape, top, 600, 50);
    for (let index = 0; index < 50; index++) {
      const place = tilePlace(shape, index);
      const seen = place.top < top + 600 && place.top + shape.row > top;
      if (seen) assert.ok(index >= first && index < end, `${index} at ${top}`);
    }
    assert.ok(end - first <= shape.columns * (Math.ceil(600 / shape.row) + 4));
  }
});

test('keys move by tile, row and page, and stay inside', () => {
  const { columns } = shape;
  const move = (key: string, from: number): number | null => moveInGrid(key, from, shape, 600, 50);
  assert.equal(move('ArrowRight', 0), 1);
  assert.equal(move('ArrowLeft', 0), 0);
  assert.equal(move('ArrowDown', 2), 2 + columns);
  assert.equal(move('ArrowUp', 2), 2);
  assert.equal(move('End', 3), 49);
  assert.equal(move('Home', 30), 0);
  assert.equal(move('PageDown', 0), Math.floor(600 / shape.row) * columns);
  assert.equal(move('PageUp', columns + 1), 1);
  assert.equal(move('ArrowRight', 49), 49);
  assert.equal(moveInGrid('ArrowDown', 3, gridShape(1000, 160, 7), 600, 7), 6, 'a short last row');
  assert.equal(move('a', 0), null);
  assert.equal(moveInGrid('End', 0, shape, 600, 0), null);
});

test('a tile is brought into sight with the least movement', () => {
  assert.equal(scrollToTile(shape, 0, 500, 600), 0);
  assert.equal(scrollToTile(shape, 1, 0, 600), 0);
  const top = scrollToTile(shape, 49, 0, 600);
  const place = tilePlace(shape, 49);
  assert.ok(place.top >= top && place.top + shape.row <= top + 600 + 8);
});

test('thumbnails are as sharp as the screen, pictures keep their shape', () => {
  assert.equal(edgeFor(120, 1), 128);
  assert.equal(edgeFor(120, 2), 256);
  assert.equal(edgeFor(384, 2), 512);
  assert.deepEqual(fitted([400, 200], 100), { width: 100, height: 50 });
  assert.deepEqual(fitted([1, 4000], 100), { width: 1, height: 100 });
});

test('tiles laid out anew keep in sight what was: the current tile where it was, else the row at the top', () => {
  const seen = (sight: { shape: typeof shape; height: number }, index: number, top: number) => {
    const middle = (Math.floor(index / sight.shape.columns) + 0.5) * sight.shape.row;
    return middle > top && middle < top + sight.height;
  };
  for (const [width, size] of [
    [400, 160],
    [1400, 160],
    [1000, 96],
    [1000, 384],
  ] as const) {
    const before = { shape, height: 500 };
    const now = { shape: gridShape(width, size, 50), height: 400 };
    for (let top = 0; top <= shape.height - 500; top += 61) {
      for (const current of [0, 17, 49]) {
        const to = keptInSight(before, now, top, current);
        assert.ok(to >= 0 && to <= Math.max(0, now.shape.height - now.height));
        const of = seen(before, current, top) ? current : Math.round(top / shape.row) * shape.columns;
        assert.ok(seen(now, of, to), `${of} of ${width} by ${size} from ${top}`);
      }
      assert.equal(keptInSight(before, before, top, 0), top, 'nothing moves by itself');
    }
  }
});
