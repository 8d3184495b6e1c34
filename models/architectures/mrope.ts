/**
 * M-RoPE (Qwen2.5-VL): a token's position is three numbers, time, row and column. Text counts on in all three; the
 * tokens of a picture share the time, and their rows and columns count from there; what follows starts after the
 * longer side. A crop's rows and columns may lie inside those of the picture it came from instead (Q-Zoom, METHOD §8),
 * and are fractions then; its time and what follows stay as they are. Made on the host, like rope.ts.
 */
import type { Grid, GridPositions } from '../../src-shared/kernels/types.ts';

/** Tokens fed in one piece. */
export interface Span {
  readonly count: number;
  /** The piece is a picture of this grid, row-major. */
  readonly grid?: Grid;
  /** Only these of its tokens are fed; positions are those of the whole picture. */
  readonly keep?: Uint32Array;
  /** Where the picture's rows and columns lie; absent: they count from the piece's own position. */
  readonly over?: GridPositions;
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
  for (const { count, grid, keep, over } of spans) {
    const after = position + (grid ? Math.max(grid[0], grid[1]) : count);
    const rows = grid && axisPositions(grid[0], position, over?.rows);
    const columns = grid && axisPositions(grid[1], position, over?.columns);
    for (let i = 0; i < count; i++, at++) {
      const cell = keep ? (keep[i] ?? 0) : i;
      axes[0][at] = grid ? position : position + i;
      axes[1][at] = rows && grid ? (rows[Math.floor(cell / grid[1])] ?? NaN) : position + i;
      axes[2][at] = columns && grid ? (columns[cell % grid[1]] ?? NaN) : position + i;
      next[at] = grid ? after : position + i + 1;
    }
    position = after;
  }
  return { axes, next };
}

/** Positions of a picture's rows or columns: counted from `start`, or spread over `ends`. */
function axisPositions(
  count: number,
  start: number,
  ends: readonly [first: number, last: number] | undefined,
): Float32Array {
  return ends ? spread(ends[0], ends[1], count) : Float32Array.from({ length: count }, (_, i) => start + i);
}

/**
 * `count` numbers from `first` to `last` at even distances, in float32 as `torch.linspace` makes them: the first half is
 * counted from the first, the rest back from the last. One number is the first.
 */
export function spread(first: number, last: number, count: number): Float32Array {
  const step = Math.fround(Math.fround(last - first) / (count - 1));
  const half = Math.floor(count / 2);
  return Float32Array.from({ length: count }, (_, i) =>
    count === 1 ? first : i < half ? first + step * i : last - step * (count - 1 - i),
  );
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
