/** What is known of where a sample's answer is: boxes that it came with, or the label that a person stands behind. */
import type { HeadRanking, Unranked } from '../../../src-shared/contract/procedures/analysis.ts';
import { BG, FG, type Grid, type GridTransform, type Labels } from '../../../src-shared/kernels/types.ts';
import type { Project } from '../../store/file/project.ts';
import { getSample } from '../../store/samples/sample.ts';
import { sampleState } from '../../store/samples/state.ts';
import { labelOfReview } from '../../store/training/comparable.ts';
import { type Target, truthTarget } from './agreement.ts';

/** Where a model's maps of the sample lie. */
export interface Placed {
  readonly grid: Grid;
  readonly transform: GridTransform;
}

/** What is known of a sample, where it lies on maps of a grid; null: nothing is. */
export function knownOf(
  { db }: Project,
  id: number,
  against: HeadRanking['against'],
): ((maps: Placed) => Target | null) | null {
  if (against === 'truth') {
    const boxes = getSample(db, id).truthBoxes;
    return boxes.length === 0 ? null : ({ grid, transform }) => truthTarget(boxes, grid, transform);
  }
  const { state, reviewId } = sampleState(db, id) ?? { state: null, reviewId: null };
  const stands = state === 'accepted' || state === 'corrected';
  const reviewed = stands && reviewId !== null ? labelOfReview(db, reviewId) : null;
  return reviewed && (() => reviewed);
}

/** Foreground and background on the maps' grid; cells that nobody decided on count for neither. */
export function labelOn(target: Target | null, { grid }: Placed): Labels | Unranked {
  if (!target) return 'nothing_known';
  if (target.grid[0] !== grid[0] || target.grid[1] !== grid[1]) return 'other_grid';
  return target.labels.includes(FG) && target.labels.includes(BG) ? target.labels : 'one_class';
}
