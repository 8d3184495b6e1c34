import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BLOCK, quantise } from '../../../src-main/checkpoint/quantised/blocks.ts';
import { toFloats } from '../../../src-main/checkpoint/quantised/floats.ts';
import { fromFloat16 } from '../../../src-shared/kernels/float16.ts';
import { randoms, seeded } from '../../support/numbers.ts';
import { dequantise } from '../../support/quantised.ts';

const SEED = 2026;

for (const bits of [4, 8] as const) {
  test(`${bits} bits: every weight comes back within half a scale, those that cannot within one`, () => {
    const k = 3 * BLOCK + 8;
    const weights = randoms(7 * k, seeded(SEED + bits), 0.3);
    const back = dequantise(quantise(weights, k, bits)!, k, bits);
    for (let row = 0; row < 7; row++) {
      for (let start = 0; start < k; start += BLOCK) {
        const at = [row * k + start, row * k + Math.min(k, start + BLOCK)] as const;
        const block = [...weights.subarray(...at)];
        const largest = block.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
        const scale = Math.abs(largest) / 2 ** (bits - 1);
        block.forEach((weight, i) => {
          // The number line has one step less on the largest one's other side.
          const beyond = weight * largest < 0 && Math.abs(weight) > Math.abs(largest) - scale / 2;
          const error = Math.abs((back[at[0] + i] as number) - weight);
          assert.ok(error <= (beyond ? 1 : 0.5001) * scale, `${weight} of ${largest} came back ${error} off`);
        });
        const met = back[at[0] + block.indexOf(largest)] as number;
        assert.ok(Math.abs(met - largest) < 1e-6, 'the largest is met exactly');
      }
    }
  });
}

test('blocks of zeros, of one value and of tiny ones come back as themselves', () => {
  for (const value of [0, 0.25, -3, 1e-44]) {
    const weights = new Float32Array(BLOCK).fill(value);
    const back = dequantise(quantise(weights, BLOCK, 4)!, BLOCK, 4);
    for (const weight of back) assert.ok(Math.abs(weight - value) <= 1e-6 * Math.abs(value) + 1e-43);
  }
});

test('weights that are no finite numbers are refused', () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    const weights = new Float32Array(2 * BLOCK).fill(0.5);
    weights[40] = bad;
    assert.equal(quantise(weights, BLOCK, 4), null);
  }
});

test('stored halves are read exactly', () => {
  const bits = Uint16Array.from([0x3c00, 0xc000, 0x0001, 0x7bff, 0x8000]);
  const bytes = new Uint8Array(bits.buffer);
  assert.deepEqual([...toFloats(bytes, 'F16')], [...bits].map(fromFloat16));
  const brain = Uint16Array.from([0x3f80, 0xc040, 0x3dcd, 0x0000]);
  assert.deepEqual([...toFloats(new Uint8Array(brain.buffer), 'BF16')], [1, -3, 0.10009765625, 0]);
});
