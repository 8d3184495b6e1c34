/** The regions a causal check can be made of: boxes in whole source pixels that the sample's maps and label name. */
import type { Prediction } from '../../src-shared/contract/domain.ts';
import { cellBoxToSource } from '../../src-shared/kernels/transform.ts';
import { FG, type Grid, type GridTransform, type SourceXyxy } from '../../src-shared/kernels/types.ts';
import { boxAround } from './region.ts';

export interface Region {
  readonly id: 'crop' | 'rpn' | 'denoised' | 'raw' | 'label';
  readonly words: string;
  readonly box: SourceXyxy;
}

/** In the order they are offered; the first is the one to begin with. Equal boxes are offered once. */
export function regionsOf(
  prediction: Pick<Prediction, 'boxes' | 'secondStage' | 'grid' | 'transform'>,
  label: Int8Array | null,
  size: readonly [width: number, height: number],
): Region[] {
  const { boxes, secondStage, grid, transform } = prediction;
  const crop = secondStage?.crop ?? null;
  const all: (Omit<Region, 'box'> & { box: SourceXyxy | null })[] = [
    { id: 'crop', words: 'The crop of the second look', box: crop },
    { id: 'rpn', words: "The RPN's box", box: around(boxes.rpn) },
    { id: 'denoised', words: "The denoised map's box", box: around(boxes.denoised) },
    { id: 'raw', words: "The raw map's box", box: around(boxes.raw) },
    { id: 'label', words: "The label's foreground", box: label && foreground(label, grid, transform) },
  ];
  const found: Region[] = [];
  for (const { id, words, box } of all) {
    const whole = box && wholePixels(box, size);
    if (whole && !found.some((known) => known.box.join() === whole.join()))
      found.push({ id, words, box: whole });
  }
  return found;
}

function around(boxes: readonly SourceXyxy[]): SourceXyxy | null {
  if (boxes.length === 0) return null;
  return boxes.reduce((a, b) => [
    Math.min(a[0], b[0]),
    Math.min(a[1], b[1]),
    Math.max(a[2], b[2]),
    Math.max(a[3], b[3]),
  ]);
}

function foreground(label: Int8Array, grid: Grid, transform: GridTransform): SourceXyxy | null {
  const cells = Array.from(label.keys()).filter((cell) => label[cell] === FG);
  return cells.length === 0 ? null : cellBoxToSource(transform, boxAround(cells, grid));
}

/** Outwards to whole pixels, inside the picture; null without area. */
function wholePixels(
  [x0, y0, x1, y1]: SourceXyxy,
  [width, height]: readonly [number, number],
): SourceXyxy | null {
  const clamp = (value: number, max: number): number => Math.min(Math.max(value, 0), max);
  const box = [
    clamp(Math.floor(x0), width),
    clamp(Math.floor(y0), height),
    clamp(Math.ceil(x1), width),
    clamp(Math.ceil(y1), height),
  ] as const;
  return box[0] < box[2] && box[1] < box[3] ? box : null;
}
