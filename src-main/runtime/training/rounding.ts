/** float32 arithmetic that JavaScript has no operation for. */

/**
 * a·b + c of float32 numbers with one rounding at the end (IEEE 754-2019 §5.4.1, fusedMultiplyAdd): the product of two
 * float32 is exact in a double; the sum may be rounded there once before it is rounded to float32, which matters only
 * where the first rounding ends exactly halfway between two float32 numbers.
 */
export function fma32(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const near = Math.fround(sum);
  const off = sum - near;
  // Halfway: as far on the other side lies a float32 too.
  if (off === 0 || Math.fround(near + 2 * off) !== near + 2 * off) return near;
  const lost = lostIn(product, c, sum);
  return lost !== 0 && lost > 0 === off > 0 ? near + 2 * off : near;
}

/** a + b − sum without error (Knuth, The Art of Computer Programming 2, §4.2.2, theorem B). */
function lostIn(a: number, b: number, sum: number): number {
  const back = sum - a;
  return a - (sum - back) + (b - back);
}
