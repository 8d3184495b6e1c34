import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toFloats } from '../../../src-main/checkpoint/quantised/floats.ts';
import { toHalves } from '../../../src-main/checkpoint/quantised/halves.ts';
import { fromFloat16, toFloat16 } from '../../../src-shared/kernels/float16.ts';
import { randoms, seeded } from '../../support/numbers.ts';

function assertRounded(floats: Float32Array): void {
  const halves = toHalves(floats);
  assert.ok(typeof halves !== 'number');
  floats.forEach((float, i) => {
    assert.equal(halves[i], toFloat16(float), `${float} became ${fromFloat16(halves[i] as number)}`);
  });
}

test('every bfloat16 that float16 can say is rounded as the kernels round, ties and subnormals too', () => {
  const brain = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
  const floats = toFloats(new Uint8Array(brain.buffer), 'BF16').filter((float) => Math.abs(float) <= 65504);
  assert.ok(floats.length > 36_000);
  assertRounded(floats);
});

test('float16 numbers, the middles between them and what lies beside the middles', () => {
  const floats: number[] = [];
  for (let bits = 0; bits < 0x7bff; bits += 7) {
    const [low, high] = [fromFloat16(bits), fromFloat16(bits + 1)];
    const middle = (low + high) / 2;
    for (const float of [low, middle, middle * (1 - 2 ** -20), middle * (1 + 2 ** -20)])
      floats.push(float, -float);
  }
  assertRounded(Float32Array.from(floats));
  assertRounded(randoms(20_000, seeded(5), 1e-6));
  assertRounded(randoms(20_000, seeded(6), 3));
});

test('the first number beyond float16 is pointed at; 65519 still rounds to 65504', () => {
  assert.deepEqual(toHalves(Float32Array.of(65504, -65519)), Uint16Array.of(0x7bff, 0xfbff));
  for (const large of [65520, -65536, 3e38, Infinity, NaN]) {
    assert.equal(toHalves(Float32Array.of(1, large, large)), 1);
  }
});
