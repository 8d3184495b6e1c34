/** The pipeline's own small parts: row bookkeeping, the box rule, geometry. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dynamicPlacement, placementOf } from '../../src-main/pipeline/subject/geometry.ts';
import { roiOf } from '../../src-main/pipeline/labels/roi.ts';
import { RowStore, sliceRows, uniteHeads } from '../../src-main/pipeline/passes/rows.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';

const rows = (values: number[], count: number) => ({
  layer: 3,
  heads: [0, 2],
  rows: count,
  keys: 2,
  data: Float32Array.from(values),
});

test('rows of several feeds join per head, and slices undo it', () => {
  const store = new RowStore();
  store.add([]);
  store.add([rows([1, 2, 11, 12], 1)]);
  store.add([rows([3, 4, 5, 6, 13, 14, 15, 16], 2)]);
  assert.equal(store.count, 3);
  const [joined] = store.layers();
  assert.deepEqual([...joined.data], [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16]);
  assert.deepEqual([...sliceRows([joined], 0, 1)[0].data], [1, 2, 11, 12]);
  assert.deepEqual([...sliceRows([joined], -1)[0].data], [5, 6, 15, 16]);
});

test('heads of one layer are tapped once', () => {
  const sets = [
    { layer: 5, heads: [2, 0] },
    { layer: 1, heads: 'all' as const },
    { layer: 5, heads: [3, 2] },
  ];
  assert.deepEqual(uniteHeads(sets, 4), [
    { layer: 1, heads: [0, 1, 2, 3] },
    { layer: 5, heads: [0, 2, 3] },
  ]);
});

const grid = [8, 8] as const;
const blob = (inside: number, outside: number) =>
  Float32Array.from({ length: 64 }, (_, i) => {
    const [r, c] = [Math.floor(i / 8), i % 8];
    return r >= 2 && r < 5 && c >= 3 && c < 6 ? inside : outside;
  });
const roi: Preset['roi'] = { variant: 'llava', form: 'mask', threshold: 0.5 };

test('attention maps and RPN logits go through one box rule, each as a probability', () => {
  const placement = placementOf('pad', [80, 80], grid, 112);
  const attention = roiOf(blob(0.002, 0.0001), 'attention', placement, roi);
  const rpn = roiOf(blob(4, -4), 'rpn', placement, roi);
  assert.deepEqual(attention, rpn);
  assert.equal(attention.crops.length, 1);
  assert.deepEqual(attention.crops[0].box, [30, 20, 60, 50]);
  assert.equal(roiOf(new Float32Array(64), 'attention', placement, roi).none, 'no_box');
});

test('a box that has no area in source pixels is left out and said to be empty', () => {
  const placement = placementOf('pad', [80, 8], grid, 112);
  const map = Float32Array.from({ length: 64 }, (_, i) => (i < 8 && i > 1 ? 1 : 0));
  assert.deepEqual(roiOf(map, 'attention', placement, { ...roi, threshold: 0.3 }), {
    crops: [],
    none: 'empty_box',
  });
});

test('SD-RPN takes no second look at a crop below one visual token, Q-Zoom enlarges it', () => {
  const placement = dynamicPlacement([200, 140], grid, false, 28);
  const map = Float32Array.from({ length: 64 }, (_, i) => (i === 27 ? 1 : 0));
  const qwen = { variant: 'qwen', form: 'mask', threshold: 0.05 } as const;
  const found = roiOf(map, 'attention', placement, qwen);
  // Three of eight cells of 17.5 pixels.
  assert.deepEqual([found.none, found.crops.length], [null, 1]);
  const small = dynamicPlacement([60, 140], grid, false, 28);
  assert.deepEqual(roiOf(map, 'attention', small, qwen), { crops: [], none: 'small_box' });
  assert.equal(roiOf(map, 'attention', small, { ...qwen, rules: 'q-zoom' }).none, null);
});

test('padded and centre-cropped pictures map cells to pixels by their own geometry', () => {
  const padded = placementOf('pad', [200, 100], grid, 112);
  assert.deepEqual(padded.paddedFrom, [200, 100]);
  assert.deepEqual(padded.toSource([0, 2, 8, 6]), [0, 0, 200, 100]);
  const cropped = placementOf('center_crop', [200, 100], grid, 112);
  assert.equal(cropped.paddedFrom, null);
  assert.deepEqual(cropped.toSource([0, 0, 8, 8]), [50, 0, 150, 100]);
  assert.deepEqual(cropped.toSource([4, 4, 4, 4]), [100, 50, 100, 50]);
});
