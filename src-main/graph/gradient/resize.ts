/**
 * Scores of one grid at the cells of another (METHOD §3): the bilinear resize of PyTorch with `align_corners=False`
 * (half-pixel centres, edges clamped), as a sum of four looked-up cells with fixed shares. What is looked up and how much
 * of it counts are inputs, so that one graph serves every pair of grids.
 */
import { placeOf } from '../../../src-shared/kernels/crop-tokens.ts';
import type { Grid } from '../../../src-shared/kernels/types.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../types.ts';

/** Of each target cell, row-major: its four source cells (upper left, upper right, lower left, lower right) and shares. */
export interface Corners {
  /** `[L, 4]`. */
  readonly cells: BigInt64Array;
  /** `[L, 4]`; the four of a cell add up to 1. */
  readonly shares: Float64Array;
}

export function bilinearCorners(from: Grid, to: Grid): Corners {
  const count = 4 * to[0] * to[1];
  const cells = new BigInt64Array(count);
  const shares = new Float64Array(count);
  let at = 0;
  for (let row = 0; row < to[0]; row++) {
    const y = placeOf(row, from[0], to[0]);
    for (let col = 0; col < to[1]; col++) {
      const x = placeOf(col, from[1], to[1]);
      for (const [line, height] of [[y.low, 1 - y.share] as const, [y.high, y.share] as const]) {
        for (const [place, width] of [[x.low, 1 - x.share] as const, [x.high, x.share] as const]) {
          cells[at] = BigInt(line * from[1] + place);
          shares[at++] = height * width;
        }
      }
    }
  }
  return { cells, shares };
}

/**
 * @param scores `[N, Q]`, one row per source cell
 * @param cells int64 `[L, 4]`
 * @param shares `[L, 4]` of the scores' dtype
 * @returns `[L, Q]`, one row per target cell
 */
export function resized(b: GraphBuilder, scores: Value, cells: Value, shares: Value): Value {
  const corners = b.gather(scores, cells); // [L, 4, Q]
  const weights = b.emit('Unsqueeze', [shares, b.int64s([2])]); // [L, 4, 1]
  return b.sum(b.binary('Mul', corners, weights), [1]);
}
