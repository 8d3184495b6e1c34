/**
 * Weights as whole numbers with one scale per row, as `MatMulInteger` takes them (graph/rows.ts): the scale is the row's
 * largest number over the largest whole one, the others are off by half a scale at most. Scale and products are symmetric: there
 * is no zero point. Two digits are 16 bits: 256 times the first and the second, both from −128 to 127.
 */
import type { Digits } from '../../graph/weights.ts';
import { DIGIT_BASE, LARGEST_WHOLE } from '../../graph/weights.ts';

export interface QuantisedRows {
  /** `[rows, digits·k]`, a row's first digits before its second. */
  readonly values: Int8Array;
  /** `[rows]`. */
  readonly scales: Float32Array;
}

/**
 * Quantises `weights` `[rows, k]`. Value = `q · scale of its row`.
 * @param factors `[k]`: what inputs are multiplied by, and weights therefore divided by, before they are rounded
 * @returns null when a weight is not a finite number
 */
export function quantiseRows(
  weights: Float32Array,
  k: number,
  digits: Digits = 1,
  factors: Float32Array | null = null,
): QuantisedRows | null {
  const rows = weights.length / k;
  const values = new Int8Array(weights.length * digits);
  const scales = new Float32Array(rows);
  const own = factors ? Float32Array.from(factors, (factor) => 1 / factor) : null;
  const smooth = new Float32Array(k);
  const limit = LARGEST_WHOLE[digits];
  let poison = 0;
  for (let row = 0; row < rows; row++) {
    const at = row * k;
    let largest = 0;
    for (let i = 0; i < k; i++) {
      const w = (weights[at + i] as number) * (own ? (own[i] as number) : 1);
      smooth[i] = w;
      const size = w < 0 ? -w : w;
      if (size > largest) largest = size;
      poison += w * 0; // NaN when w is not finite
    }
    const scale = Math.fround(largest / limit);
    scales[row] = scale;
    // A scale too small for float32 is zero, and so are the weights.
    const inverse = scale === 0 ? 0 : 1 / scale;
    const to = at * digits;
    for (let i = 0; i < k; i++) {
      const near = Math.floor((smooth[i] as number) * inverse + 0.5);
      const q = near > limit ? limit : near < -limit ? -limit : near;
      if (digits === 1) {
        values[to + i] = q;
      } else {
        const first = Math.floor((q + DIGIT_BASE / 2) / DIGIT_BASE);
        values[to + i] = first;
        values[to + k + i] = q - DIGIT_BASE * first;
      }
    }
  }
  return poison === 0 ? { values, scales } : null;
}
