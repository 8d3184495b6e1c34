import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreementOf, truthTarget } from '../../../src-main/jobs/measuring/agreement.ts';
import { encodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { testPreset } from '../../support/project.ts';

const transform = { scaleX: 0.1, scaleY: 0.1, offsetX: 0, offsetY: 0 };
const roi = { ...testPreset.roi, threshold: 0.5 };

test('a map on another grid is read between its cells; where it says nothing it claims nothing', () => {
  // Twice as fine, over the left two thirds of the label's grid.
  const bits = encodeFloat16([4, 4, -4, -4, 4, 4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4]);
  const map = { grid: [4, 4], transform: { ...transform, scaleX: 0.2, scaleY: 0.2 }, bits } as const;
  const target = { labels: Int8Array.of(1, 0, 0, 0, 0, -100), grid: [2, 3], transform } as const;
  const found = agreementOf({ map, boxes: [[0, 0, 10, 10]], kind: 'rpn' }, target, roi);
  assert.deepEqual(found, { auc: 1, iou: 1, boxRecall: 1 });
  const beside = { ...target, labels: Int8Array.of(0, 0, 1, 0, 0, 0) };
  const { auc, iou, boxRecall } = agreementOf({ map, boxes: [], kind: 'rpn' }, beside, roi);
  assert.equal(auc, 0.1);
  assert.deepEqual([iou, boxRecall], [0, 0]);
});

test('an attention map has no threshold; known boxes become cells, and no box is nothing to measure', () => {
  const target = truthTarget([[0, 0, 10, 10]], [2, 3], transform)!;
  assert.deepEqual([...target.labels], [1, 0, 0, 0, 0, 0]);
  const map = { grid: [2, 3], transform, bits: encodeFloat16([0.5, 0.1, 0, 0, 0, 0]) } as const;
  const found = agreementOf({ map, boxes: [[10, 0, 30, 10]], kind: 'attention' }, target, roi);
  assert.deepEqual(found, { auc: 1, iou: null, boxRecall: 0 });
  assert.equal(truthTarget([], [2, 3], transform), null);
});
