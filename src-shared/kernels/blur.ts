/**
 * torchvision's Gaussian blur on one map: kernel exp(-x²/2σ²) normalised to one, applied as a 2-D product, reflect
 * padding (METHOD §2). The reference blurs RoI maps in float32 and label maps in float64; both are here because
 * thresholds are compared right after.
 */
import { checkMap } from './check.ts';
import type { FloatMap } from './check.ts';
import type { Grid } from './types.ts';

/** Position `i` reflected into `0..n-1` without repeating the edge; torch refuses pads ≥ n, here it reflects on. */
function reflect(i: number, n: number): number {
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const r = ((i % period) + period) % period;
  return r < n ? r : period - r;
}

function kernel1d(size: number, sigma: number, round: (x: number) => number): number[] {
  const half = (size - 1) / 2;
  const weights = Array.from({ length: size }, (_, i) => round(Math.exp(-0.5 * ((i - half) / sigma) ** 2)));
  const sum = weights.reduce((a, w) => round(a + w), 0);
  return weights.map((w) => round(w / sum));
}

function blurInto(
  out: FloatMap,
  map: ArrayLike<number>,
  grid: Grid,
  size: 3 | 5,
  sigma: number,
  round: (x: number) => number,
): void {
  const [rows, cols] = grid;
  const half = (size - 1) / 2;
  const k = kernel1d(size, sigma, round);
  const k2 = k.flatMap((ky) => k.map((kx) => round(ky * kx)));
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      let sum = 0;
      for (let dy = 0; dy < size; dy++) {
        const base = reflect(r + dy - half, rows) * cols;
        for (let dx = 0; dx < size; dx++) {
          sum = round(sum + k2[dy * size + dx]! * round(map[base + reflect(c + dx - half, cols)]!));
        }
      }
      out[r * cols + c] = sum;
    }
  }
}

/** Blurs `[H*W]` in float32, as the RoI code does. Throws RangeError on a map that does not fit `grid` or is not finite. */
export function blurFloat32(map: ArrayLike<number>, grid: Grid, size: 3 | 5 = 3, sigma = 1): Float32Array {
  checkMap(map, grid, 'map');
  const out = new Float32Array(map.length);
  blurInto(out, map, grid, size, sigma, Math.fround);
  return out;
}

/** Blurs `[H*W]` in float64, as the label code does. Throws RangeError like {@link blurFloat32}. */
export function blurFloat64(map: ArrayLike<number>, grid: Grid, size: 3 | 5 = 3, sigma = 1): Float64Array {
  checkMap(map, grid, 'map');
  const out = new Float64Array(map.length);
  blurInto(out, map, grid, size, sigma, (x) => x);
  return out;
}
