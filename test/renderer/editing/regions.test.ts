import assert from 'node:assert/strict';
import { test } from 'node:test';
import { regionsOf } from '../../../src-renderer/editing/regions.ts';
import { secondLook } from '../../../src-renderer/sample/second-look.ts';
import { timingBars } from '../../../src-renderer/sample/timing-bars.ts';

const prediction = {
  boxes: {
    raw: [[0, 0, 10, 10]] as [number, number, number, number][],
    denoised: [
      [2, 2, 4, 4],
      [6, 1, 8, 3],
    ] as [number, number, number, number][],
    rpn: [],
  },
  secondStage: {
    crop: [2, 1, 8, 4] as [number, number, number, number],
    from: 'rpn' as const,
    answer: 'x',
    skipped: null,
  },
  grid: [2, 2] as [number, number],
  transform: { scaleX: 0.1, scaleY: 0.1, offsetX: 0, offsetY: 0 },
};

test('regions are whole pixels inside the picture, each once, the crop first', () => {
  const found = regionsOf(prediction, Int8Array.of(0, 1, -100, 0), [15, 12]);
  assert.deepEqual(
    found.map(({ id, box }) => [id, [...box]]),
    [
      ['crop', [2, 1, 8, 4]],
      ['raw', [0, 0, 10, 10]],
      ['label', [10, 0, 15, 10]],
    ],
  );
  const none = { ...prediction, boxes: { raw: [], denoised: [], rpn: [] }, secondStage: null };
  assert.deepEqual(regionsOf(none, null, [15, 12]), []);
});

test('what there is to look at again: a changed label’s region, or a crop without an answer', () => {
  const detail = { prediction: { ...prediction, id: 7 }, image: { width: 15, height: 12 } };
  const label = Int8Array.of(0, 1, -100, 0);
  assert.deepEqual(secondLook(detail, label, true), { kind: 'label', predictionId: 7, box: [10, 0, 15, 10] });
  assert.equal(secondLook(detail, Int8Array.of(0, 0, 0, 0), true).kind, 'none');
  assert.equal(secondLook(detail, label, false).kind, 'none', 'it has an answer');
  const without = { ...detail, prediction: { ...detail.prediction, secondStage: null } };
  assert.deepEqual(secondLook(without, label, false), { kind: 'map', predictionId: 7 });
  assert.equal(secondLook({ ...detail, prediction: null }, null, false).kind, 'none');
});

test('time is told in parts that add up', () => {
  const { total, bars } = timingBars({
    decode: 10,
    preprocess: 5,
    encode: 35,
    prefill: 40,
    odd: 4,
    total: 100,
  });
  assert.equal(total, 100);
  assert.deepEqual(
    bars.map(({ words, ms }) => [words, ms]),
    [
      ['Read and resize picture', 15],
      ['Encode picture', 35],
      ['Read prompt', 40],
      ['Other', 10],
    ],
  );
  assert.equal(
    bars.reduce((sum, { share }) => sum + share, 0),
    1,
  );
  assert.deepEqual(timingBars({}), { total: 0, bars: [] });
});
