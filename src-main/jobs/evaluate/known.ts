/** What is known of where a sample's answer lies: a person's corrected label, else the boxes that came with the data. */
import type { Grid, GridTransform, SourceXyxy } from '../../../src-shared/kernels/types.ts';
import { FG } from '../../../src-shared/kernels/types.ts';
import { tightBox } from '../../../src-shared/kernels/roi/fg-box.ts';
import { readOn } from '../../../src-shared/kernels/measures/difference.ts';
import { cellBoxToSource } from '../../../src-shared/kernels/transform.ts';
import type { ReadableDb } from '../../store/db.ts';
import { sampleState } from '../../store/samples/state.ts';
import { labelOfReview, type ReviewedLabel } from '../../store/training/comparable.ts';
import { truthTarget, type Target } from '../measuring/agreement.ts';

export interface Known {
  /** Around all that is true, in source pixels. */
  readonly box: SourceXyxy;
  /** True and other cells of a grid. */
  target(grid: Grid, transform: GridTransform): Target;
}

/** @param size of the picture, [width, height]. @returns null: nothing is known */
export function knownOf(
  db: ReadableDb,
  { id, truthBoxes }: { readonly id: number; readonly truthBoxes: readonly SourceXyxy[] },
  size: readonly [width: number, height: number],
): Known | null {
  const state = sampleState(db, id);
  const label = state?.state === 'corrected' && state.reviewId ? labelOfReview(db, state.reviewId) : null;
  const box = label && boxOf(label, size);
  if (label && box) return { box, target: (grid, transform) => labelOn(label, grid, transform) };
  if (truthBoxes.length === 0) return null;
  return { box: around(truthBoxes), target: (grid, transform) => truthTarget(truthBoxes, grid, transform)! };
}

/** The box around boxes; there is at least one. */
export function around(boxes: readonly SourceXyxy[]): SourceXyxy {
  const side = (i: 0 | 1 | 2 | 3, of: (...values: number[]) => number): number =>
    of(...boxes.map((box) => box[i]));
  return [side(0, Math.min), side(1, Math.min), side(2, Math.max), side(3, Math.max)];
}

function boxOf(
  { labels, grid, transform }: ReviewedLabel,
  [width, height]: readonly [number, number],
): SourceXyxy | null {
  const cells = tightBox(
    Array.from(labels, (label) => (label === FG ? 1 : 0)),
    grid,
  );
  if (!cells) return null;
  const [top, left, bottom, right] = cells;
  const [x0, y0, x1, y1] = cellBoxToSource(transform, [left, top, right + 1, bottom + 1]);
  return [Math.max(0, x0), Math.max(0, y0), Math.min(width, x1), Math.min(height, y1)];
}

/** The label itself where the map lies on its grid; else each cell is what the label says nearest to its middle. */
function labelOn(label: ReviewedLabel, grid: Grid, transform: GridTransform): Target {
  const same =
    label.grid[0] === grid[0] &&
    label.grid[1] === grid[1] &&
    JSON.stringify(label.transform) === JSON.stringify(transform);
  if (same) return label;
  const on = (wanted: number): Float32Array =>
    readOn(
      {
        values: Float32Array.from(label.labels, (value) => (value === wanted ? 1 : 0)),
        grid: label.grid,
        transform: label.transform,
      },
      grid,
      transform,
    );
  const foreground = on(FG);
  const labels = Int8Array.from(foreground, (value) => (value >= 0.5 ? FG : 0));
  return { labels, grid, transform };
}
