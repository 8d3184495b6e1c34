/**
 * Where the tokens of a crop lie for the model (METHOD §8). SD-RPN's crop is one more picture; with `reuse_src_pos`
 * Q-Zoom's has its rows and columns inside those of the picture it was cut from, as fractions.
 */
import type { CheckpointRules } from '../../../src-shared/contract/rules.ts';
import { nearestCells, nativeTransform } from '../../../src-shared/kernels/transform.ts';
import type { CellXyxy, GridPositions } from '../../../src-shared/kernels/types.ts';
import type { Crop } from './roi.ts';
import type { EncodedImage } from '../subject/subject.ts';

/**
 * The crops with the cells they stand for, where their tokens take positions from them. A box of the picture's own map
 * has its cells; one that a person drew, or that came from another view, gets the nearest.
 * @param encoded the picture that the crops are put beside, as it is
 */
export function withPositions(
  crops: readonly Crop[],
  { image, placement }: EncodedImage,
  { name, cropPositions }: CheckpointRules,
): readonly Crop[] {
  if (name !== 'q-zoom' || cropPositions !== 'source') return crops;
  const transform = nativeTransform([image.width, image.height], placement.grid);
  return crops.map((crop) => ({
    ...crop,
    within: crop.cells ?? nearestCells(transform, crop.box, placement.grid),
  }));
}

/** First and last positions of a crop's rows and columns: those of the cells' own first and last ones. */
export function positionsWithin([x0, y0, x1, y1]: CellXyxy, start: number): GridPositions {
  return { rows: [start + y0, start + y1 - 1], columns: [start + x0, start + x1 - 1] };
}
