/** How good maps and boxes are, against boxes that are known to be true. */
import { cellCount } from '../check.ts';
import { sourceBoxToCells } from '../transform.ts';
import type { Grid, GridTransform, SourceXyxy } from '../types.ts';

/**
 * Area under the ROC curve of `scores` against `truth` (1 true, 0 not), ties counted half: the chance that a true cell
 * scores above a false one. Null when only one class is there. Throws RangeError on NaN scores or unequal lengths.
 */
export function rocAuc(scores: ArrayLike<number>, truth: ArrayLike<number>): number | null {
  if (scores.length !== truth.length) throw new RangeError('scores and truth must have the same length');
  const order = Array.from({ length: scores.length }, (_, i) => i);
  if (order.some((i) => Number.isNaN(scores[i]))) throw new RangeError('scores must be numbers');
  order.sort((a, b) => scores[a]! - scores[b]! || 0);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    let positivesHere = 0;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) {
      if (truth[order[end]!]) positivesHere++;
      end++;
    }
    // Ranks start+1..end share their mean.
    rankSum += positivesHere * ((start + 1 + end) / 2);
    positives += positivesHere;
    start = end;
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return null;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Intersection over union of two xyxy boxes in the same units; 0 when both are empty. */
export function iou(a: SourceXyxy, b: SourceXyxy): number {
  const shared = overlap(a, b);
  const union = area(a) + area(b) - shared;
  return union > 0 ? shared / union : 0;
}

function area(box: SourceXyxy): number {
  return Math.max(0, box[2] - box[0]) * Math.max(0, box[3] - box[1]);
}

function overlap(a: SourceXyxy, b: SourceXyxy): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return Math.max(0, width) * Math.max(0, height);
}

/** Share of each cell that `box` (source pixels) covers, `[H*W]`, 0 to 1. */
export function boxCoverage(box: SourceXyxy, grid: Grid, transform: GridTransform): Float32Array {
  const out = new Float32Array(cellCount(grid));
  const cells = sourceBoxToCells(transform, box);
  return out.map((_, i) => {
    const row = Math.floor(i / grid[1]);
    const col = i % grid[1];
    return overlap(cells, [col, row, col + 1, row + 1]);
  });
}

/**
 * Cells that truth boxes stand for, `[H*W]` of 1 and 0: those a box covers by at least `share`, and for a box that
 * covers none so much, the cells it covers most.
 */
export function truthCells(
  boxes: readonly SourceXyxy[],
  grid: Grid,
  transform: GridTransform,
  share = 0.5,
): Uint8Array {
  const out = new Uint8Array(cellCount(grid));
  for (const box of boxes) {
    const coverage = boxCoverage(box, grid, transform);
    const best = coverage.reduce((a, b) => Math.max(a, b), 0);
    if (best === 0) continue;
    coverage.forEach((value, i) => {
      if (value >= Math.min(share, best)) out[i] = 1;
    });
  }
  return out;
}
