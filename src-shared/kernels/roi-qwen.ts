/**
 * Qwen's RoI rule (METHOD §4): one box around everything above the threshold, in the grid of the unpadded picture.
 * Float32 throughout, as in the reference.
 */
import { blurFloat32 } from './blur.ts';
import { checkImageSize } from './check.ts';
import { tightBox } from './fg-box.ts';
import type { CellXyxy, Grid, SourceXyxy } from './types.ts';

/** Grids above this many tokens have a corner known to be noise. */
const CORNER_LIMIT = 768;
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
 * The RoI of a probability map `[H*W]` (sigmoid already taken). On grids of more than 768 cells the first column's top
 * quarter and the first row's left quarter are zeroed before blurring.
 * Throws RangeError on a negative threshold (METHOD §4: LLaVA boxes only) or a map that does not fit.
 */
export function roiQwen(probs: ArrayLike<number>, grid: Grid, threshold: number): QwenRoi {
  if (!(threshold >= 0)) throw new RangeError('a negative threshold works with LLaVA boxes only');
  const [rows, cols] = grid;
  const map = Float32Array.from(probs);
  if (rows * cols > CORNER_LIMIT) {
    for (let r = 0; r < Math.floor(rows / 4); r++) map[r * cols] = 0;
    for (let c = 0; c < Math.floor(cols / 4); c++) map[c] = 0;
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
 * A cell box in source pixels: float32(28·cell) × float32(src/(28·grid)) per axis, clamped, truncated. Zero-area boxes
 * come back as they are. `size` is the source [width, height].
 */
export function qwenBoxToSource(
  box: CellXyxy,
  grid: Grid,
  size: readonly [width: number, height: number],
): SourceXyxy {
  checkImageSize(size);
  const toSource = (cell: number, cells: number, source: number): number => {
    const ratio = Math.fround(source / (CELL_PIXELS * cells));
    const pixel = Math.fround(Math.fround(CELL_PIXELS * cell) * ratio);
    return Math.trunc(Math.min(Math.max(pixel, 0), Math.fround(source)));
  };
  return [
    toSource(box[0], grid[1], size[0]),
    toSource(box[1], grid[0], size[1]),
    toSource(box[2], grid[1], size[0]),
    toSource(box[3], grid[0], size[1]),
  ];
}
