/** How well one map of a sample agrees with what is known of the sample: a label that a person stands behind, or known boxes. */
import type { PlacedMap } from '../../../src-shared/contract/outcome.ts';
import type { RoiParams } from '../../../src-shared/contract/preset.ts';
import type { Agreement } from '../../../src-shared/contract/training.ts';
import { decodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { readOn } from '../../../src-shared/kernels/measures/difference.ts';
import {
  boxRecall,
  labelAuc,
  labelIou,
  thresholded,
} from '../../../src-shared/kernels/measures/label-agreement.ts';
import { truthCells } from '../../../src-shared/kernels/measures/metrics.ts';
import { sourceBoxToCells } from '../../../src-shared/kernels/transform.ts';
import {
  FG,
  type Grid,
  type GridTransform,
  type Labels,
  type SourceXyxy,
} from '../../../src-shared/kernels/types.ts';

/** What a map is compared with, where it lies on the picture. */
export interface Target {
  readonly labels: Labels;
  readonly grid: Grid;
  readonly transform: GridTransform;
}

/** A map of one sample and the boxes that the preset's rule finds in it. */
export interface Found {
  readonly map: PlacedMap;
  /** In source pixels. */
  readonly boxes: readonly SourceXyxy[];
  /** Logits are probabilities once a sigmoid is taken of them; of an attention map no cell is foreground or not. */
  readonly kind: 'rpn' | 'attention';
}

/** The cells that known boxes stand for, every other one background; null without a box. */
export function truthTarget(
  boxes: readonly SourceXyxy[],
  grid: Grid,
  transform: GridTransform,
): Target | null {
  if (boxes.length === 0) return null;
  return { labels: Int8Array.from(truthCells(boxes, grid, transform)), grid, transform };
}

/** Where the map says nothing it claims nothing: such a cell scores below all others. */
export function agreementOf(
  { map, boxes, kind }: Found,
  target: Target,
  { threshold }: RoiParams,
): Agreement {
  const { labels, grid, transform } = target;
  const values = decodeFloat16(map.bits);
  const on = (of: Float32Array): Float32Array =>
    readOn({ values: of, grid: map.grid, transform: map.transform }, grid, transform);
  const scores = on(values).map((value) => (Number.isNaN(value) ? -Infinity : value));
  const truth = labels.map((label) => (label === FG ? 1 : 0));
  const cells = boxes.map((box) => sourceBoxToCells(transform, box));
  const probable = kind === 'rpn' ? thresholded(values, threshold) : null;
  return {
    auc: labelAuc(scores, labels),
    iou: probable && labelIou({ ...probable, probability: on(probable.probability) }, labels),
    boxRecall: boxRecall(cells, truth, grid),
  };
}
