import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMap, probabilities, toRgba, withRange } from '../../../src-renderer/logic/map-values.ts';
import { encodeFloat16 } from '../../../src-shared/kernels/float16.ts';

test('decodes little-endian float16 at any byte offset', () => {
  const bits = encodeFloat16(Float32Array.of(0, 1, -2.5, 65504));
  const bytes = new Uint8Array(9);
  bytes.set(new Uint8Array(bits.buffer), 1);
  assert.deepEqual([...decodeMap(bytes.subarray(1))], [0, 1, -2.5, 65504]);
});

test('masked values are neither low nor high', () => {
  const map = withRange(Float32Array.of(NaN, 0.2, Infinity, 0.4));
  assert.deepEqual(map.range && [map.range.min, map.range.max], [Math.fround(0.2), Math.fround(0.4)]);
  const pixels = toRgba(map, 'viridis');
  assert.equal(pixels[3], 0);
  assert.equal(pixels[2 * 4 + 3], 0);
  assert.deepEqual([...pixels.slice(4, 7)], [68, 1, 84]);
  assert.equal(pixels[4 + 3], 0, 'the lowest value leaves the picture as it is');
  assert.deepEqual([...pixels.slice(12, 16)], [253, 231, 37, 255]);
});

test('what is half way up or higher is drawn in full, what is lower fades', () => {
  const pixels = toRgba(withRange(Float32Array.of(0, 0.25, 0.5, 1)), 'viridis');
  assert.deepEqual(
    [3, 7, 11, 15].map((at) => pixels[at]),
    [0, 128, 255, 255],
  );
});

test('a map without finite values has no range and draws nothing', () => {
  const map = withRange(Float32Array.of(NaN, -Infinity));
  assert.equal(map.range, null);
  assert.ok(toRgba(map, 'inferno').every((byte) => byte === 0));
});

test('a constant map is drawn, not divided by zero', () => {
  const pixels = toRgba(withRange(Float32Array.of(3, 3)), 'cividis');
  assert.deepEqual([...pixels.slice(0, 4)], [254, 232, 56, 255]);
});

test('logits become probabilities and NaN stays NaN', () => {
  const [half, one, none] = probabilities(Float32Array.of(0, 200, NaN));
  assert.equal(half, 0.5);
  assert.equal(one, 1);
  assert.ok(Number.isNaN(none));
});
