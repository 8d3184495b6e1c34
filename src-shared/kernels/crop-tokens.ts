/**
 * Which tokens of a crop stay in the `mask` form (METHOD §4): the mask inside the crop, resized bilinearly to the
 * crop's own grid (PyTorch's `align_corners=False`), where it is above one half.
 */
import { cellCount } from './check.ts';
import type { CellXyxy, Grid } from './types.ts';

const { fround } = Math;

/**
 * Bilinear resize of `[h*w]` to `[H*W]` with half-pixel centres and edges clamped: `F.interpolate` in float32, where a
 * place is one fused multiply and subtract (its compiled loops on the CPU and CUDA alike). A mask's edge often falls on
 * one half exactly, and only the same roundings put such a token on the same side.
 */
export function resizeBilinear(map: ArrayLike<number>, from: Grid, to: Grid): Float32Array {
  if (map.length !== cellCount(from))
    throw new RangeError(`map has ${map.length} values for ${from[0]}x${from[1]}`);
  const out = new Float32Array(cellCount(to));
  for (let r = 0; r < to[0]; r++) {
    const y = placeOf(r, from[0], to[0]);
    for (let c = 0; c < to[1]; c++) {
      const x = placeOf(c, from[1], to[1]);
      const row = (at: number): number =>
        mix(map[at * from[1] + x.low]!, map[at * from[1] + x.high]!, x.share);
      out[r * to[1] + c] = mix(row(y.low), row(y.high), y.share);
    }
  }
  return out;
}

/** Between which two of n cells a cell of another grid lies. */
export interface Place {
  readonly low: number;
  readonly high: number;
  /** Of `high`, in float32. */
  readonly share: number;
}

/** Where place `i` of `m` lies among `n`. */
export function placeOf(i: number, n: number, m: number): Place {
  // The product of two float32 is exact here, so that one rounding is left, as in a fused operation.
  const at = Math.max(0, fround(fround(n / m) * (i + 0.5) - 0.5));
  const low = Math.min(n - 1, Math.floor(at));
  return { low, high: Math.min(n - 1, low + 1), share: fround(at - low) };
}

function mix(a: number, b: number, share: number): number {
  return fround(fround(a * fround(1 - share)) + fround(b * share));
}

/**
 * Indices of the crop's tokens to keep, row-major in `cropGrid`. `mask` is `[H*W]` of `grid`, `box` the crop in cells.
 * Throws RangeError on a box that is empty or leaves the grid.
 */
export function keptCropTokens(
  mask: ArrayLike<number>,
  grid: Grid,
  box: CellXyxy,
  cropGrid: Grid,
): Uint32Array {
  const [x0, y0, x1, y1] = box;
  if (x0 < 0 || y0 < 0 || x1 > grid[1] || y1 > grid[0] || x0 >= x1 || y0 >= y1) {
    throw new RangeError(`box [${box.join(', ')}] is not inside a ${grid[0]}x${grid[1]} grid`);
  }
  const inside = new Float32Array((x1 - x0) * (y1 - y0));
  for (let r = y0; r < y1; r++) {
    for (let c = x0; c < x1; c++) inside[(r - y0) * (x1 - x0) + c - x0] = mask[r * grid[1] + c]! ? 1 : 0;
  }
  const resized = resizeBilinear(inside, [y1 - y0, x1 - x0], cropGrid);
  return Uint32Array.from([...resized.keys()].filter((i) => resized[i]! > 0.5));
}
