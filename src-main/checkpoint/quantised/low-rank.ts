/** A matrix of low rank added to rows of a weight while those are read: nothing larger than the rows is made. */
import { open } from 'node:fs/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { LowRank, WeightRef } from '../../graph/weights.ts';
import { readFloats } from './floats.ts';

/** Adds to whole rows, the first of which is row `first` of the weight, in place; false: a sum is not finite. */
export type AddRows = (rows: Float32Array, first: number) => boolean;

/**
 * `rows[n, k] += scale · Σ_r left[n, r] · right[r, k]`: the sum rounded to float32 before it is scaled, and scaled
 * before it is added, as PEFT does it (`LoraLayer.get_delta_weight`).
 * @param shape of the weight, `[N, …]`
 */
export async function adder(plus: LowRank, [rows = 0, ...rest]: readonly number[]): Promise<AddRows> {
  const k = rest.reduce((a, b) => a * b, 1);
  const { rank, scale, transposed } = plus;
  const [left, right] = await Promise.all([
    wholeTensor(plus.left).then((values) => (transposed ? transpose(values, rank) : values)),
    wholeTensor(plus.right).then((values) => (transposed ? transpose(values, k) : values)),
  ]);
  if (left.length !== rows * rank || right.length !== rank * k) {
    throw new FoveaError('internal', 'a matrix of low rank does not fit its weight');
  }
  const size = Math.fround(scale);
  return (floats, first) => {
    const sum = new Float32Array(k);
    let poison = 0;
    for (let row = 0; row * k < floats.length; row++) {
      addUp(sum, left, right, (first + row) * rank, rank);
      const at = row * k;
      for (let i = 0; i < k; i++) {
        const whole = Math.fround((floats[at + i] as number) + Math.fround(size * (sum[i] as number)));
        floats[at + i] = whole;
        poison += whole * 0; // NaN when it is not finite
      }
    }
    return poison === 0;
  };
}

/** `sum[k] = Σ_r left[at + r] · right[r, k]`, four of r at once. */
function addUp(sum: Float32Array, left: Float32Array, right: Float32Array, at: number, rank: number): void {
  const k = sum.length;
  sum.fill(0);
  for (let r = 0; r < rank; r += 4) {
    const [a, b, c, d] = [0, 1, 2, 3].map((i) => (r + i < rank ? (left[at + r + i] as number) : 0)) as [
      number,
      number,
      number,
      number,
    ];
    const [p, q, s, t] = [0, 1, 2, 3].map((i) => Math.min(r + i, rank - 1) * k) as [
      number,
      number,
      number,
      number,
    ];
    for (let i = 0; i < k; i++) {
      sum[i] =
        (sum[i] as number) +
        a * (right[p + i] as number) +
        b * (right[q + i] as number) +
        c * (right[s + i] as number) +
        d * (right[t + i] as number);
    }
  }
}

/** `[rows, columns]` of `[columns, rows]`. @param rows length of a stored row's opposite: columns of what is stored */
function transpose(values: Float32Array, columns: number): Float32Array {
  const rows = values.length / columns;
  const out = new Float32Array(values.length);
  // Stored `[columns, rows]` → `[rows, columns]`.
  for (let c = 0; c < columns; c++)
    for (let r = 0; r < rows; r++) out[r * columns + c] = values[c * rows + r] as number;
  return out;
}

async function wholeTensor(ref: WeightRef): Promise<Float32Array> {
  const count = ref.shape.reduce((a, b) => a * b, 1);
  const out = new Float32Array(count);
  const file = await open(ref.file, 'r');
  try {
    let at = 0;
    for await (const floats of readFloats(file, { ...ref, name: ref.file }, count)) {
      out.set(floats, at);
      at += floats.length;
    }
  } finally {
    await file.close();
  }
  return out;
}
