/**
 * Sums in NumPy's order. Where a search takes the first of equal sums, or a sum is divided, the order in which floats were added
 * decides the result; the baselines' authors add with NumPy. Source: `pairwise_sum` of numpy/_core/src/umath (the algorithm; own code).
 */

type Floats = Float32Array | Float64Array;

/** Above so many numbers NumPy halves. */
const BLOCK = 128;
const LANES = 8;

/** `values[start…start+count)` as `numpy.sum` adds a contiguous row, each step rounded to the array's own precision. */
export function numpySum(values: Floats, start = 0, count: number = values.length - start): number {
  const round = values instanceof Float32Array ? Math.fround : (x: number) => x;
  return pairwise(values, start, count, round);
}

/**
 * The sum of a rectangle of a row-major table, as `numpy.sum` gives it of a slice: of its numbers laid one after the other.
 * @param width columns of the table
 * @param box of it, `[x0, y0, x1, y1)`
 */
export function numpySumOf(
  values: Floats,
  width: number,
  [x0, y0, x1, y1]: readonly [x0: number, y0: number, x1: number, y1: number],
): number {
  if (x1 - x0 === width) return numpySum(values, y0 * width, (y1 - y0) * width);
  const wide = x1 - x0;
  const slice = values.slice(0, wide * (y1 - y0));
  for (let y = y0; y < y1; y++) slice.set(values.subarray(y * width + x0, y * width + x1), (y - y0) * wide);
  return numpySum(slice);
}

function pairwise(values: Floats, start: number, count: number, round: (x: number) => number): number {
  if (count < LANES) {
    let sum = 0;
    for (let i = start; i < start + count; i++) sum = round(sum + values[i]!);
    return sum;
  }
  if (count > BLOCK) {
    const half = Math.floor(count / 2);
    const first = half - (half % LANES);
    return round(
      pairwise(values, start, first, round) + pairwise(values, start + first, count - first, round),
    );
  }
  const lanes = Array.from({ length: LANES }, (_, i) => values[start + i]!);
  let at = LANES;
  for (; at < count - (count % LANES); at += LANES) {
    for (let i = 0; i < LANES; i++) lanes[i] = round(lanes[i]! + values[start + at + i]!);
  }
  const [a, b, c, d, e, f, g, h] = lanes as [number, number, number, number, number, number, number, number];
  let sum = round(round(round(a + b) + round(c + d)) + round(round(e + f) + round(g + h)));
  for (; at < count; at++) sum = round(sum + values[start + at]!);
  return sum;
}
