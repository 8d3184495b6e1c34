/**
 * Numbers to sort and count samples by, computed from one prediction's label and RPN map. Pure; `scores.ts` keeps them.
 * All are null where they mean nothing (no RPN map, a dropped label), never 0.
 */
import type { PlacedMap } from '../../../src-shared/contract/outcome.ts';
import type { RoiParams } from '../../../src-shared/contract/preset.ts';
import { readOn } from '../../../src-shared/kernels/measures/difference.ts';
import {
  labelIou,
  type Thresholded,
  thresholded,
} from '../../../src-shared/kernels/measures/label-agreement.ts';
import { iou, truthCells } from '../../../src-shared/kernels/measures/metrics.ts';
import { tightBox } from '../../../src-shared/kernels/roi/fg-box.ts';
import { decodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { cellBoxToSource } from '../../../src-shared/kernels/transform.ts';
import {
  FG,
  type Grid,
  type GridTransform,
  type Labels,
  type SourceXyxy,
} from '../../../src-shared/kernels/types.ts';

/** A label where it lies on its picture. `size` is the source [width, height] in pixels. */
export interface PlacedLabel {
  readonly labels: Labels;
  readonly grid: Grid;
  readonly transform: GridTransform;
  readonly size: readonly [width: number, height: number];
}

/** The box around a label's foreground, in shares of the picture: its area, and the middle's place from left and top. */
export interface RoiShape {
  readonly size: number;
  readonly x: number;
  readonly y: number;
}

/** Share of the cells nearest the threshold whose entropy is averaged. */
const NEAR_THRESHOLD = 0.1;

/** Null when the label has no foreground on the picture. */
export function roiShape(label: PlacedLabel): RoiShape | null {
  const box = foregroundBox(label);
  if (!box) return null;
  const [x0, y0, x1, y1] = box.map((value, i) => value / label.size[i % 2]!) as [...SourceXyxy];
  return { size: (x1 - x0) * (y1 - y0), x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
}

/** The box around the label's foreground as far as it lies on the picture; null when there is none of it. */
function foregroundBox({ labels, grid, transform, size }: PlacedLabel): SourceXyxy | null {
  const cells = tightBox(
    labels.map((value) => (value === FG ? 1 : 0)),
    grid,
  );
  if (!cells) return null;
  const source = cellBoxToSource(transform, [cells[1], cells[0], cells[3] + 1, cells[2] + 1]);
  const [x0, y0, x1, y1] = source.map((value, i) => Math.min(size[i % 2]!, Math.max(0, value))) as [
    ...SourceXyxy,
  ];
  return x1 > x0 && y1 > y0 ? [x0, y0, x1, y1] : null;
}

/**
 * IoU, in source pixels, of the box around the label's foreground and the box around all of `boxes`. Null without a
 * foreground. Throws RangeError without a box.
 */
export function boxesIou(label: PlacedLabel, boxes: readonly SourceXyxy[]): number | null {
  const [first, ...others] = boxes;
  if (!first) throw new RangeError('there is no box to compare with');
  const own = foregroundBox(label);
  return own && iou(own, others.reduce(around, first));
}

function around(a: SourceXyxy, b: SourceXyxy): SourceXyxy {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

/**
 * IoU of the label's foreground and the tokens that true boxes stand for (`truthCells`), over the cells that the label
 * decides. 1 when both are empty there; null when the label decides nothing.
 */
export function truthIou(
  { labels, grid, transform }: PlacedLabel,
  boxes: readonly SourceXyxy[],
): number | null {
  const truth = Float32Array.from(truthCells(boxes, grid, transform));
  return labelIou({ probability: truth, threshold: 0.5 }, labels);
}

/**
 * How far label and RPN are apart: 1 − IoU of the label's foreground and the cells where the RPN's probability is
 * above the RoI threshold, over the cells the label decides (ignore counts for neither). Where the RPN has another
 * grid, its probabilities are resized bilinearly to the label's (METHOD §3), and beside the picture it claims nothing.
 * 0 when both are empty; null when the label decides nothing.
 */
export function disagreement(label: PlacedLabel, rpn: PlacedMap, roi: RoiParams): number | null {
  const found = probabilities(rpn, roi);
  if (!found) return null;
  const { grid, transform } = rpn;
  const { threshold } = found;
  const probability = readOn({ values: found.probability, grid, transform }, label.grid, label.transform);
  const iou = labelIou({ probability, threshold }, label.labels);
  return iou === null ? null : 1 - iou;
}

/**
 * How undecided the RPN is: the mean of H(p) = −p·log2 p − (1−p)·log2(1−p) in bits over the tenth of its cells whose
 * probability is nearest the RoI threshold. Null for a map with a value that is no number.
 */
export function uncertainty(rpn: PlacedMap, roi: RoiParams): number | null {
  const found = probabilities(rpn, roi);
  if (!found) return null;
  const { probability, threshold } = found;
  const nearest = [...probability].sort((a, b) => Math.abs(a - threshold) - Math.abs(b - threshold));
  const cells = nearest.slice(0, Math.max(1, Math.ceil(nearest.length * NEAR_THRESHOLD)));
  return cells.reduce((sum, p) => sum + entropy(p), 0) / cells.length;
}

/** IoU of the foreground of two labels on one grid; 1 when both have none, null when they do not fit. */
export function foregroundIou(a: Labels, b: Labels): number | null {
  if (a.length !== b.length) return null;
  let both = 0;
  let either = 0;
  a.forEach((value, i) => {
    if (value === FG && b[i] === FG) both++;
    if (value === FG || b[i] === FG) either++;
  });
  return either === 0 ? 1 : both / either;
}

/** Null for a map with a value that is no number. */
function probabilities(rpn: PlacedMap, { threshold }: RoiParams): Thresholded | null {
  const logits = decodeFloat16(rpn.bits);
  return logits.some((value) => Number.isNaN(value)) ? null : thresholded(logits, threshold);
}

function entropy(p: number): number {
  if (p <= 0 || p >= 1) return 0;
  return -p * Math.log2(p) - (1 - p) * Math.log2(1 - p);
}
