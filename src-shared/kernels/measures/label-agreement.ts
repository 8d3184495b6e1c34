/**
 * How well an RPN's map agrees with a label that a person stands behind: the numbers that two versions are compared by.
 * Cells that the label leaves open count for nothing; all are null where they would mean nothing.
 */
import { rocAuc } from './metrics.ts';
import { cellCount } from '../check.ts';
import { sigmoid } from '../sigmoid.ts';
import { BG, FG, type CellXyxy, type Grid, type Labels } from '../types.ts';

/**
 * Area under the ROC curve of scores `[H*W]` against a label's foreground and background, ties counted half. Null with one
 * class only. Throws RangeError on unequal lengths and on a score that is no number in a cell that counts.
 */
export function labelAuc(scores: ArrayLike<number>, label: Labels): number | null {
  if (scores.length !== label.length) throw new RangeError('scores and label must have the same length');
  const counted: number[] = [];
  const truth: number[] = [];
  label.forEach((value, i) => {
    if (value !== FG && value !== BG) return;
    counted.push(scores[i]!);
    truth.push(value === FG ? 1 : 0);
  });
  return rocAuc(counted, truth);
}

/** An RPN's logits as probabilities, and the preset's RoI threshold among them. */
export interface Thresholded {
  /** `[H*W]`. */
  readonly probability: Float32Array;
  readonly threshold: number;
}

/** A negative threshold (LLaVA boxes) means that share of the largest logit. Throws RangeError on NaN. */
export function thresholded(logits: Float32Array, threshold: number): Thresholded {
  const largest = (): number => logits.reduce((a, b) => Math.max(a, b), -Infinity);
  return {
    probability: sigmoid(logits),
    threshold: threshold >= 0 ? threshold : sigmoid([largest() * -threshold])[0]!,
  };
}

/**
 * Intersection over union of the label's foreground and the cells whose probability is above the threshold, over the cells
 * the label decides; a cell that is no number claims nothing (`readOn` gives it beside the map). 1 when both are empty; null
 * when the label decides nothing. Throws RangeError on unequal lengths.
 * @param probability on the label's grid
 */
export function labelIou({ probability, threshold }: Thresholded, label: Labels): number | null {
  if (probability.length !== label.length) throw new RangeError('map and label must have the same length');
  let [decided, both, either] = [0, 0, 0];
  label.forEach((value, i) => {
    if (value !== FG && value !== BG) return;
    decided++;
    const found = probability[i]! > threshold;
    if (value === FG && found) both++;
    if (value === FG || found) either++;
  });
  if (decided === 0) return null;
  return either === 0 ? 1 : both / either;
}

/**
 * Share of the true cells whose middle lies inside one of the boxes: what of the region a crop of them would show. 0 without a
 * box, null without a true cell.
 * @param truth `[H*W]`, 1 true
 * @param boxes in cells of that grid, fractions allowed
 */
export function boxRecall(boxes: readonly CellXyxy[], truth: ArrayLike<number>, grid: Grid): number | null {
  if (truth.length !== cellCount(grid)) throw new RangeError('truth and grid must have the same cells');
  let [all, inside] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] !== 1) continue;
    all++;
    const [x, y] = [(i % grid[1]) + 0.5, Math.floor(i / grid[1]) + 0.5];
    if (boxes.some(([x0, y0, x1, y1]) => x >= x0 && x < x1 && y >= y0 && y < y1)) inside++;
  }
  return all === 0 ? null : inside / all;
}
