import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heatPixels, heatPlace } from '../../../src-renderer/canvas/heat.ts';

test('a padded grid reaches beyond the picture by its padding', () => {
  // 400 × 200 on a square of 4 × 4 cells: a cell is 100 pixels, one row of padding above and below.
  const transform = { scaleX: 0.01, scaleY: 0.01, offsetX: 0, offsetY: 1 };
  assert.deepEqual(heatPlace({ grid: [4, 4], transform }, [400, 200]), {
    left: 0,
    top: -50,
    width: 100,
    height: 200,
  });
});

test('nothing is see-through, a label has one colour, a map more of it where it is stronger', () => {
  const heat = {
    grid: [1, 3] as [number, number],
    transform: { scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 0 },
    data: Uint8Array.from([0, 60, 255]),
  };
  const label = heatPixels(heat, true);
  assert.equal(label[3], 0);
  assert.deepEqual([...label.slice(4, 8)], [...label.slice(8, 12)]);
  const map = heatPixels(heat, false);
  assert.ok(map[3] === 0 && map[7]! > 0 && map[11]! > map[7]!);
});
