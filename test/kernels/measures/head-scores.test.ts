import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeFloat16, encodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { headAgreement, sinkCells, sinkShare } from '../../../src-shared/kernels/measures/head-scores.ts';
import { rocAuc } from '../../../src-shared/kernels/measures/metrics.ts';
import { BG, FG, IGNORE } from '../../../src-shared/kernels/types.ts';

const cells = fc.array(
  fc.record({
    value: fc.oneof(fc.constantFrom(0, 0.25, 1e-7), fc.double({ min: 0, max: 1, noNaN: true })),
    label: fc.constantFrom(FG, BG, IGNORE),
  }),
  { minLength: 1, maxLength: 80 },
);

test('[H1] agreement is the ROC-AUC over the cells that are not ignored', () => {
  fc.assert(
    fc.property(cells, (drawn) => {
      const bits = encodeFloat16(drawn.map(({ value }) => value));
      const label = Int8Array.from(drawn, (cell) => cell.label);
      const counted = [...label.keys()].filter((i) => label[i] !== IGNORE);
      const values = decodeFloat16(bits);
      const expected = rocAuc(
        counted.map((i) => values[i]!),
        counted.map((i) => (label[i] === FG ? 1 : 0)),
      );
      const found = headAgreement(bits, label);
      if (expected === null) assert.equal(found, null);
      else assert.ok(Math.abs(found! - expected) < 1e-12);
    }),
  );
});

test('[H2] one class, or a value that is no attention, has no agreement', () => {
  const label = Int8Array.of(FG, BG);
  assert.equal(headAgreement(encodeFloat16([1, 0]), Int8Array.of(FG, FG)), null);
  for (const bad of [NaN, Infinity, -1]) assert.equal(headAgreement(encodeFloat16([bad, 0]), label), null);
  assert.throws(() => headAgreement(encodeFloat16([1]), label), RangeError);
});

test('[H3] the sink share is what falls on cells at or above the threshold', () => {
  const sinks = sinkCells(Float32Array.of(0.1, 0.5, 0.6), 0.5);
  assert.deepEqual([...sinks], [0, 1, 1]);
  assert.equal(sinkShare(encodeFloat16([0.5, 0.25, 0.25]), sinks), 0.5);
  assert.equal(sinkShare(encodeFloat16([0, 0, 0]), sinks), null);
});
