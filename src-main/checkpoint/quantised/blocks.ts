/**
 * Weights in blocks, as `MatMulNBits` takes them: 32 values along a row share one float32 scale, and each is a whole
 * number of 4 or 8 bits. The scale is the block's largest value over the most negative number, sign included, so
 * that this value is met exactly; the others are off by half a scale at most, one of the largest size and the other
 * sign by a whole one.
 */

/** Values per scale: ONNX Runtime's fastest, and the finest that costs one bit per weight for scales. */
export const BLOCK = 32;

export type Bits = 4 | 8;

export interface Blocks {
  /** uint8 `[rows, blocks, BLOCK · bits / 8]`; at 4 bits the earlier value is the low half of its byte. */
  readonly values: Uint8Array;
  /** `[rows, blocks]`. */
  readonly scales: Float32Array;
}

/** Blocks in a row of `k` values; the last one may be padded. */
export function blocksOf(k: number): number {
  return Math.ceil(k / BLOCK);
}

/**
 * Quantises `weights` `[rows, k]`. Value = `(q − 2^(bits−1)) · scale`.
 * @returns null when a weight is not a finite number
 */
export function quantise(weights: Float32Array, k: number, bits: Bits): Blocks | null {
  const rows = weights.length / k;
  const blocks = blocksOf(k);
  const bytes = (BLOCK * bits) / 8;
  const half = 2 ** (bits - 1);
  const top = 2 * half - 1;
  const values = new Uint8Array(rows * blocks * bytes);
  const scales = new Float32Array(rows * blocks);
  const q = new Uint8Array(BLOCK);
  let poison = 0;
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const start = row * k + block * BLOCK;
      const end = Math.min(start + BLOCK, (row + 1) * k);
      let low = 0;
      let high = 0;
      for (let i = start; i < end; i++) {
        const w = weights[i] as number;
        if (w < low) low = w;
        else if (w > high) high = w;
        poison += w * 0; // NaN when w is not finite
      }
      const scale = Math.fround((-low > high ? low : high) / -half);
      const at = row * blocks + block;
      scales[at] = scale;
      // A scale too small for float32 is zero, and so are the weights.
      const inverse = scale === 0 ? 0 : 1 / scale;
      q.fill(half);
      for (let i = start; i < end; i++) {
        const n = Math.floor((weights[i] as number) * inverse + half + 0.5);
        q[i - start] = n > top ? top : n;
      }
      const out = at * bytes;
      if (bits === 8) values.set(q, out);
      else
        for (let i = 0; i < bytes; i++)
          values[out + i] = (q[2 * i] as number) | ((q[2 * i + 1] as number) << 4);
    }
  }
  return poison === 0 ? { values, scales } : null;
}
