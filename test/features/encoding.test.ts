import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEncoding, encodeEncoding, encodingFileBytes } from '../../src-main/features/encoding.ts';
import { encodingHash } from '../../src-main/features/key.ts';

const shape = { tokens: 3, hiddenSize: 2 };
const numbers = Float32Array.of(1.1, -0, 1e-42, 3.4e38, NaN, -Infinity);
const bits = (rows: Float32Array): Uint8Array =>
  new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);

test('an encoding comes back to the bit, wherever the bytes begin', () => {
  const bytes = encodeEncoding(numbers, shape);
  assert.equal(bytes.length, encodingFileBytes(shape));
  assert.deepEqual(bits(decodeEncoding(bytes, shape)), bits(numbers));
  const buffer = Buffer.from(bytes);
  const own = decodeEncoding(buffer, shape);
  buffer.fill(0);
  assert.deepEqual(bits(own), bits(numbers), 'in memory of its own');
  for (const shift of [1, 2, 3]) {
    const moved = new Uint8Array(bytes.length + shift);
    moved.set(bytes, shift);
    assert.deepEqual(bits(decodeEncoding(moved.subarray(shift), shape)), bits(numbers));
  }
  assert.equal(encodingFileBytes({ tokens: 576, hiddenSize: 4096 }), 9_437_184 + 24);
  assert.throws(() => encodeEncoding(numbers, { tokens: 2, hiddenSize: 2 }), { code: 'internal' });
});

test('cut short, changed in any byte, or of another shape: refused', () => {
  const bytes = encodeEncoding(numbers, shape);
  const refused = { code: 'bad_input', message: /not a kept encoding/ };
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => decodeEncoding(bytes.subarray(0, length), shape), refused);
  }
  for (let i = 0; i < bytes.length; i++) {
    const changed = bytes.map((byte, at) => (at === i ? byte ^ 16 : byte));
    assert.throws(() => decodeEncoding(changed, shape), refused, `byte ${i}`);
  }
  assert.throws(() => decodeEncoding(bytes, { tokens: 2, hiddenSize: 3 }), refused);
});

test('other numbers, another grid or another encoder: another name', () => {
  const other = numbers.map((value, i) => (i === 0 ? 1.2 : value));
  const names = [
    encodingHash('e', [1, 3], numbers),
    encodingHash('f', [1, 3], numbers),
    encodingHash('e', [3, 1], numbers),
    encodingHash('e', [1, 3], other),
  ];
  assert.equal(new Set(names).size, names.length);
  const part = new Float32Array([9, ...numbers]).subarray(1);
  assert.equal(encodingHash('e', [1, 3], part), names[0], 'wherever the numbers lie in memory');
});
