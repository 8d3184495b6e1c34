import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { BG, FG, IGNORE } from '../../../src-shared/kernels/types.ts';
import type { PlacedMap } from '../../../src-shared/contract/outcome.ts';
import {
  type PlacedLabel,
  boxesIou,
  disagreement,
  foregroundIou,
  roiShape,
  truthIou,
  uncertainty,
} from '../../../src-main/store/scores/score.ts';

/** 2 × 4 cells over a picture of 40 × 20 pixels. */
const transform = { scaleX: 0.1, scaleY: 0.1, offsetX: 0, offsetY: 0 };
const roi = { variant: 'llava', form: 'bbox', threshold: 0.5 } as const;

function label(...values: number[]): PlacedLabel {
  return { labels: Int8Array.from(values), grid: [2, 4], transform, size: [40, 20] };
}

/** Logits: high where 1, low where 0. */
function rpn(...mask: number[]): PlacedMap {
  return { grid: [2, 4], transform, bits: encodeFloat16(mask.map((on) => (on ? 6 : -6))) };
}

test('disagreement is 1 − IoU over the cells that the label decides', () => {
  const half = label(FG, FG, BG, BG, BG, BG, BG, BG);
  assert.equal(disagreement(half, rpn(1, 1, 0, 0, 0, 0, 0, 0), roi), 0);
  assert.equal(disagreement(half, rpn(0, 1, 1, 0, 0, 0, 0, 0), roi), 1 - 1 / 3);
  assert.equal(disagreement(half, rpn(0, 0, 0, 1, 0, 0, 0, 0), roi), 1);
  const open = label(FG, IGNORE, BG, BG, BG, BG, BG, BG);
  assert.equal(disagreement(open, rpn(1, 1, 0, 0, 0, 0, 0, 0), roi), 0, 'ignore counts for neither');
  assert.equal(disagreement(label(...Array<number>(8).fill(IGNORE)), rpn(1, 1, 1, 1, 1, 1, 1, 1), roi), null);
  assert.equal(disagreement(label(...Array<number>(8).fill(BG)), rpn(0, 0, 0, 0, 0, 0, 0, 0), roi), 0);
});

test('an RPN with another grid is resized bilinearly to the label’s', () => {
  const fine: PlacedMap = {
    grid: [4, 8],
    transform: { scaleX: 0.2, scaleY: 0.2, offsetX: 0, offsetY: 0 },
    bits: encodeFloat16(Array.from({ length: 32 }, (_, i) => (i % 8 < 4 ? 6 : -6))),
  };
  assert.equal(disagreement(label(FG, FG, BG, BG, FG, FG, BG, BG), fine, roi), 0);
  assert.equal(disagreement(label(BG, BG, FG, FG, BG, BG, FG, FG), fine, roi), 1);
  // Two cells over the picture's whole width: 1, ¾, ¼, 0 under the four columns of the label.
  const coarse: PlacedMap = {
    grid: [1, 2],
    transform: { scaleX: 0.05, scaleY: 0.05, offsetX: 0, offsetY: 0 },
    bits: encodeFloat16([9, -9]),
  };
  const low = { ...roi, threshold: 0.2 };
  assert.equal(disagreement(label(FG, FG, FG, BG, FG, FG, FG, BG), coarse, low), 0);
  assert.equal(disagreement(label(FG, FG, BG, BG, FG, FG, BG, BG), coarse, roi), 0);
});

test('beside the picture, on padding, the RPN claims nothing', () => {
  const wide: PlacedMap = {
    grid: [1, 4],
    transform: { scaleX: 0.1, scaleY: 0.1, offsetX: 0, offsetY: 0 },
    bits: encodeFloat16([6, 6, 6, 6]),
  };
  const padded = { ...transform, offsetY: 1 };
  // The first row of the label's square lies above the picture.
  const square = { ...label(BG, BG, BG, BG, FG, FG, FG, FG), transform: padded, size: [40, 10] as const };
  assert.equal(disagreement(square, wide, roi), 0);
});

test('a negative threshold is a share of the largest logit', () => {
  const map = { ...rpn(), bits: encodeFloat16([8, 5, 3, 0, 0, 0, 0, 0]) };
  const negative = { ...roi, threshold: -0.5 };
  assert.equal(disagreement(label(FG, FG, BG, BG, BG, BG, BG, BG), map, negative), 0);
});

test('uncertainty is the entropy of the tenth of the cells nearest the threshold', () => {
  const sure = { ...rpn(), bits: encodeFloat16([9, -9, -9, -9, -9, -9, -9, -9]) };
  const unsure = { ...rpn(), bits: encodeFloat16([0, -9, -9, -9, -9, -9, -9, -9]) };
  assert.equal(uncertainty(unsure, roi), 1);
  assert.ok(uncertainty(sure, roi)! < 0.01);
  assert.equal(uncertainty({ ...rpn(), bits: encodeFloat16([NaN, 0, 0, 0, 0, 0, 0, 0]) }, roi), null);
});

test('the region is the box around the foreground in shares of the picture, clipped to it', () => {
  assert.deepEqual(roiShape(label(BG, FG, BG, BG, BG, BG, FG, BG)), { size: 0.5, x: 0.5, y: 0.5 });
  assert.equal(roiShape(label(BG, BG, BG, BG, BG, BG, BG, BG)), null);
  const padded = { ...label(FG, BG, BG, BG, FG, BG, BG, BG), transform: { ...transform, offsetX: 0.5 } };
  assert.deepEqual(roiShape(padded), { size: 0.125, x: 0.0625, y: 0.5 }, 'half of the column is padding');
});

test('the IoU of two labels counts foreground only', () => {
  const of = (...values: number[]): Int8Array => Int8Array.from(values);
  assert.equal(foregroundIou(of(1, 1, 0, -100), of(1, 0, 1, -100)), 1 / 3);
  assert.equal(foregroundIou(of(0, -100), of(-100, 0)), 1);
  assert.equal(foregroundIou(of(1), of(1, 1)), null);
});

test('boxes are compared in pixels: the one around the foreground and the one around all others', () => {
  const left = label(FG, FG, BG, BG, FG, FG, BG, BG);
  assert.equal(boxesIou(left, [[0, 0, 20, 20]]), 1);
  assert.equal(boxesIou(left, [[0, 0, 40, 20]]), 0.5);
  assert.equal(
    boxesIou(left, [
      [0, 0, 10, 20],
      [30, 0, 40, 20],
    ]),
    0.5,
    'two boxes count as the one around them',
  );
  assert.equal(boxesIou(label(...Array<number>(8).fill(BG)), [[0, 0, 40, 20]]), null);
  assert.throws(() => boxesIou(left, []), RangeError);
});

test('the truth is compared over the tokens that the label decides', () => {
  assert.equal(truthIou(label(FG, FG, BG, BG, BG, BG, BG, BG), [[0, 0, 20, 10]]), 1);
  assert.equal(truthIou(label(FG, BG, BG, BG, BG, BG, BG, BG), [[0, 0, 20, 10]]), 0.5);
  assert.equal(
    truthIou(label(FG, IGNORE, BG, BG, BG, BG, BG, BG), [[0, 0, 20, 10]]),
    1,
    'ignored tokens count for neither',
  );
  assert.equal(truthIou(label(...Array<number>(8).fill(IGNORE)), [[0, 0, 20, 10]]), null);
});
