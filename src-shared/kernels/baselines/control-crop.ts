/** Crops that look at nothing: what a crop of that size is worth by itself. */
import { checkImageSize } from '../check.ts';
import { seeded } from '../seeded.ts';
import type { SourceXyxy } from '../types.ts';

type Size = readonly [width: number, height: number];

/** Of a picture without a box to be like: half of either side. */
export const DEFAULT_SHARE = 0.25;

/** The size of a box of that part of the picture's area, in its shape; a pixel at least. @param share above 0, at most 1 */
export function shareOf(size: Size, share: number): Size {
  checkImageSize(size);
  if (!(share > 0 && share <= 1)) throw new RangeError(`${share} is no part of a picture`);
  const side = Math.sqrt(share);
  return [Math.max(1, Math.round(size[0] * side)), Math.max(1, Math.round(size[1] * side))];
}

/** A box of that size about the middle of the picture, cut where it is larger. */
export function centredBox(size: Size, crop: Size): SourceXyxy {
  return boxAt(size, crop, () => 0.5);
}

/** A box of that size anywhere in the picture, every place as likely; the same for the same seed. */
export function randomBox(size: Size, crop: Size, seed: number): SourceXyxy {
  return boxAt(size, crop, seeded(seed));
}

function boxAt(size: Size, crop: Size, place: () => number): SourceXyxy {
  checkImageSize(size);
  checkImageSize(crop);
  const span = (axis: 0 | 1): readonly [start: number, end: number] => {
    const length = Math.min(crop[axis], size[axis]);
    const start = Math.floor(place() * (size[axis] - length + 1));
    return [start, start + length];
  };
  const [x0, x1] = span(0);
  const [y0, y1] = span(1);
  return [x0, y0, x1, y1];
}
