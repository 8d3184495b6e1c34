/**
 * The few shapes every kernel shares. A kernel is a plain function on typed arrays: data in, data out, no I/O,
 * no knowledge of its callers. Maps are row-major `[H*W]`; boxes are xyxy with exclusive maxima.
 */

/** Rows and columns of visual tokens, `[H, W]`. */
export type Grid = readonly [rows: number, cols: number];

/** Foreground, background and ignore values of a pseudo-label (METHOD §2). */
export const FG = 1;
export const BG = 0;
export const IGNORE = -100;

/** One value per visual token: 1 foreground, 0 background, -100 ignore; `[H*W]` row-major. */
export type Labels = Int8Array;

/** A box in source pixels: x0, y0, x1, y1 with exclusive maxima. */
export type SourceXyxy = readonly [x0: number, y0: number, x1: number, y1: number];

/** A box in grid cells (columns, rows): x0, y0, x1, y1 with exclusive maxima. */
export type CellXyxy = readonly [x0: number, y0: number, x1: number, y1: number];

/** How a stored picture lies, as EXIF tag 274 counts: 1 upright, 5 to 8 with its sides exchanged (`labels/orientation.ts`). */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/**
 * Where the grid lies on the source picture: cell = scale · source pixel + offset, per axis.
 * Padding gives offsets; the unsquared case has none. For display and hit-testing; the exact (float32) box
 * conversions live in the box kernels.
 */
export interface GridTransform {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly offsetX: number;
  readonly offsetY: number;
  /**
   * The model saw the picture turned upright from this EXIF orientation (2 to 8); absent: as stored. Cells and pixels of
   * the grid are stored ones all the same: only rules that know left from top must turn them again (`labels/orientation.ts`).
   */
  readonly turned?: Orientation | undefined;
}

/** Why a sample was left out: the rule that fired, the measured value and the limit it crossed (METHOD §2). */
export interface Dropped {
  readonly rule: 'empty_answer' | 'area' | 'low_max';
  readonly value: number;
  readonly limit: number;
}

/** Positions between which a grid's rows and columns are spread evenly, first and last ones included (M-RoPE). */
export interface GridPositions {
  readonly rows: readonly [first: number, last: number];
  readonly columns: readonly [first: number, last: number];
}
