import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeFloat16, encodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { labelByRule } from '../../../src-shared/kernels/labels/rule.ts';
import { labelQwen } from '../../../src-shared/kernels/labels/qwen.ts';
import {
  dropValues,
  rederivable,
  rederive,
  type StoredMap,
  type Thresholds,
} from '../../../src-shared/kernels/labels/rederive.ts';
import { llavaBoxToSource } from '../../../src-shared/kernels/roi/llava.ts';
import { cutByRule, roiByRule, type RoiRule } from '../../../src-shared/kernels/roi/rule.ts';
import { roiLlava } from '../../../src-shared/kernels/roi/llava.ts';
import { roiQwen } from '../../../src-shared/kernels/roi/qwen.ts';
import { sigmoid } from '../../../src-shared/kernels/sigmoid.ts';
import { conversionOf, liesSquared, sourceBoxes } from '../../../src-shared/kernels/roi/stored-place.ts';
import {
  cellBoxToWholePixels,
  nativeTransform,
  squaredTransform,
} from '../../../src-shared/kernels/transform.ts';
import type { CellXyxy, Grid, SourceXyxy } from '../../../src-shared/kernels/types.ts';
import { golden } from '../../support/goldens.ts';
import { seededRandom } from '../../support/random.ts';

const SEED = 4_2026;
const LLAVA: Thresholds = {
  labels: { variant: 'llava', sinkThresh: 1e-3, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 0.5 },
  roi: { variant: 'llava', form: 'bbox', threshold: 0.15 },
};

function stored(values: Float32Array, grid: Grid, size: readonly [number, number]): StoredMap {
  return { values, grid, size, transform: squaredTransform(size, grid), boxes: [] };
}

describe('what thresholds are held against', () => {
  const random = seededRandom(SEED);
  const grid: Grid = [12, 16];
  const size = [160, 120] as const;
  const values = (): Float32Array =>
    decodeFloat16(encodeFloat16(Float64Array.from({ length: 192 }, () => random() ** 4)));

  it(`[R1] what a box rule compares passes exactly where its mask is (seed ${SEED})`, () => {
    const map = values();
    const logits = map.map((value) => value * 12 - 3);
    const passes = (cut: Float32Array, threshold: number) =>
      Uint8Array.from(cut, (value) => (value > Math.fround(threshold) ? 1 : 0));
    const llava = (threshold: number): RoiRule => ({ variant: 'llava', form: 'bbox', threshold });
    const probabilities = sigmoid(logits);
    assert.deepEqual(
      passes(cutByRule(logits, 'rpn', grid, llava(0.3)), 0.3),
      roiLlava(probabilities, grid, 0.3).mask,
    );
    const shares = cutByRule(map, 'attention', grid, llava(-0.5));
    assert.equal(Math.max(...shares), 1);
    assert.deepEqual(passes(shares, 0.5), roiLlava(map, grid, -0.5).mask);
    const qwen = { variant: 'qwen', form: 'mask', threshold: 0.3 } as const;
    assert.deepEqual(
      passes(cutByRule(logits, 'rpn', grid, qwen), 0.3),
      roiQwen(probabilities, grid, 0.3).mask,
    );
  });

  it(`[L6] what drops a sample is measured whatever the limits are, and is what a drop says (seed ${SEED})`, () => {
    const map = stored(values(), grid, size);
    const all = { place: map, grounding: map, sink: null, denoised: null, rpn: null };
    const from = rederivable(all, LLAVA.roi);
    const labels = { ...LLAVA.labels, variant: 'qwen' as const, binaryCoff: 0.7, minMax: 0 };
    const { area, max } = dropValues(from, labels)!;
    assert.deepEqual(from.label({ ...labels, maxRatioLimit: area }).dropped, {
      rule: 'area',
      value: area,
      limit: area,
    });
    assert.equal(from.label({ ...labels, maxRatioLimit: area + 0.01 }).dropped, null);
    const low = from.label({ ...labels, maxRatioLimit: area + 0.01, minMax: max * 1.01 }).dropped;
    assert.deepEqual([low?.rule, low?.value], ['low_max', max]);
    assert.deepEqual(dropValues(from, { ...labels, maxRatioLimit: 0.001, minMax: 9 }), { area, max });
    assert.equal(dropValues(rederivable({ ...all, grounding: null }, LLAVA.roi), labels), null);
    const nothing = { ...map, values: new Float32Array(192) };
    assert.deepEqual(dropValues(rederivable({ ...all, grounding: nothing }, LLAVA.roi), labels), {
      area: 1,
      max: 0,
    });
  });
});

describe('deriving again from stored maps', () => {
  it("[D1] a preset's label rule gives the labels of the reference, both variants", () => {
    for (const variant of ['llava', 'qwen'] as const) {
      for (const [i, c] of golden(`labels_${variant}`).entries()) {
        const maps = {
          grid: c.grid,
          grounding: Float64Array.from(c.grounding),
          sink: Float64Array.from(c.sink),
          paddedFrom: c.image_size_wh ?? null,
        };
        const found = labelByRule(maps, {
          variant,
          sinkThresh: c.params.sink_thresh,
          binaryCoff: c.params.binary_coff,
          bgCoff: c.params.bg_coff,
          maxRatioLimit: c.params.max_ratio_limit,
          useSmoothing: c.params.use_smoothing,
        });
        assert.deepEqual([...found.labels], c.labels, `${variant}, case ${i}`);
      }
    }
  });

  it(`[D1] takes a squared picture's padding from where the map lies (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    const grid: Grid = [12, 12];
    const size = [90, 60] as const;
    const labels = { ...LLAVA.labels, variant: 'qwen' as const, minMax: 0 };
    const values = decodeFloat16(encodeFloat16(Float64Array.from({ length: 144 }, () => random() ** 4)));
    const map = stored(values, grid, size);
    const all = { place: map, grounding: map, sink: null, denoised: null, rpn: null };
    const wanted: Thresholds = { labels, roi: { variant: 'qwen', form: 'mask', threshold: 0.2 } };
    const found = rederive(all, wanted.roi, wanted);
    assert.deepEqual(
      found.labels,
      labelQwen(values, null, grid, size, { ...labels, minMax: 0, useSmoothing: false }).labels,
    );
    assert.equal(found.denoised![0], 0, 'padding is zero in the denoised map');
    const asItIs = { ...map, transform: nativeTransform(size, grid) };
    const native = rederive({ ...all, place: asItIs, grounding: asItIs }, wanted.roi, wanted);
    assert.equal(native.denoised![0], values[0]);
  });

  it('[D2] without rows it is dropped as empty_answer, whatever the thresholds', () => {
    const place = {
      grid: [2, 2] as const,
      size: [2, 2] as const,
      transform: nativeTransform([2, 2], [2, 2]),
    };
    const found = rederive(
      { place, grounding: null, sink: null, denoised: null, rpn: null },
      LLAVA.roi,
      LLAVA,
    );
    assert.deepEqual(found.dropped, { rule: 'empty_answer', value: 0, limit: 1 });
    assert.equal(found.denoised, null);
    assert.deepEqual(found.boxes, { raw: [], denoised: [], rpn: [] });
  });
});

/** One hot place on a 24×24 grid. */
function bump(row: number, col: number): Float64Array {
  return Float64Array.from({ length: 576 }, (_, i) =>
    Math.exp(-((Math.floor(i / 24) - row) ** 2 + ((i % 24) - col) ** 2) / 8),
  );
}

describe('how stored boxes were rounded', () => {
  const grid: Grid = [24, 24];
  const sizes = [
    [640, 480],
    [333, 517],
    [1000, 1000],
    [61, 199],
  ] as const;
  const all = (make: (box: CellXyxy) => SourceXyxy): SourceXyxy[] =>
    Array.from({ length: 23 }, (_, i) => make([i, 23 - i, i + 1, 24 - i]));

  it(`[D3] finds the conversion whose boxes come out as stored (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    for (const size of sizes) {
      const values = decodeFloat16(encodeFloat16(bump(5 + random() * 12, 5 + random() * 12)));
      const cells = roiByRule(values, 'attention', grid, LLAVA.roi).boxes;
      assert.ok(cells.length > 0);
      const place = { grid, size, transform: squaredTransform(size, grid) };
      const makers = [14, 16].map(
        (patch) => (box: CellXyxy) => llavaBoxToSource(box, grid, size, patch * 24),
      );
      for (const make of [...makers, (box: CellXyxy) => cellBoxToWholePixels(place.transform, box, size)]) {
        const boxes = sourceBoxes(cells, make);
        const found = conversionOf(place, LLAVA.roi, [{ map: values, kind: 'attention', boxes }]);
        assert.deepEqual(sourceBoxes(cells, found), boxes);
      }
    }
  });

  it('[D3] takes LLaVA-1.5 where nothing tells, and the plain map where the picture was not squared', () => {
    for (const size of sizes) {
      const squared = { grid, size, transform: squaredTransform(size, grid) };
      assert.deepEqual(
        all(conversionOf(squared, LLAVA.roi, [])),
        all((box) => llavaBoxToSource(box, grid, size, 336)),
      );
      const cropped = { ...squared, transform: { ...squared.transform, offsetX: -1.5 } };
      assert.equal(liesSquared(cropped), false);
      assert.deepEqual(
        all(conversionOf(cropped, LLAVA.roi, [])),
        all((box) => cellBoxToWholePixels(cropped.transform, box, size)),
      );
    }
  });
});
