/**
 * M-RoPE (Qwen2.5-VL): a token's position is three numbers, time, row and column. Text counts on in all three; the
 * tokens of a picture share the time, and their rows and columns count from there; what follows starts after the
 * longer side. Made on the host, like rope.ts.
 */
import type { Grid } from '../../src-shared/kernels/types.ts';

/** Tokens fed in one piece. */
export interface Span {
  readonly count: number;
  /** The piece is a picture of this grid, row-major. */
  readonly grid?: Grid;
  /** Only these of its tokens are fed; positions are those of the whole picture. */
  readonly keep?: Uint32Array;
}

export interface MropePositions {
  /** Time, row and column of each token, `[count]`. */
  readonly axes: readonly [Float32Array, Float32Array, Float32Array];
  /** The position of text that would follow each token's piece up to it, `[count]`. */
  readonly next: Int32Array;
}

/** @param start position of the first token */
export function mropePositions(start: number, spans: readonly Span[]): MropePositions {
  const total = spans.reduce((sum, { count }) => sum + count, 0);
  const axes = [new Float32Array(total), new Float32Array(total), new Float32Array(total)] as const;
  const next = new Int32Array(total);
  let position = start;
  let at = 0;
  for (const { count, grid, keep } of spans) {
    const after = position + (grid ? Math.max(grid[0], grid[1]) : count);
    for (let i = 0; i < count; i++, at++) {
      const cell = keep ? (keep[i] ?? 0) : i;
      axes[0][at] = grid ? position : position + i;
      axes[1][at] = grid ? position + Math.floor(cell / grid[1]) : position + i;
      axes[2][at] = grid ? position + (cell % grid[1]) : position + i;
      next[at] = grid ? after : position + i + 1;
    }
    position = after;
  }
  return { axes, next };
}

/** `cos` and `sin` `[count, headDim]` as `ropeTables` gives them; `section` says which axis turns which frequency. */
export function mropeTables(
  axes: MropePositions['axes'],
  headDim: number,
  theta: number,
  section: readonly number[],
): { cos: Float32Array; sin: Float32Array } {
  const half = headDim / 2;
  const count = axes[0].length;
  const cos = new Float32Array(count * headDim);
  const sin = new Float32Array(count * headDim);
  const axisOf = section.flatMap((length, axis) => new Array<number>(length).fill(axis));
  for (let j = 0; j < half; j++) {
    const exponent = Math.fround((2 * j) / headDim);
    const frequency = Math.fround(1 / Math.fround(theta ** exponent));
    const positions = axes[axisOf[j] as 0 | 1 | 2];
    for (let i = 0; i < count; i++) {
      const angle = Math.fround((positions[i] as number) * frequency);
      const at = i * headDim + j;
      cos[at] = cos[at + half] = Math.cos(angle);
      sin[at + half] = Math.sin(angle);
      sin[at] = -Math.sin(angle);
    }
  }
  return { cos, sin };
}
