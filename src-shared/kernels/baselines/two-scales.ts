/**
 * S²: a picture encoded at its base size and, cut into squares, at twice that, put together token by token. Source: Shi et al., "When
 * Do We Not Need Larger Vision Models?" (arXiv 2403.13043), `forward` of bfshi/scaling_on_scales. Axes: pixels `[3, S, S]`, features
 * `[N, d]`, rows of a grid first.
 */
import { cellCount } from '../check.ts';
import type { Grid } from '../types.ts';

/** The larger scale's side over the base's. */
export const FACTOR = 2;
/** Weights of torch's bicubic (a = −0.75) half-way between two pixels. */
const HALFWAY = [-0.09375, 0.59375, 0.59375, -0.09375] as const;

/**
 * Pixels of half the side, as torch's `interpolate(mode='bicubic')` makes them: without antialias, edges repeated.
 * @param pixels `[3, side, side]`
 * @param side even
 */
export function halved(pixels: Float32Array, side: number): Float32Array {
  checkSquare(pixels, side);
  const half = side / FACTOR;
  const near = (i: number): number => Math.min(Math.max(i, 0), side - 1);
  const taps = Int32Array.from({ length: 4 * half }, (_, i) =>
    near(FACTOR * Math.floor(i / 4) - 1 + (i % 4)),
  );
  // Torch, too, goes along rows first.
  const narrow = new Float32Array(3 * side * half);
  for (let row = 0; row < 3 * side; row++) {
    for (let x = 0; x < half; x++) {
      let sum = 0;
      for (let i = 0; i < 4; i++) sum += HALFWAY[i]! * pixels[row * side + taps[4 * x + i]!]!;
      narrow[row * half + x] = sum;
    }
  }
  const out = new Float32Array(3 * half * half);
  for (let row = 0; row < 3 * half; row++) {
    const [plane, y] = [Math.floor(row / half) * side, row % half];
    for (let x = 0; x < half; x++) {
      let sum = 0;
      for (let i = 0; i < 4; i++) sum += HALFWAY[i]! * narrow[(plane + taps[4 * y + i]!) * half + x]!;
      out[row * half + x] = sum;
    }
  }
  return out;
}

/** The four squares `[3, side/2, side/2]` of a picture, rows first. @param pixels `[3, side, side]` */
export function squares(pixels: Float32Array, side: number): Float32Array[] {
  checkSquare(pixels, side);
  const half = side / FACTOR;
  return Array.from({ length: FACTOR ** 2 }, (_, n) => {
    const [top, left] = [Math.floor(n / FACTOR) * half, (n % FACTOR) * half];
    const out = new Float32Array(3 * half * half);
    for (let row = 0; row < 3 * half; row++) {
      const from = (Math.floor(row / half) * side + top + (row % half)) * side + left;
      out.set(pixels.subarray(from, from + half), row * half);
    }
    return out;
  });
}

/**
 * Both scales' features side by side, `[N, 2d]`: the base's, and the mean of the larger scale's four tokens that lie where each is.
 * A projector takes them only if it was trained so.
 * @param base `[N, d]`
 * @param parts of {@link squares}, `[N, d]` each
 */
export function joinedScales(base: Float32Array, parts: readonly Float32Array[], grid: Grid): Float32Array {
  const count = cellCount(grid);
  const d = base.length / count;
  if (!Number.isInteger(d) || parts.length !== FACTOR ** 2 || parts.some((p) => p.length !== base.length)) {
    throw new RangeError(
      `${parts.map((p) => p.length).join(', ')} and ${base.length} features on ${grid.join('×')} are no two scales`,
    );
  }
  const [rows, columns] = grid;
  const out = new Float32Array(count * 2 * d);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const token = row * columns + column;
      const at = token * 2 * d;
      out.set(base.subarray(token * d, (token + 1) * d), at);
      for (let i = 0; i < FACTOR ** 2; i++) {
        const [y, x] = [FACTOR * row + Math.floor(i / FACTOR), FACTOR * column + (i % FACTOR)];
        const part = parts[Math.floor(y / rows) * FACTOR + Math.floor(x / columns)]!;
        const from = ((y % rows) * columns + (x % columns)) * d;
        for (let k = 0; k < d; k++) out[at + d + k]! += part[from + k]! / FACTOR ** 2;
      }
    }
  }
  return out;
}

/** The mean of both scales, `[N, d]`, where a projector was trained for one. @param joined of {@link joinedScales} */
export function meanOfScales(joined: Float32Array, d: number): Float32Array {
  const out = new Float32Array(joined.length / 2);
  out.forEach((_, i) => {
    const at = Math.floor(i / d) * 2 * d + (i % d);
    out[i] = (joined[at]! + joined[at + d]!) / 2;
  });
  return out;
}

function checkSquare(pixels: Float32Array, side: number): void {
  if (side > 0 && side % FACTOR === 0 && pixels.length === 3 * side * side) return;
  throw new RangeError(`${pixels.length} numbers are no picture of [3, ${side}, ${side}] with an even side`);
}
