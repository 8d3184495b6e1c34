import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  boxRecall,
  labelAuc,
  labelIou,
  thresholded,
} from '../../../src-shared/kernels/measures/label-agreement.ts';
import { BG, FG, IGNORE } from '../../../src-shared/kernels/types.ts';

const cells = fc.array(
  fc.record({ score: fc.integer({ min: -4, max: 4 }), label: fc.constantFrom(FG, BG, IGNORE) }),
  { minLength: 1, maxLength: 40 },
);

test('[M4] AUC is the share of pairs in order, ties half; ignored cells change nothing', () => {
  fc.assert(
    fc.property(cells, (drawn) => {
      const of = (label: number): number[] =>
        drawn.filter((c) => c.label === label).map(({ score }) => score);
      const [fg, bg] = [of(FG), of(BG)];
      let won = 0;
      for (const a of fg) for (const b of bg) won += a > b ? 1 : a === b ? 0.5 : 0;
      const found = labelAuc(
        drawn.map(({ score, label }) => (label === IGNORE ? NaN : score)),
        Int8Array.from(drawn, ({ label }) => label),
      );
      if (fg.length * bg.length === 0) assert.equal(found, null);
      else assert.ok(Math.abs(found! - won / (fg.length * bg.length)) < 1e-12);
    }),
  );
  assert.throws(() => labelAuc([1], Int8Array.of(FG, BG)), RangeError);
  assert.throws(() => labelAuc([NaN, 1], Int8Array.of(FG, BG)), RangeError);
});

test('[M4] IoU is over the cells that the label decides, at the threshold', () => {
  const iou = (logits: readonly number[], label: readonly number[], threshold: number): number | null =>
    labelIou(thresholded(Float32Array.from(logits), threshold), Int8Array.from(label));
  const logits = [3, 3, -3, -3, 3];
  const label = [FG, BG, FG, BG, IGNORE];
  assert.equal(iou(logits, label, 0.5), 1 / 3);
  assert.equal(iou(logits, label, 0.999), 0);
  assert.equal(iou(logits, [BG, BG, BG, BG, BG], 0.999), 1);
  assert.equal(iou(logits, [IGNORE, IGNORE, IGNORE, IGNORE, IGNORE], 0.5), null);
  // A negative threshold is a share of the largest logit.
  assert.equal(iou([4, 1, 2, 0, 0], [FG, BG, FG, BG, BG], -0.4), 1);
  const beside = { probability: Float32Array.of(NaN, 1), threshold: 0.5 };
  assert.equal(labelIou(beside, Int8Array.of(FG, BG)), 0);
});

test('[M5] box recall counts true cells by their middles', () => {
  const truth = Uint8Array.of(1, 1, 0, 1, 0, 0);
  assert.equal(boxRecall([[0, 0, 2, 1]], truth, [2, 3]), 2 / 3);
  assert.equal(
    boxRecall(
      [
        [0, 0, 0.6, 1],
        [0, 1, 3, 2],
      ],
      truth,
      [2, 3],
    ),
    2 / 3,
  );
  assert.equal(boxRecall([], truth, [2, 3]), 0);
  assert.equal(boxRecall([[0, 0, 3, 2]], new Uint8Array(6), [2, 3]), null);
  assert.throws(() => boxRecall([], truth, [2, 2]), RangeError);
});
