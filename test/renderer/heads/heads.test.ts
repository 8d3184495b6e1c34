import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  fittingSize,
  headAt,
  includes,
  indexOf,
  layoutOf,
  meanOf,
  movedPlace,
  ordered,
  toggled,
  type HeadMaps,
} from '../../../src-renderer/heads/heads.ts';
import { encodeFloat16 } from '../../../src-shared/kernels/float16.ts';

/** Layers 2 and 5 with three heads on a 1×2 grid; head n of row r holds [n, r]. */
const MAPS: HeadMaps = {
  grid: [1, 2],
  transform: { scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 0 },
  layers: [2, 5],
  heads: 3,
  bits: encodeFloat16([0, 0, 1, 0, 2, 0, 0, 1, 1, 1, 2, 1]),
};

test('heads and indices name each other', () => {
  for (let index = 0; index < 6; index++) {
    const { layer, head } = headAt(MAPS, index);
    assert.equal(indexOf(MAPS, layer, head), index);
  }
  assert.equal(indexOf(MAPS, 3, 0), null);
  assert.equal(indexOf(MAPS, 2, 3), null);
});

test('ranking puts the highest first, the unknown last, and keeps equals in the order of the model', () => {
  const scores = [0.5, null, 0.9, 0.5].map((agreement) => ({ agreement, sink: null, mean: null }));
  assert.deepEqual(ordered(4, 'agreement', scores), [2, 0, 3, 1]);
  assert.deepEqual(ordered(4, 'sink', scores), [0, 1, 2, 3]);
  assert.deepEqual(ordered(4, 'layer', scores), [0, 1, 2, 3]);
  assert.deepEqual(ordered(3, 'agreement', [undefined, scores[2]]), [1, 0, 2]);
});

test('the matrix keeps a row per layer and shrinks to the width; a ranking wraps', () => {
  assert.deepEqual(layoutOf(784, 28, 'layer', 700, 40), { cols: 28, rows: 28, pitch: 25 });
  assert.deepEqual(layoutOf(784, 28, 'layer', 100, 40), { cols: 28, rows: 28, pitch: 18 });
  assert.deepEqual(layoutOf(784, 28, 'agreement', 700, 40), { cols: 17, rows: 47, pitch: 40 });
  assert.deepEqual(layoutOf(3, 3, 'agreement', 700, 40), { cols: 3, rows: 1, pitch: 40 });
});

test('few heads are as large as all fit, many are readable and scroll', () => {
  assert.equal(fittingSize(24, 4, 'agreement', 1200, 400), 132);
  const { rows, pitch } = layoutOf(24, 4, 'agreement', 1200, 132);
  assert.ok(rows * pitch <= 400);
  assert.equal(fittingSize(24, 4, 'layer', 1200, 400), 64);
  assert.equal(fittingSize(784, 28, 'layer', 1200, 400), 40);
});

test('arrow keys stay inside, up and down in their column', () => {
  assert.equal(movedPlace(0, 'ArrowLeft', 10, 4), 0);
  assert.equal(movedPlace(9, 'ArrowRight', 10, 4), 9);
  assert.equal(movedPlace(1, 'ArrowDown', 10, 4), 5);
  assert.equal(movedPlace(7, 'ArrowDown', 10, 4), 7);
  assert.equal(movedPlace(2, 'ArrowUp', 10, 4), 2);
  assert.equal(movedPlace(3, 'Home', 10, 4), 0);
  assert.equal(movedPlace(3, 'End', 10, 4), 9);
  assert.equal(movedPlace(3, 'x', 10, 4), null);
});

test('a head is added in order and taken out again; `all` is spelled out when one leaves', () => {
  const start = [{ layer: 5, heads: [1] }];
  const more = toggled(start, 2, 0, 3);
  assert.deepEqual(more, [
    { layer: 2, heads: [0] },
    { layer: 5, heads: [1] },
  ]);
  assert.ok(includes(more, 2, 0) && !includes(start, 2, 0));
  assert.deepEqual(toggled(more, 2, 0, 3), start);
  assert.deepEqual(toggled([{ layer: 2, heads: 'all' }], 2, 1, 3), [{ layer: 2, heads: [0, 2] }]);
  assert.deepEqual(toggled(start, 5, 1, 3), []);
});

test('the mean is over heads of all layers alike, and unknown where one is missing', () => {
  const sets = [
    { layer: 2, heads: [0, 2] },
    { layer: 5, heads: [1] },
  ];
  assert.deepEqual([...meanOf(MAPS, sets)!], [1, 1 / 3]);
  assert.deepEqual([...meanOf(MAPS, [{ layer: 5, heads: 'all' }])!], [1, 1]);
  assert.equal(meanOf(MAPS, [{ layer: 9, heads: [0] }]), null);
  assert.equal(meanOf(MAPS, []), null);
});
