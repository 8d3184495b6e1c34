/**
 * Which tokens of a crop stay in the `mask` form (METHOD §4): the mask inside the crop, resized bilinearly to the
 * crop's own grid (PyTorch's `align_corners=False`), where it is above one half.
 */
import { cellCount } from './check.ts';
import type { CellXyxy, Grid } from './types.ts';

/** Bilinear resize of `[h*w]` to `[H*W]` with half-pixel centres and edges clamped, like `F.interpolate`. */
export function resizeBilinear(map: ArrayLike<number>, from: Grid, to: Grid): Float32Array {
  if (map.length !== cellCount(from))
    throw new RangeError(`map has ${map.length} values for ${from[0]}x${from[1]}`);
  const out = new Float32Array(cellCount(to));
  const axis = (i: number, n: number, m: number): [low: number, high: number, share: number] => {
    const at = Math.max(0, (i + 0.5) * (n / m) - 0.5);
    const low = Math.floor(at);
    return [low, Math.min(n - 1, low + 1), at - low];
  };
  for (let r = 0; r < to[0]; r++) {
    const [top, bottom, dy] = axis(r, from[0], to[0]);
    for (let c = 0; c < to[1]; c++) {
      const [left, right, dx] = axis(c, from[1], to[1]);
      const upper = map[top * from[1] + left]! * (1 - dx) + map[top * from[1] + right]! * dx;
      const lower = map[bottom * from[1] + left]! * (1 - dx) + map[bottom * from[1] + right]! * dx;
      out[r * to[1] + c] = upper * (1 - dy) + lower * dy;
    }
  }
  return out;
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
