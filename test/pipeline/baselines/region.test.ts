/** The part of a map that lies on the picture, by every way that a model lays a picture on its grid. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onPicture, pictureRegion } from '../../../src-main/pipeline/baselines/region.ts';
import { dynamicPlacement, placementOf } from '../../../src-main/pipeline/subject/geometry.ts';

const map = Float32Array.from({ length: 256 }, (_, i) => i + 1);

test('padded: the cells that touch the picture, and where they lie; 0 where a cell’s middle lies beside it', () => {
  // 85 of 512 pixels above, 2.66 cells of 32.
  const placement = placementOf('pad', [512, 341], [16, 16], 224);
  const { grid, box, values } = pictureRegion(map, placement, [512, 341]);
  assert.deepEqual(
    [grid, box],
    [
      [12, 16],
      [0, -21, 512, 363],
    ],
  );
  assert.deepEqual([values[0], values.at(-1)], [2 * 16 + 1, 14 * 16]);
  const shown = onPicture(map, placement, [512, 341]);
  const rows = Array.from({ length: 16 }, (_, row) => shown[row * 16] !== 0);
  assert.deepEqual([rows.indexOf(true), rows.lastIndexOf(true)], [3, 12]);
});

test('as it is: every cell and the whole picture, however sizes divide', () => {
  for (const size of [
    [640, 480],
    [333, 1001],
    [97, 61],
  ] as const) {
    const placement = dynamicPlacement(size, [16, 16], false, 28);
    const region = pictureRegion(map, placement, size);
    assert.deepEqual(
      [region.grid, region.box],
      [
        [16, 16],
        [0, 0, ...size],
      ],
    );
    assert.deepEqual(region.values, map);
    assert.deepEqual(onPicture(map, placement, size), map);
  }
});

test('cut to its middle square: that square', () => {
  const placement = placementOf('center_crop', [400, 200], [16, 16], 224);
  const { grid, box } = pictureRegion(map, placement, [400, 200]);
  assert.deepEqual(
    [grid, box],
    [
      [16, 16],
      [100, 0, 300, 200],
    ],
  );
});
