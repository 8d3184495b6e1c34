/**
 * A box of equal size elsewhere, the control of a causal check: hiding any region takes something away, so what hiding
 * the region of interest does is compared with what hiding this one does.
 */
import { checkImageSize } from '../check.ts';
import type { SourceXyxy } from '../types.ts';

/**
 * One of all boxes of the size of `box` that lie inside the picture and do not touch a pixel of it, each as likely as
 * the next; null when there is none (the box is too large).
 * @param box whole source pixels inside the picture, of positive area
 * @param share which one, in [0, 1)
 * @throws RangeError for a box that is none, and for a share outside of [0, 1)
 */
export function controlBox(
  size: readonly [width: number, height: number],
  box: SourceXyxy,
  share: number,
): SourceXyxy | null {
  checkImageSize(size);
  checkBox(size, box);
  if (!(share >= 0 && share < 1)) throw new RangeError(`share must be in [0, 1), got ${share}`);
  const [x0, y0, x1, y1] = box;
  const [w, h] = [x1 - x0, y1 - y0];
  const [right, bottom] = [size[0] - w, size[1] - h];
  // Places [from, to] of the left upper corner: columns left and right of the box whole, those over it above and below.
  const [left, over] = [x0 - w, { from: Math.max(0, x0 - w + 1), to: Math.min(right, x1 - 1) }];
  const areas = [
    { from: 0, to: left, top: 0, bottom },
    { from: x1, to: right, top: 0, bottom },
    { ...over, top: 0, bottom: y0 - h },
    { ...over, top: y1, bottom },
  ].map((area) => ({ ...area, columns: area.to - area.from + 1, rows: area.bottom - area.top + 1 }));
  const usable = areas.filter(({ columns, rows }) => columns > 0 && rows > 0);
  const places = usable.reduce((sum, { columns, rows }) => sum + columns * rows, 0);
  let at = Math.floor(share * places);
  for (const { from, top, columns, rows } of usable) {
    if (at < columns * rows) {
      const [x, y] = [from + (at % columns), top + Math.floor(at / columns)];
      return [x, y, x + w, y + h];
    }
    at -= columns * rows;
  }
  return null;
}

/**
 * Up to `count` different control boxes, spread over all there are: the same seed gives the same ones. Fewer where the
 * picture has room for fewer. Throws as {@link controlBox}.
 */
export function controlBoxes(
  size: readonly [width: number, height: number],
  box: SourceXyxy,
  seed: number,
  count: number,
): SourceXyxy[] {
  const found = new Map<string, SourceXyxy>();
  // Neighbours of the sequence lie far apart (the fractional part of multiples of the golden ratio); where places are few,
  // more of it is needed to meet each.
  for (let i = 0; i < count * 8 && found.size < count; i++) {
    const control = controlBox(size, box, ((seed * count + i + 0.5) * 0.6180339887498949) % 1);
    if (!control) break;
    found.set(control.join(), control);
  }
  return [...found.values()];
}

/** Throws RangeError unless `box` is whole pixels inside the picture with positive area. */
export function checkBox(size: readonly [width: number, height: number], box: SourceXyxy): void {
  const [x0, y0, x1, y1] = box;
  const inside = x0 >= 0 && y0 >= 0 && x1 <= size[0] && y1 <= size[1] && x0 < x1 && y0 < y1;
  if (!inside || !box.every(Number.isInteger)) {
    throw new RangeError(`[${box.join(', ')}] is no box of whole pixels in ${size[0]} × ${size[1]}`);
  }
}
