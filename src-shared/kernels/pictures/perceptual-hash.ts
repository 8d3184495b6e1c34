/**
 * A 64-bit hash that pictures share when they look alike (pHash: C. Zauner, Implementation and Benchmarking of Perceptual
 * Image Hash Functions, 2010, §3.2.1): the lowest frequencies of a small grey picture, each above or below their median.
 * Scaling, other compression and brightness move few bits; another picture has another half of them.
 */

/** Side of the grey picture that is hashed, in pixels. */
export const HASH_SIDE = 32;
/** Side of the block of frequencies: 64 of them, the constant row and column left out. */
const BLOCK = 8;
/** Below this a frequency is what rounding made of nothing (the sums are of 32 × 32 values up to 255). */
const NOTHING = 1e-6;

/** cos((2x + 1)·u·π / 64) for frequency u + 1 at pixel x. */
const COSINES = Float64Array.from({ length: BLOCK * HASH_SIDE }, (_, i) => {
  const [u, x] = [Math.floor(i / HASH_SIDE) + 1, i % HASH_SIDE];
  return Math.cos(((2 * x + 1) * u * Math.PI) / (2 * HASH_SIDE));
});

/**
 * @param grey `[32*32]` row-major, any scale
 * @returns 8 bytes, most significant bit first: frequencies row by row, vertical ones 1 to 8 over horizontal ones 1 to 8
 * @throws RangeError for another number of pixels, or a value that is no number
 */
export function perceptualHash(grey: ArrayLike<number>): Uint8Array {
  if (grey.length !== HASH_SIDE * HASH_SIDE) {
    throw new RangeError(`a picture of ${HASH_SIDE}x${HASH_SIDE} grey pixels is hashed, got ${grey.length}`);
  }
  const across = new Float64Array(HASH_SIDE * BLOCK);
  for (let y = 0; y < HASH_SIDE; y++) {
    for (let u = 0; u < BLOCK; u++) {
      let sum = 0;
      for (let x = 0; x < HASH_SIDE; x++) sum += grey[y * HASH_SIDE + x]! * COSINES[u * HASH_SIDE + x]!;
      across[y * BLOCK + u] = sum;
    }
  }
  const block = new Float64Array(BLOCK * BLOCK);
  for (let v = 0; v < BLOCK; v++) {
    for (let u = 0; u < BLOCK; u++) {
      let sum = 0;
      for (let y = 0; y < HASH_SIDE; y++) sum += across[y * BLOCK + u]! * COSINES[v * HASH_SIDE + y]!;
      if (!Number.isFinite(sum)) throw new RangeError('grey values must be finite numbers');
      block[v * BLOCK + u] = Math.abs(sum) < NOTHING ? 0 : sum;
    }
  }
  const sorted = block.toSorted();
  const median = (sorted[BLOCK * 4 - 1]! + sorted[BLOCK * 4]!) / 2;
  const hash = new Uint8Array(BLOCK);
  block.forEach((value, i) => {
    if (value > median) hash[i >> 3]! |= 0x80 >> (i & 7);
  });
  return hash;
}
