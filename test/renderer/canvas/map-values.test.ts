import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMap, probabilities, withRange } from '../../../src-renderer/canvas/map-values.ts';
import { encodeFloat16 } from '../../../src-shared/kernels/float16.ts';

test('decodes little-endian float16 at any byte offset', () => {
  const bits = encodeFloat16(Float32Array.of(0, 1, -2.5, 65504));
  const bytes = new Uint8Array(9);
  bytes.set(new Uint8Array(bits.buffer), 1);
  assert.deepEqual([...decodeMap(bytes.subarray(1))], [0, 1, -2.5, 65504]);
});

test('masked values are left out of the range', () => {
  const map = withRange(Float32Array.of(NaN, 0.2, Infinity, 0.4));
  assert.deepEqual(map.range && [map.range.min, map.range.max], [Math.fround(0.2), Math.fround(0.4)]);
});

test('a map without finite values has no range', () => {
  assert.equal(withRange(Float32Array.of(NaN, -Infinity)).range, null);
});

test('logits become probabilities and NaN stays NaN', () => {
  const [half, one, none] = probabilities(Float32Array.of(0, 200, NaN));
  assert.equal(half, 0.5);
  assert.equal(one, 1);
  assert.ok(Number.isNaN(none));
});
