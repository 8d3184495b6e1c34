import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { blurFloat32, blurFloat64 } from '../../../src-shared/kernels/blur.ts';
import { components } from '../../../src-shared/kernels/roi/components.ts';
import { keptCropTokens, resizeBilinear } from '../../../src-shared/kernels/crop-tokens.ts';
import {
  llavaBoxToSource,
  llavaCrops,
  llavaRoiLimits,
  roiLlava,
} from '../../../src-shared/kernels/roi/llava.ts';
import { qwenBoxToSource, roiQwen } from '../../../src-shared/kernels/roi/qwen.ts';
import { sigmoid } from '../../../src-shared/kernels/sigmoid.ts';
import type { CellXyxy, Grid } from '../../../src-shared/kernels/types.ts';
import { golden } from '../../support/goldens.ts';

const count = z.number().int();
const cropTokensSchema = z.array(z.tuple([count, count, z.string(), count, count, z.array(count)]));

/** A map on `grid` with 1 in the rectangles given as [x0, y0, x1, y1] exclusive. */
function blocks(grid: Grid, ...boxes: CellXyxy[]): Float32Array {
  const map = new Float32Array(grid[0] * grid[1]);
  for (const [x0, y0, x1, y1] of boxes) {
    for (let r = y0; r < y1; r++) map.fill(1, r * grid[1] + x0, r * grid[1] + x1);
  }
  return map;
}

describe('blur', () => {
  it('[G1] equals torchvision to 1e-6 on all goldens', () => {
    for (const c of golden('roi_mask_qwen')) {
      const { blurred } = roiQwen(c.probs, c.grid, c.conf_thresh);
      blurred.forEach((v, i) => assert.ok(Math.abs(v - c.blurred[i]!) <= 1e-6, `${v} for ${c.blurred[i]}`));
    }
  });

  it('[G1] reflects without repeating the edge', () => {
    // One row: vertically every tap is the same cell. e^-0.5 = 0.60653.
    const side = Math.exp(-0.5) / (1 + 2 * Math.exp(-0.5));
    const got = blurFloat64([0, 1, 0], [1, 3]);
    assert.ok(Math.abs(got[0]! - 2 * side) < 1e-12, 'the corner sees its neighbour twice');
    assert.ok(Math.abs(got[1]! - (1 - 2 * side)) < 1e-12);
  });

  it('[G2] [G3] leaves a constant map alone, on any grid and size', () => {
    const sides = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(sides, sides, fc.constantFrom(3 as const, 5 as const), (rows, cols, size) => {
        const map = new Float64Array(rows * cols).fill(0.75);
        for (const v of blurFloat64(map, [rows, cols], size)) assert.ok(Math.abs(v - 0.75) < 1e-12);
        for (const v of blurFloat32(map, [rows, cols], size)) assert.ok(Math.abs(v - 0.75) < 1e-6);
      }),
    );
  });

  it('[G1] refuses NaN and maps that do not fit', () => {
    assert.throws(() => blurFloat32([NaN], [1, 1]), RangeError);
    assert.throws(() => blurFloat32([1, 2], [1, 1]), RangeError);
  });
});

describe('LLaVA boxes', () => {
  it('[B1]-[B5] [B8] equals the reference on all goldens, boxes of no area included', () => {
    let boxes = 0;
    golden('roi_boxes').forEach((c, i) => {
      const limits = { minArea: c.min_area, maxArea: c.max_area };
      const got = roiLlava(c.map, c.grid, c.conf_thresh, limits).boxes;
      assert.deepEqual(got, c.boxes_feat_xyxy, `case ${i}: cells`);
      const source = got.map((b) => llavaBoxToSource(b, c.grid, c.image_size_wh, 336));
      assert.deepEqual(source, c.boxes_image_xyxy, `case ${i}: pixels`);
      boxes += source.length;
    });
    assert.equal(boxes, 156);
  });

  it('[B1] diagonal neighbours are one component, raster order is kept', () => {
    // . . . # / # . # . / . # . .
    const mask = [0, 0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0];
    const got = components(mask, [3, 4]);
    assert.deepEqual(got, [{ cells: 4, minRow: 0, minCol: 0, maxRow: 2, maxCol: 3 }]);
    const two = components([0, 1, 0, 0, 0, 0, 1, 0, 0], [3, 3]);
    assert.deepEqual(
      two.map((c) => [c.minRow, c.minCol]),
      [
        [0, 1],
        [2, 0],
      ],
    );
    assert.deepEqual(components([0, 0], [1, 2]), []);
  });

  it('[B1] components split the mask: every cell in exactly one', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 42, maxLength: 42 }), (cells) => {
        const mask = cells.map(Number);
        const sum = components(mask, [6, 7]).reduce((a, c) => a + c.cells, 0);
        assert.equal(sum, mask.filter(Boolean).length);
      }),
    );
  });

  it('[B1] [B10] a cell at the threshold itself is out', () => {
    const flat = new Float32Array(16);
    assert.deepEqual(roiLlava(flat, [4, 4], 0).boxes, []);
    assert.equal(roiQwen(flat, [4, 4], 0).maskCount, 0);
  });

  it('[B2] leaves out a component of one cell', () => {
    const map = new Float32Array(100);
    map[55] = 1;
    // Blurred: centre 0.204, edges 0.124, corners 0.075.
    assert.deepEqual(roiLlava(map, [10, 10], 0.15).boxes, []);
    assert.equal(roiLlava(map, [10, 10], 0.1).boxes.length, 1);
  });

  it('[B3] grows a small component to three cells and never past the grid', () => {
    const map = new Float32Array(100);
    map[55] = map[56] = 1;
    assert.deepEqual(roiLlava(map, [10, 10], 0.3).boxes, [[4, 4, 7, 7]]);
    const corner = new Float32Array(100);
    corner[98] = corner[99] = 1;
    for (const box of roiLlava(corner, [10, 10], 0.3).boxes) assert.ok(box[2] <= 9 && box[3] <= 9);
  });

  it('[B4] the upper limit scales with the grid', () => {
    assert.deepEqual(llavaRoiLimits([24, 24]), { minArea: 4, maxArea: 225 });
    assert.deepEqual(llavaRoiLimits([16, 16]), { minArea: 4, maxArea: 100 });
    assert.deepEqual(llavaRoiLimits([5, 5]), { minArea: 4, maxArea: 10 }, '9.77 rounds up');
    const map = new Float32Array(256).fill(1);
    const all = { minArea: 4, maxArea: 256 };
    assert.equal(roiLlava(map, [16, 16], 0.5, all).boxes.length, 1, 'the limit itself is kept');
    assert.deepEqual(roiLlava(map, [16, 16], 0.5).boxes, []);
    assert.deepEqual(roiLlava(map, [16, 16], 0.5, { minArea: 4, maxArea: null }).boxes, [[0, 0, 16, 16]]);
  });

  it('[B5] a negative threshold is relative to the maximum; only component boxes take one', () => {
    const map = blocks([12, 12], [4, 4, 8, 8]);
    const scaled = map.map((v) => v * 40);
    assert.deepEqual(roiLlava(scaled, [12, 12], -0.5).boxes, roiLlava(map, [12, 12], -0.5).boxes);
    assert.equal(roiLlava(map, [12, 12], -0.5).boxes.length, 1);
    assert.throws(() => llavaCrops(map, [12, 12], { form: 'mask', threshold: -0.5 }), RangeError);
    assert.throws(() => roiQwen(map, [12, 12], -0.5), RangeError);
    assert.throws(() => roiQwen(map, [12, 12], NaN), RangeError);
    assert.equal(llavaCrops(map, [12, 12], { form: 'mask', threshold: 0 }).boxes.length, 1);
  });

  it('[B6] [B7] none, one, two and three boxes in both forms', () => {
    const grid: Grid = [16, 16];
    const spots: CellXyxy[] = [
      [2, 2, 5, 5],
      [10, 2, 13, 5],
      [2, 10, 5, 13],
    ];
    const crops = (n: number, form: 'bbox' | 'mask') =>
      llavaCrops(blocks(grid, ...spots.slice(0, n)), grid, { form, threshold: 0.5 });
    assert.deepEqual(crops(0, 'bbox').boxes, []);
    assert.deepEqual(crops(0, 'mask'), { boxes: [], mask: null });
    assert.deepEqual(crops(1, 'mask'), crops(1, 'bbox'));
    assert.equal(crops(1, 'mask').boxes.length, 1);
    assert.equal(crops(2, 'bbox').boxes.length, 2);
    assert.equal(crops(3, 'bbox').boxes.length, 0);
    const around = crops(3, 'mask');
    assert.deepEqual(around.boxes, [[2, 2, 13, 13]]);
    assert.equal(around.mask?.length, 256);
  });

  it('[B7] the surrounding box takes in components the box form leaves out', () => {
    const grid: Grid = [16, 16];
    const map = blocks(grid, [2, 2, 5, 5], [7, 7, 10, 10]);
    map[13 * 16 + 4] = 2.2; // alone above the threshold, a one-cell component
    const { boxes } = llavaCrops(map, grid, { form: 'mask', threshold: 0.4 });
    assert.equal(roiLlava(map, grid, 0.4).boxes.length, 2);
    assert.deepEqual(boxes, [[2, 2, 10, 14]]);
  });

  it('[B8] takes the padding off and stays inside the picture', () => {
    assert.deepEqual(llavaBoxToSource([0, 0, 24, 24], [24, 24], [200, 100], 336), [0, 0, 200, 100]);
    assert.deepEqual(llavaBoxToSource([0, 0, 24, 6], [24, 24], [200, 100], 336), [0, 0, 200, 0]);
    assert.deepEqual(llavaBoxToSource([6, 6, 12, 12], [24, 24], [240, 240], 336), [60, 60, 120, 120]);
    assert.throws(() => llavaBoxToSource([0, 0, 1, 1], [24, 24], [0, 10], 336), RangeError);
  });
});

describe('Qwen box', () => {
  it('[B9] [B10] equals the reference on all goldens', () => {
    golden('roi_mask_qwen').forEach((c, i) => {
      const got = roiQwen(c.probs, c.grid, c.conf_thresh);
      assert.equal(got.maskCount, c.mask_count, `case ${i}`);
      assert.deepEqual(got.box, c.surrounding_box_feat_xyxy, `case ${i}`);
    });
  });

  it('[B9] the corner is cleared above 768 cells and not at 768', () => {
    const corner = (grid: Grid) => {
      const map = new Float32Array(grid[0] * grid[1]);
      map[0] = 1;
      return roiQwen(map, grid, 0.05).maskCount;
    };
    assert.ok(corner([24, 32]) > 0);
    assert.equal(corner([24, 33]), 0);
  });

  it('[B10] nothing above the threshold gives no box', () => {
    assert.equal(roiQwen(new Float32Array(12), [3, 4], 0).box, null);
  });

  it('[B11] scales 28-pixel cells per axis', () => {
    assert.deepEqual(qwenBoxToSource([0, 0, 10, 20], [20, 10], [280, 560]), [0, 0, 280, 560]);
    assert.deepEqual(qwenBoxToSource([1, 1, 2, 3], [4, 4], [400, 200]), [100, 50, 200, 150]);
    assert.deepEqual(qwenBoxToSource([1, 1, 2, 2], [3, 3], [100, 50]), [33, 16, 66, 33], 'truncated');
    assert.throws(() => qwenBoxToSource([0, 0, 1, 1], [2, 2], [10, 0.5]), RangeError);
    assert.throws(() => qwenBoxToSource([0, 0, 1, 1], [2, 2], [-5, 10]), RangeError);
  });
});

describe('crop tokens and sigmoid', () => {
  it('[B12] resizes with half-pixel centres', () => {
    assert.deepEqual([...resizeBilinear([0, 1], [1, 2], [1, 4])], [0, 0.25, 0.75, 1]);
    assert.deepEqual([...resizeBilinear([0, 1, 2, 3], [2, 2], [1, 1])], [1.5]);
  });

  it('[B12] resizes up and down between neighbours on both axes', () => {
    assert.deepEqual([...resizeBilinear([0, 4, 8], [3, 1], [6, 1])], [0, 1, 3, 5, 7, 8]);
    assert.deepEqual([...resizeBilinear([0, 1, 2, 3, 4, 5], [1, 6], [1, 3])], [0.5, 2.5, 4.5]);
    assert.throws(() => resizeBilinear([1], [1, 2], [1, 1]), RangeError);
  });

  it('[B12] keeps the tokens that torch keeps where a mask’s edge falls on one half (golden/roi/crop_tokens.py)', () => {
    const cases = cropTokensSchema.parse(
      JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/roi/crop_tokens.json'), 'utf8')),
    );
    for (const [rows, columns, bits, high, wide, kept] of cases) {
      const actual = keptCropTokens(
        [...bits].map(Number),
        [rows, columns],
        [0, 0, columns, rows],
        [high, wide],
      );
      assert.deepEqual([...actual], kept, `${rows}×${columns} to ${high}×${wide}`);
    }
  });

  it('[B12] on the box’s own grid the kept tokens are the mask inside the box', () => {
    const cells = fc.array(fc.constantFrom(0, 1), { minLength: 30, maxLength: 30 });
    const span = (n: number) =>
      fc.tuple(fc.nat(n - 1), fc.nat(n - 1)).map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1] as const);
    fc.assert(
      fc.property(cells, span(6), span(5), (mask, [x0, x1], [y0, y1]) => {
        const want: number[] = [];
        for (let r = y0; r < y1; r++) {
          for (let c = x0; c < x1; c++) if (mask[r * 6 + c]) want.push((r - y0) * (x1 - x0) + (c - x0));
        }
        assert.deepEqual([...keptCropTokens(mask, [5, 6], [x0, y0, x1, y1], [y1 - y0, x1 - x0])], want);
      }),
    );
  });

  it('[B12] a box outside the grid is refused on every side', () => {
    const boxes: CellXyxy[] = [
      [-1, 0, 1, 1],
      [0, -1, 1, 1],
      [0, 0, 3, 1],
      [0, 0, 1, 3],
      [1, 0, 1, 1],
      [0, 1, 1, 1],
    ];
    for (const box of boxes)
      assert.throws(() => keptCropTokens([1, 1, 1, 1], [2, 2], box, [1, 1]), RangeError);
  });

  it('[B12] keeps tokens above one half, strictly', () => {
    assert.deepEqual([...keptCropTokens([1, 0, 1, 0], [2, 2], [0, 0, 2, 2], [2, 2])], [0, 2]);
    assert.deepEqual(
      [...keptCropTokens([1, 0], [1, 2], [0, 0, 2, 1], [1, 1])],
      [],
      'exactly one half is out',
    );
    assert.throws(() => keptCropTokens([1], [1, 1], [0, 0, 2, 1], [1, 1]), RangeError);
    assert.throws(() => keptCropTokens([1], [1, 1], [0, 0, 0, 1], [1, 1]), RangeError);
  });

  it('[B5] sigmoid is stable at both ends', () => {
    assert.deepEqual([...sigmoid([0, 1000, -1000, -Infinity])], [0.5, 1, 0, 0]);
    assert.throws(() => sigmoid([NaN]), RangeError);
  });
});
