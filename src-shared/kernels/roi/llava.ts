/**
 * LLaVA's RoI rules (METHOD §4), `bbox` and `mask` form, equal to the authors' `get_bbox_from_noisy_map` and
 * `get_bbox4src`. Comparisons and coordinates are float32 as in the reference: float64 moves some box edges by a pixel.
 */
import { blurFloat32 } from '../blur.ts';
import { cellCount, checkImageSize } from '../check.ts';
import { components } from './components.ts';
import type { Component } from './components.ts';
import { tightBox } from './fg-box.ts';
import type { CellXyxy, Grid, SourceXyxy } from '../types.ts';

export interface LlavaRoiLimits {
  /** Components smaller than this are grown; the reference has 4. */
  readonly minArea: number;
  /** Components of more cells are left out; null for no limit. */
  readonly maxArea: number | null;
}

/** The reference's limits, 4 and 15·15 cells of 24×24, the upper one scaled to `grid` (METHOD §4). */
export function llavaRoiLimits(grid: Grid): LlavaRoiLimits {
  return { minArea: 4, maxArea: Math.round((225 / 576) * cellCount(grid)) };
}

export interface LlavaRoi {
  /** 1 where the blurred map passes the threshold, `[H*W]`. */
  readonly mask: Uint8Array;
  /** Boxes that are kept, in raster order of their components; a grown box at the far edge may have no area. */
  readonly boxes: readonly CellXyxy[];
}

/**
 * Boxes of a map `[H*W]`: probabilities when `threshold` ≥ 0, raw values (no sigmoid) when it is negative, which means
 * "> |threshold|·max of the blurred map". Throws RangeError when the map does not fit `grid` or is not finite.
 */
export function roiLlava(
  map: ArrayLike<number>,
  grid: Grid,
  threshold: number,
  limits: LlavaRoiLimits = llavaRoiLimits(grid),
): LlavaRoi {
  const blurred = blurFloat32(map, grid);
  const max = blurred.reduce((a, b) => Math.max(a, b), -Infinity);
  const limit = threshold < 0 ? Math.fround(max * Math.fround(-threshold)) : Math.fround(threshold);
  const mask = Uint8Array.from(blurred, (v) => (v > limit ? 1 : 0));
  const boxes: CellXyxy[] = [];
  for (const component of components(mask, grid)) {
    if (component.cells === 1) continue;
    if (limits.maxArea !== null && component.cells > limits.maxArea) continue;
    boxes.push(component.cells < limits.minArea ? grown(component, grid) : tight(component));
  }
  return { mask, boxes };
}

function tight(c: Component): CellXyxy {
  return [c.minCol, c.minRow, c.maxCol + 1, c.maxRow + 1];
}

/** METHOD §4: c=(min+max)/2 with exclusive max, s=max(3, size+1), [max(0,⌊c−s/2⌋), min(W−1,⌊c+s/2⌋)]. */
function grown(component: Component, [rows, cols]: Grid): CellXyxy {
  const [x0, y0, x1, y1] = tight(component);
  const axis = (min: number, max: number, cells: number): [number, number] => {
    const centre = (min + max) / 2;
    const side = Math.max(3, max - min + 1);
    return [Math.max(0, Math.trunc(centre - side / 2)), Math.min(cells - 1, Math.trunc(centre + side / 2))];
  };
  const [left, right] = axis(x0, x1, cols);
  const [top, bottom] = axis(y0, y1, rows);
  return [left, top, right, bottom];
}

/** What the second stage crops: boxes in cells, and the mask to keep crop tokens by (null: keep all). */
export interface LlavaCrops {
  readonly boxes: readonly CellXyxy[];
  readonly mask: Uint8Array | null;
}

/**
 * The crops of the second stage. `bbox`: one or two boxes, else none (`[]`). `mask`: the one kept box as it is; from
 * two on, one box around the whole thresholded mask, dropped components included, with that mask.
 * `map` as for {@link roiLlava}. Throws RangeError also on a negative threshold with `mask` (METHOD §4).
 */
export function llavaCrops(
  map: ArrayLike<number>,
  grid: Grid,
  params: { readonly form: 'bbox' | 'mask'; readonly threshold: number },
): LlavaCrops {
  if (params.form === 'mask' && !(params.threshold >= 0)) {
    throw new RangeError('a negative threshold works with component boxes only');
  }
  const { boxes, mask } = roiLlava(map, grid, params.threshold);
  if (params.form === 'bbox') return { boxes: boxes.length <= 2 ? boxes : [], mask: null };
  const around = boxes.length < 2 ? null : tightBox(mask, grid);
  if (!around) return { boxes, mask: null };
  return { boxes: [[around[1], around[0], around[3] + 1, around[2] + 1]], mask };
}

/**
 * A cell box in source pixels for a picture centred on a square of `side` pixels: ×(side/grid), − padding, ÷ ratio,
 * clamp, truncate, each step float32. Zero-area boxes come back as they are. `size` is the source [width, height].
 */
export function llavaBoxToSource(
  box: CellXyxy,
  grid: Grid,
  size: readonly [width: number, height: number],
  side: number,
): SourceXyxy {
  checkImageSize(size);
  const f = Math.fround;
  const ratio = Math.min(side / size[0], side / size[1]);
  const toSource = (cell: number, cells: number, source: number): number => {
    const padding = (side - Math.trunc(source * ratio)) / 2;
    const squared = f(f(cell) * f(side / cells));
    const pixel = f(f(squared - f(padding)) / f(ratio));
    return Math.trunc(Math.min(Math.max(pixel, 0), f(source)));
  };
  return [
    toSource(box[0], grid[1], size[0]),
    toSource(box[1], grid[0], size[1]),
    toSource(box[2], grid[1], size[0]),
    toSource(box[3], grid[0], size[1]),
  ];
}
