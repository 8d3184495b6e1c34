/**
 * Features of one prompt: hidden_states[K] of every token, which is all that an RPN reads (METHOD §3), and where the
 * picture lies in it and on the grid.
 */
import type { Grid, Orientation } from '../../src-shared/kernels/types.ts';

export interface FeatureRows {
  /** hidden_states[K] of the whole prompt, `[length, hiddenSize]`; the last row is the last prompt token's. */
  readonly rows: Float32Array;
  readonly length: number;
  readonly hiddenSize: number;
  /** Rows of the visual tokens, `[from, to)`. */
  readonly visual: readonly [from: number, to: number];
  /** Of the visual tokens, `[H, W]`, as the model saw the picture. */
  readonly grid: Grid;
  /** The picture as the model saw it, in pixels, and from which EXIF orientation it was turned upright (1: as stored). */
  readonly picture: { readonly width: number; readonly height: number; readonly turned: Orientation };
}
