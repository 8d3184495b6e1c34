import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeFloat16, encodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { rederive } from '../../../src-shared/kernels/labels/rederive.ts';
import { qwenBoxToSource, roiQwen } from '../../../src-shared/kernels/roi/qwen.ts';
import { roiByRule } from '../../../src-shared/kernels/roi/rule.ts';
import { ROI_RULES } from '../../../src-shared/kernels/roi/rules.ts';
import { sigmoid } from '../../../src-shared/kernels/sigmoid.ts';
import { nativeTransform, nearestCells } from '../../../src-shared/kernels/transform.ts';
import type { CellXyxy, Grid } from '../../../src-shared/kernels/types.ts';
import { madeUpLogits, qzoomGolden, REMAKE } from '../../support/qzoom.ts';

const RULES = ROI_RULES['q-zoom'];
const { sweep } = await qzoomGolden();

describe('Q-Zoom’s boxes', () => {
  it('[B13] [B14] equal those of the authors’ code on made-up maps', () => {
    let otherCells = 0;
    let otherPixels = 0;
    for (const { grid, size, turn, threshold, cells, box } of sweep) {
      const probabilities = sigmoid(madeUpLogits(grid, turn));
      const found = roiQwen(probabilities, grid, threshold, RULES).box;
      const what = `${grid.join('×')}, turn ${turn}; ${REMAKE}`;
      assert.deepEqual(found, cells, what);
      assert.deepEqual(found && qwenBoxToSource(found, grid, size, RULES), box, what);
      const plain = roiQwen(probabilities, grid, threshold).box;
      if (String(plain) !== String(found)) otherCells++;
      if (found && String(qwenBoxToSource(found, grid, size)) !== String(box)) otherPixels++;
    }
    assert.ok(otherCells > 0 && otherPixels > 20, `SD-RPN’s differ in ${otherCells} and ${otherPixels}`);
  });

  it('[B13] the corner is cleared above 256 cells and not at 256, one cell each way at least', () => {
    const left = (grid: Grid, cell: number): number => {
      const map = new Float32Array(grid[0] * grid[1]);
      map[cell] = 1;
      return roiQwen(map, grid, 0.05, RULES).maskCount;
    };
    assert.ok(left([16, 16], 0) > 0);
    assert.equal(left([16, 17], 0), 0);
    // Three rows: a quarter is none, and one is cleared; 22 columns of 90.
    assert.equal(left([3, 90], 0), 0);
    assert.ok(left([3, 90], 90) > 0);
    assert.equal(left([3, 90], 21), 0);
    assert.ok(left([3, 90], 22) > 0);
  });

  it('[B14] a short side grows about its middle and slides back inside; the cells stay', () => {
    const toSource = (box: CellXyxy, grid: Grid, size: readonly [number, number]) =>
      qwenBoxToSource(box, grid, size, RULES);
    assert.deepEqual(toSource([5, 5, 6, 6], [10, 10], [100, 100]), [41, 41, 69, 69]);
    assert.deepEqual(toSource([0, 9, 1, 10], [10, 10], [100, 100]), [0, 72, 28, 100]);
    assert.deepEqual(toSource([5, 0, 6, 10], [10, 10], [100, 20]), [41, 0, 69, 20], 'the picture is shorter');
    assert.deepEqual(toSource([2, 3, 5, 7], [10, 10], [200, 300]), [40, 90, 100, 210], 'long enough');
  });

  it('[B15] every token of the crop stays', () => {
    const rule = { variant: 'qwen', form: 'mask', threshold: 0.5 } as const;
    const map = Float32Array.from({ length: 16 }, (_, i) => (i === 5 || i === 10 ? 9 : -9));
    assert.ok(roiByRule(map, 'rpn', [4, 4], { ...rule, threshold: 0.2 }).mask);
    assert.equal(roiByRule(map, 'rpn', [4, 4], { ...rule, threshold: 0.2, rules: 'q-zoom' }).mask, null);
  });

  it('[D1] stored maps give the stored boxes again, under their own rules', () => {
    for (const { grid, size, turn, threshold } of sweep.slice(0, 60)) {
      const logits = decodeFloat16(encodeFloat16(Float64Array.from(madeUpLogits(grid, turn))));
      const roi = { variant: 'qwen', form: 'mask', threshold, rules: 'q-zoom' } as const;
      const place = { grid, size, transform: nativeTransform(size, grid) };
      const { boxes: cells } = roiByRule(logits, 'rpn', grid, roi);
      const boxes = cells.map((box) => qwenBoxToSource(box, grid, size, RULES));
      const own = boxes.filter((box) => box[2] > box[0] && box[3] > box[1]);
      const rpn = { ...place, values: logits, boxes: own };
      const labels = {
        variant: 'qwen',
        sinkThresh: 1,
        binaryCoff: 0.25,
        bgCoff: 0.05,
        maxRatioLimit: 1,
      } as const;
      const stored = { place, grounding: null, sink: null, denoised: null, rpn };
      assert.deepEqual(rederive(stored, roi, { labels, roi }).boxes.rpn, own);
    }
  });

  it('the cells nearest to a box are those it was made of, and one each way at least', () => {
    const grid: Grid = [3, 7];
    const size = [100, 50] as const;
    const t = nativeTransform(size, grid);
    for (let x0 = 0; x0 < 7; x0++) {
      for (let x1 = x0 + 1; x1 <= 7; x1++) {
        const cells: CellXyxy = [x0, 1, x1, 2];
        assert.deepEqual(nearestCells(t, qwenBoxToSource(cells, grid, size), grid), cells);
      }
    }
    assert.deepEqual(nearestCells(t, [99, 49, 100, 50], grid), [6, 2, 7, 3]);
    assert.deepEqual(nearestCells(t, [20, 20, 21, 21], grid), [1, 1, 2, 2]);
  });
});
