/** Several regions of a picture on one canvas, all at the picture's own scale, so that one crop shows them. */
import type { SourceXyxy } from '../types.ts';

/** Pixels of the picture between two regions, so that no text runs from one into the other. */
const GAP = 8;

export interface Packed {
  readonly width: number;
  readonly height: number;
  /** Where each box's left upper corner comes to lie, in the order that the boxes were given in. */
  readonly places: readonly (readonly [x: number, y: number])[];
}

/**
 * Boxes in rows, the highest first, on a canvas that is about as wide as high.
 * @param boxes at least one, of positive area
 */
export function packBoxes(boxes: readonly SourceXyxy[]): Packed {
  if (boxes.length === 0) throw new RangeError('there is no box to pack');
  const sizes = boxes.map(([x0, y0, x1, y1], i) => ({ i, width: x1 - x0, height: y1 - y0 }));
  if (sizes.some(({ width, height }) => !(width > 0 && height > 0)))
    throw new RangeError('a box has no area');
  const area = sizes.reduce((sum, { width, height }) => sum + (width + GAP) * (height + GAP), 0);
  const widest = Math.max(...sizes.map(({ width }) => width));
  const room = Math.max(widest, Math.ceil(Math.sqrt(area)));
  const places: [x: number, y: number][] = boxes.map(() => [0, 0]);
  let [x, y, row, right] = [0, 0, 0, 0];
  for (const { i, width, height } of sizes.toSorted((a, b) => b.height - a.height || a.i - b.i)) {
    if (x > 0 && x + width > room) [x, y, row] = [0, y + row + GAP, 0];
    places[i] = [x, y];
    row = Math.max(row, height);
    right = Math.max(right, x + width);
    x += width + GAP;
  }
  return { width: right, height: y + row, places };
}
