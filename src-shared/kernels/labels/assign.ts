/**
 * Steps 2–6 of METHOD §2, which the LLaVA and Qwen variants share once each has made its g′. The arithmetic is
 * float64, as in the authors' NumPy code; thresholds are strict.
 */
import { boxCells, fullBox, tightBox, widenBox } from '../roi/fg-box.ts';
import type { RowsColsInclusive } from '../roi/fg-box.ts';
import { BG, FG, IGNORE } from '../types.ts';
import type { Dropped, Grid, Labels } from '../types.ts';

/** A pseudo-label with what led to it. */
export interface LabelResult {
  /** `[H*W]`: 1, 0 or -100. All -100 when dropped. */
  readonly labels: Labels;
  /** Box of step 3; the full grid when there is no foreground. */
  readonly fgBox: RowsColsInclusive;
  /** Foreground and background as labelled (0 when dropped), sink tokens as found. */
  readonly counts: { readonly fg: number; readonly bg: number; readonly sink: number };
  readonly dropped: Dropped | null;
}

export interface AssignInput {
  /** g′ that foreground is cut from. */
  readonly forFg: ArrayLike<number>;
  /** Map that step 4 compares outside the box. */
  readonly forBg: ArrayLike<number>;
  /** Cells that are background whatever the maps say, or null. */
  readonly padding: Uint8Array | null;
  /** Cells the box of step 3 is wider than the foreground, per side. */
  readonly ring: number;
  readonly sinkCount: number;
  readonly binaryCoff: number;
  readonly bgCoff: number;
  readonly maxRatioLimit: number;
  /** Drop when max g′ is below; 0 for none. */
  readonly minMax: number;
}

/** Labels, box, counts and the drop rule that fired first (`area`, then `low_max`). */
export function assignLabels(input: AssignInput, grid: Grid): LabelResult {
  const [rows, cols] = grid;
  const total = rows * cols;
  let max = -Infinity;
  for (let i = 0; i < total; i++) max = Math.max(max, input.forFg[i]!);
  const fg = new Uint8Array(total);
  for (let i = 0; i < total; i++) {
    const value = input.forFg[i]!;
    fg[i] = value > max * input.binaryCoff && value > 0 ? 1 : 0;
  }
  const tight = tightBox(fg, grid);
  const box = tight ? widenBox(tight, grid, input.ring) : fullBox(grid);
  const dropped = dropRule(boxCells(box), tight !== null, max, total, input);

  const labels = new Int8Array(total).fill(IGNORE);
  const counts = { fg: 0, bg: 0, sink: input.sinkCount };
  if (dropped) return { labels, fgBox: box, counts, dropped };
  for (let i = 0; i < total; i++) {
    const r = Math.floor(i / cols);
    const c = i % cols;
    const inside = r >= box[0] && r <= box[2] && c >= box[1] && c <= box[3];
    if (fg[i]) {
      labels[i] = FG;
      counts.fg++;
    } else if (input.padding?.[i] === 1 || (!inside && input.forBg[i]! < max * input.bgCoff)) {
      labels[i] = BG;
      counts.bg++;
    }
  }
  return { labels, fgBox: box, counts, dropped: null };
}

function dropRule(
  area: number,
  hasFg: boolean,
  max: number,
  total: number,
  limits: Pick<AssignInput, 'maxRatioLimit' | 'minMax'>,
): Dropped | null {
  if (!hasFg || area >= limits.maxRatioLimit * total) {
    return { rule: 'area', value: area / total, limit: limits.maxRatioLimit };
  }
  if (max < limits.minMax) return { rule: 'low_max', value: max, limit: limits.minMax };
  return null;
}

/**
 * The result for an answer without rows (an immediate EOS, METHOD §1): all ignore, dropped as `empty_answer` with the
 * number of rows (0) against the one needed.
 */
export function emptyAnswerLabels(grid: Grid): LabelResult {
  return {
    labels: new Int8Array(grid[0] * grid[1]).fill(IGNORE),
    fgBox: fullBox(grid),
    counts: { fg: 0, bg: 0, sink: 0 },
    dropped: { rule: 'empty_answer', value: 0, limit: 1 },
  };
}

/** Cells of `sink` at or above the threshold. */
export function countSinks(sink: ArrayLike<number> | null, sinkThresh: number): number {
  let count = 0;
  if (sink) for (let i = 0; i < sink.length; i++) if (sink[i]! >= sinkThresh) count++;
  return count;
}
