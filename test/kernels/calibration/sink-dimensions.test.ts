import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sinkDimensions } from '../../../src-shared/kernels/calibration/sink-dimensions.ts';
import { seeded } from '../../../src-shared/kernels/seeded.ts';

const SIZE = 1024;

/** Six tokens, of which the first two are huge in dimensions 7 and, in every other sample, 9. */
function states(i: number) {
  const random = seeded(i);
  const rows = Float32Array.from({ length: 6 * SIZE }, () => random() - 0.5);
  for (const token of [0, 1]) {
    rows[token * SIZE + 7] = 40;
    if (i % 4 === 0) rows[token * SIZE + 9] = -40;
  }
  return { rows, size: SIZE };
}

test('[CA6] dimensions that are huge at some tokens of most samples are found', () => {
  assert.deepEqual(sinkDimensions([1, 2, 3, 5].map(states)), [{ dimension: 7, samples: 1, tokens: 2 }]);
  const some = sinkDimensions([1, 4, 8, 3].map(states));
  assert.deepEqual(
    some.map(({ dimension, samples }) => [dimension, samples]),
    [
      [7, 1],
      [9, 0.5],
    ],
  );
  assert.deepEqual(sinkDimensions([{ rows: new Float32Array(SIZE), size: SIZE }]), []);
  assert.throws(() => sinkDimensions([{ rows: new Float32Array(5), size: 4 }]), RangeError);
});

test('[CA6] no state of few dimensions can be that large', () => {
  const rows = new Float32Array(128);
  rows[3] = 1;
  assert.deepEqual(sinkDimensions([{ rows, size: 128 }]), []);
  assert.equal(sinkDimensions([{ rows, size: 128 }], 10).length, 1);
});
