import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { emptyAnswerLabels } from '../../../src-shared/kernels/labels/assign.ts';
import { blurFloat64 } from '../../../src-shared/kernels/blur.ts';
import { denoise } from '../../../src-shared/kernels/labels/denoise.ts';
import { tightBox } from '../../../src-shared/kernels/roi/fg-box.ts';
import { labelLlava } from '../../../src-shared/kernels/labels/llava.ts';
import { labelQwen, QWEN_MIN_MAX } from '../../../src-shared/kernels/labels/qwen.ts';
import { paddingMask } from '../../../src-shared/kernels/labels/padding.ts';
import type { Grid } from '../../../src-shared/kernels/types.ts';
import { golden } from '../../support/goldens.ts';
import type { LabelCase } from '../../support/goldens.ts';

const PARAMS = { sinkThresh: 1e-3, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 0.5 };
const QWEN = { ...PARAMS, useSmoothing: false, minMax: QWEN_MIN_MAX };

const paramsOf = (c: LabelCase) => ({
  sinkThresh: c.params.sink_thresh,
  binaryCoff: c.params.binary_coff,
  bgCoff: c.params.bg_coff,
  maxRatioLimit: c.params.max_ratio_limit,
});

/** A grid with a map of multiples of 1/64, so that sums and scalings are exact. */
const gridAndMap = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .chain(([rows, cols]) =>
    fc.record({
      grid: fc.constant([rows, cols] as Grid),
      map: fc
        .array(fc.integer({ min: 0, max: 64 }), { minLength: rows * cols, maxLength: rows * cols })
        .map((v) => Float64Array.from(v, (x) => x / 64)),
      sink: fc
        .array(fc.constantFrom(0, 5e-4, 1e-3, 2e-3), { minLength: rows * cols, maxLength: rows * cols })
        .map((v) => Float64Array.from(v)),
    }),
  );

describe('labels, LLaVA variant', () => {
  it('[L1]-[L8] equals the reference on all goldens', () => {
    const cases = golden('labels_llava');
    assert.equal(cases.length, 60);
    cases.forEach((c, i) => {
      const got = labelLlava(Float64Array.from(c.grounding), Float64Array.from(c.sink), c.grid, paramsOf(c));
      assert.deepEqual([...got.labels], c.labels, `case ${i}: labels`);
      assert.deepEqual(got.fgBox, c.fg_bbox_rows_cols_inclusive, `case ${i}: box`);
      assert.deepEqual(got.counts, { fg: c.num_fg, bg: c.num_bg, sink: c.num_sink }, `case ${i}: counts`);
      assert.equal(got.dropped === null, c.num_fg! > 0, `case ${i}: dropped`);
    });
  });

  it('[L1] zeroes at the sink threshold itself, and nothing without a sink map', () => {
    const g = Float64Array.of(1, 2, 3);
    assert.deepEqual([...denoise(g, Float64Array.of(0.5, 1, 2), 1)], [1, 0, 0]);
    assert.deepEqual([...denoise(g, null, 1)], [1, 2, 3]);
    assert.deepEqual([...g], [1, 2, 3], 'the input is not changed');
    assert.throws(() => denoise(g, Float64Array.of(1), 1), RangeError);
  });

  it('[L2] [L4] [L5] thresholds are strict on both sides', () => {
    // 0.25 and 0.125 are exact: cells equal to a threshold are neither foreground nor background.
    const g = Float64Array.from([1, 0.25, 0.125, 0.0625, 0, 0, 0, 0]);
    const got = labelLlava(g, null, [1, 8], { ...PARAMS, binaryCoff: 0.25, bgCoff: 0.125 });
    assert.deepEqual([...got.labels], [1, -100, -100, 0, 0, 0, 0, 0]);
    assert.deepEqual(got.fgBox, [0, 0, 0, 0]);
  });

  it('[L4] a sink outside the box is background, inside the box ignore', () => {
    const g = Float64Array.from([1, 0.9, 1, 0.9, 0, 0, 0, 0]);
    const sink = Float64Array.from([0, 1, 0, 1, 0, 0, 0, 0]);
    const got = labelLlava(g, sink, [1, 8], PARAMS);
    assert.deepEqual([...got.labels], [1, -100, 1, 0, 0, 0, 0, 0]);
    assert.equal(got.counts.sink, 2);
  });

  it('[L6] drops a sample whose box covers half the grid, not one just under', () => {
    const half = labelLlava(Float64Array.from([1, 1, 0, 0]), null, [1, 4], PARAMS);
    assert.deepEqual([...half.labels], [-100, -100, -100, -100]);
    assert.deepEqual(half.dropped, { rule: 'area', value: 0.5, limit: 0.5 });
    const under = labelLlava(Float64Array.from([1, 0, 0, 0]), null, [1, 4], PARAMS);
    assert.equal(under.dropped, null);
  });

  it('[L7] an all-zero map is dropped as area over the full grid', () => {
    const got = labelLlava(new Float64Array(6), null, [2, 3], PARAMS);
    assert.deepEqual(got.dropped, { rule: 'area', value: 1, limit: 0.5 });
    assert.deepEqual(got.fgBox, [0, 0, 1, 2]);
  });

  it('[L7] foreground needs positive values even when the maximum is negative', () => {
    const got = labelLlava(Float64Array.of(-1, -2, -3, -4), null, [2, 2], PARAMS);
    assert.equal(got.dropped?.rule, 'area');
  });

  it('[L8] a dropped sample has no foreground or background but keeps its sinks', () => {
    const got = labelLlava(Float64Array.of(1, 1), Float64Array.of(0, 1), [1, 2], PARAMS);
    assert.deepEqual(got.counts, { fg: 0, bg: 0, sink: 1 });
    const atThreshold = labelLlava(Float64Array.of(1, 1), Float64Array.of(1e-3, 0), [1, 2], PARAMS);
    assert.equal(atThreshold.counts.sink, 1);
  });

  it('[L9] refuses NaN, infinity, wrong lengths and grids that are none', () => {
    const bad: [Float64Array, Float64Array | null, Grid][] = [
      [Float64Array.of(NaN), null, [1, 1]],
      [Float64Array.of(Infinity), null, [1, 1]],
      [Float64Array.of(1), Float64Array.of(NaN), [1, 1]],
      [Float64Array.of(1, 2), null, [1, 1]],
      [Float64Array.of(1), Float64Array.of(1, 2), [1, 1]],
      [Float64Array.of(), null, [0, 4]],
      [Float64Array.of(1), null, [0.5, 2]],
      [Float64Array.of(1), null, [2, 0.5]],
      [Float64Array.of(1), null, [-1, -1]],
    ];
    for (const [g, s, grid] of bad) assert.throws(() => labelLlava(g, s, grid, PARAMS), RangeError);
  });

  it('[L10] works on one cell', () => {
    const got = labelLlava(Float64Array.of(1), null, [1, 1], { ...PARAMS, maxRatioLimit: 1 });
    assert.deepEqual(got.dropped, { rule: 'area', value: 1, limit: 1 });
  });

  it('[L11] an empty answer is all ignore and says why', () => {
    const got = emptyAnswerLabels([2, 2]);
    assert.deepEqual([...got.labels], [-100, -100, -100, -100]);
    assert.deepEqual(got.dropped, { rule: 'empty_answer', value: 0, limit: 1 });
  });

  it('[L12] scaling the grounding map changes nothing', () => {
    fc.assert(
      fc.property(gridAndMap, fc.integer({ min: -8, max: 8 }), ({ grid, map, sink }, power) => {
        const scaled = map.map((v) => v * 2 ** power);
        assert.deepEqual(labelLlava(scaled, sink, grid, PARAMS), labelLlava(map, sink, grid, PARAMS));
      }),
    );
  });

  it('[L2]-[L6] foreground is inside the box, background outside, on any grid', () => {
    fc.assert(
      fc.property(gridAndMap, ({ grid, map, sink }) => {
        const { labels, fgBox, counts, dropped } = labelLlava(map, sink, grid, PARAMS);
        if (dropped) return assert.ok(labels.every((v) => v === -100));
        const fg = labels.map((v) => (v === 1 ? 1 : 0));
        assert.deepEqual(tightBox(fg, grid), fgBox);
        assert.equal(
          fg.reduce((a, b) => a + b, 0),
          counts.fg,
        );
        labels.forEach((v, i) => {
          const [r, c] = [Math.floor(i / grid[1]), i % grid[1]];
          const inside = r >= fgBox[0] && r <= fgBox[2] && c >= fgBox[1] && c <= fgBox[3];
          if (v === 0) assert.ok(!inside, 'background inside the box');
          if (v === 1) assert.ok(sink[i]! < PARAMS.sinkThresh, 'foreground on a sink');
        });
      }),
    );
  });
});

describe('labels, Qwen variant', () => {
  it('[Q1]-[Q8] equals the reference on all goldens', () => {
    const cases = golden('labels_qwen');
    assert.equal(cases.length, 60);
    cases.forEach((c, i) => {
      const got = labelQwen(
        Float64Array.from(c.grounding),
        Float64Array.from(c.sink),
        c.grid,
        c.image_size_wh!,
        { ...paramsOf(c), useSmoothing: c.params.use_smoothing!, minMax: QWEN_MIN_MAX },
      );
      assert.deepEqual([...got.labels], c.labels, `case ${i}: labels`);
      assert.deepEqual(got.fgBox, c.fg_bbox_rows_cols_inclusive, `case ${i}: box`);
    });
  });

  it('[Q1] foreground on padding is zeroed and padding is background, inside the box too', () => {
    // 4×4 of a 2:1 picture: rows 1 and 2 are picture. The foreground's widened box reaches into row 0.
    const map = new Float64Array(16);
    map[0] = 1;
    map[4] = 1;
    const got = labelQwen(map, null, [4, 4], [100, 50], QWEN);
    assert.equal(got.dropped, null);
    assert.deepEqual(got.fgBox, [0, 0, 2, 1]);
    assert.deepEqual([...got.labels], [0, 0, 0, 0, 1, -100, 0, 0, -100, -100, 0, 0, 0, 0, 0, 0]);
  });

  it('[Q2] one cell more than the span when the rest is odd', () => {
    const rows = (size: [number, number], side: number) => {
      const mask = paddingMask(size, [side, side]);
      return Array.from({ length: side }, (_, r) => (mask[r * side] ? '#' : '.')).join('');
    };
    assert.equal(rows([100, 50], 4), '#..#');
    assert.equal(rows([100, 34], 4), '#..#', '⌊1.36⌋ = 1 cell, rest 3 is odd');
    assert.equal(rows([100, 1], 4), '#..#', 'at least one cell');
    assert.equal(rows([100, 1], 5), '##.##');
    assert.equal(rows([50, 50], 4), '....');
  });

  it('[Q3] padding needs a square grid; without a size any grid works', () => {
    assert.throws(() => labelQwen(new Float64Array(6), null, [2, 3], [10, 10], QWEN), RangeError);
    assert.throws(() => paddingMask([0, 10], [4, 4]), RangeError);
    const got = labelQwen(Float64Array.from([1, 0, 0, 0, 0, 0]), null, [1, 6], null, QWEN);
    assert.deepEqual([...got.labels], [1, -100, 0, 0, 0, 0]);
  });

  it('[Q4] [Q6] smoothing removes a lone peak from the foreground but not from the background test', () => {
    const grid: Grid = [12, 12];
    const map = new Float64Array(144);
    for (const i of [13, 14, 25, 26]) map[i] = 1;
    map[100] = 0.3;
    const plain = labelQwen(map, null, grid, null, QWEN);
    const smoothed = labelQwen(map, null, grid, null, { ...QWEN, useSmoothing: true });
    assert.equal(plain.labels[100], 1);
    assert.equal(smoothed.labels[100], -100, 'neither foreground (smoothed away) nor background (0.3 > 0.1)');
  });

  it('[Q4] a cell whose blur is the gate itself goes', () => {
    // A constant map blurs to itself up to rounding; with coefficients of 1 the gate is the blur's maximum.
    const gate = { ...QWEN, binaryCoff: 1, bgCoff: 1, useSmoothing: true };
    const got = labelQwen(new Float64Array(9).fill(0.5), null, [3, 3], null, gate);
    assert.deepEqual(got.dropped, { rule: 'area', value: 1, limit: 0.5 });
    const map = new Float64Array(49);
    map[24] = 1;
    // The blur's maximum is at the peak alone: > keeps nothing, which leaves no foreground.
    const peak = labelQwen(map, null, [7, 7], null, { ...gate, binaryCoff: 1, bgCoff: 1 });
    assert.deepEqual(peak.fgBox, [0, 0, 6, 6]);
  });

  it('[Q5] the widened box is the box of the 3×3 blurred foreground', () => {
    fc.assert(
      fc.property(gridAndMap, ({ grid, map }) => {
        const got = labelQwen(map, null, grid, null, QWEN);
        const max = Math.max(...map);
        const fg = map.map((v) => (v > max * 0.2 ? v : 0));
        const wide = tightBox(blurFloat64(fg, grid, 3), grid);
        assert.deepEqual(got.fgBox, wide ?? [0, 0, grid[0] - 1, grid[1] - 1]);
      }),
    );
  });

  it('[Q7] [Q8] a low maximum drops the sample, padding too; area is looked at first', () => {
    const map = new Float64Array(64);
    map[27] = 4.9e-3;
    const low = labelQwen(map, null, [8, 8], [80, 40], QWEN);
    assert.deepEqual(low.dropped, { rule: 'low_max', value: 4.9e-3, limit: 5e-3 });
    assert.ok(low.labels.every((v) => v === -100));
    map[27] = 5e-3;
    assert.equal(labelQwen(map, null, [8, 8], [80, 40], QWEN).dropped, null);
    const both = labelQwen(new Float64Array(64).fill(1e-3), null, [8, 8], [80, 40], QWEN);
    assert.equal(both.dropped?.rule, 'area');
  });
});
