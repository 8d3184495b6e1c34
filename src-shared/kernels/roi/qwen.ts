/**
 * Qwen's RoI rule (METHOD §4): one box around everything above the threshold, in the grid of the unpadded picture.
 * Float32 throughout, as in the reference.
 */
import { blurFloat32 } from '../blur.ts';
import { checkImageSize } from '../check.ts';
import { tightBox } from './fg-box.ts';
import { ROI_RULES } from './rules.ts';
import type { RoiRules } from './rules.ts';
import type { CellXyxy, Grid, SourceXyxy } from '../types.ts';

/** Side of one visual token in pixels of the resized picture (14-pixel patches merged 2×2). */
const CELL_PIXELS = 28;

export interface QwenRoi {
  /** Probabilities after the corner rule and the blur, `[H*W]`. */
  readonly blurred: Float32Array;
  /** 1 where `blurred` > threshold. */
  readonly mask: Uint8Array;
  readonly maskCount: number;
  /** Null when no cell passes. */
  readonly box: CellXyxy | null;
}

/**
 * The RoI of a probability map `[H*W]` (sigmoid already taken). On large grids the first column's top quarter and the
 * first row's left quarter are zeroed before blurring; `rules` say which grids are large (SD-RPN: more than 768 cells).
 * Throws RangeError on a negative threshold (METHOD §4: LLaVA boxes only) or a map that does not fit.
 */
export function roiQwen(
  probs: ArrayLike<number>,
  grid: Grid,
  threshold: number,
  { cornerAbove, cornerLeast }: RoiRules = ROI_RULES['sd-rpn'],
): QwenRoi {
  if (!(threshold >= 0)) throw new RangeError('a negative threshold works with LLaVA boxes only');
  const [rows, cols] = grid;
  const map = Float32Array.from(probs);
  if (rows * cols > cornerAbove) {
    const quarter = (cells: number): number => Math.max(cornerLeast, Math.floor(cells / 4));
    for (let r = 0; r < quarter(rows); r++) map[r * cols] = 0;
    for (let c = 0; c < quarter(cols); c++) map[c] = 0;
  }
  const blurred = blurFloat32(map, grid);
  const limit = Math.fround(threshold);
  const mask = Uint8Array.from(blurred, (v) => (v > limit ? 1 : 0));
  const tight = tightBox(mask, grid);
  return {
    blurred,
    mask,
    maskCount: mask.reduce((a, b) => a + b, 0),
    box: tight ? [tight[1], tight[0], tight[3] + 1, tight[2] + 1] : null,
  };
}

/**
 * A cell box in source pixels: float32(28·cell) × float32(src/(28·grid)) per axis, a short side grown as `rules` say,
 * clamped, truncated. Zero-area boxes come back as they are. `size` is the source [width, height].
 */
export function qwenBoxToSource(
  box: CellXyxy,
  grid: Grid,
  size: readonly [width: number, height: number],
  { leastSide }: RoiRules = ROI_RULES['sd-rpn'],
): SourceXyxy {
  checkImageSize(size);
  const side = (low: number, high: number, cells: number, source: number): [number, number] => {
    const ratio = Math.fround(source / (CELL_PIXELS * cells));
    const pixel = (cell: number): number => Math.fround(Math.fround(CELL_PIXELS * cell) * ratio);
    const ends: [number, number] = [pixel(low), pixel(high)];
    const [from, to] = leastSide > 0 ? grown(ends, leastSide, source) : ends;
    const whole = (at: number): number => Math.trunc(Math.min(Math.max(at, 0), Math.fround(source)));
    return [whole(from), whole(to)];
  };
  const [x0, x1] = side(box[0], box[2], grid[1], size[0]);
  const [y0, y1] = side(box[1], box[3], grid[0], size[1]);
  return [x0, y0, x1, y1];
}

/**
 * One side of a box made at least so long about its middle, then slid back inside 0…source: to the right first, so that
 * on a picture shorter than that it is the left end that sticks out. Every step is float32, and all of them happen to a
 * box that is long enough too: an end that rounding put outside moves the other.
 */
function grown([from, to]: readonly [number, number], least: number, source: number): [number, number] {
  const half = Math.max(Math.fround(least - Math.fround(to - from)), 0) / 2;
  let [low, high] = [Math.fround(from - half), Math.fround(to + half)];
  const right = Math.max(-low, 0);
  [low, high] = [Math.fround(low + right), Math.fround(high + right)];
  const left = Math.max(Math.fround(high - Math.fround(source)), 0);
  return [Math.fround(low - left), Math.fround(high - left)];
}
