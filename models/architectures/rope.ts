/**
 * Rotary tables, made on the host: shaders promise little about sines of large angles, and the tables are a few
 * kilobytes. Angles are float32 products and the functions are rounded to float32, as the reference does.
 */

/**
 * `cos` and `sin` `[count, headDim]` of positions start…start+count−1; the first half of each sine row is negated, so
 * that rotating is `x · cos + swapHalves(x) · sin`.
 */
export function ropeTables(
  start: number,
  count: number,
  headDim: number,
  theta: number,
): { cos: Float32Array; sin: Float32Array } {
  const half = headDim / 2;
  const cos = new Float32Array(count * headDim);
  const sin = new Float32Array(count * headDim);
  for (let j = 0; j < half; j++) {
    const exponent = Math.fround((2 * j) / headDim);
    const frequency = Math.fround(1 / Math.fround(theta ** exponent));
    for (let i = 0; i < count; i++) {
      const angle = Math.fround((start + i) * frequency);
      const at = i * headDim + j;
      cos[at] = cos[at + half] = Math.cos(angle);
      sin[at + half] = Math.sin(angle);
      sin[at] = -Math.sin(angle);
    }
  }
  return { cos, sin };
}
