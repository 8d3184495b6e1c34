/**
 * How maps do on the held-out samples: against what people corrected, where they did, for accepted labels are the teacher's
 * own; or against the samples' known boxes.
 */
import type { RpnMeasure, RpnMetrics } from '../../../src-shared/contract/training.ts';
import type { RoiParams } from '../../../src-shared/contract/preset.ts';
import type { PlacedMap } from '../../../src-shared/contract/outcome.ts';
import { decodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import {
  boxRecall,
  labelAuc,
  labelIou,
  thresholded,
} from '../../../src-shared/kernels/measures/label-agreement.ts';
import { readOn } from '../../../src-shared/kernels/measures/difference.ts';
import { truthCells } from '../../../src-shared/kernels/measures/metrics.ts';
import { sourceBoxToCells } from '../../../src-shared/kernels/transform.ts';
import {
  BG,
  FG,
  type Grid,
  type GridTransform,
  type Labels,
  type SourceXyxy,
} from '../../../src-shared/kernels/types.ts';

export type Against = RpnMetrics['against'];

/** What a map is compared with, on the label's grid. */
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

/** One sample's numbers; null where they would mean nothing. */
export interface SampleMeasure {
  readonly auc: number | null;
  readonly iou: number | null;
  readonly boxRecall: number | null;
  readonly loss: number | null;
}

/** The cells that known boxes stand for, on a label's grid; null without a box. */
export function truthTarget(
  boxes: readonly SourceXyxy[],
  grid: Grid,
  transform: GridTransform,
): Target | null {
  if (boxes.length === 0) return null;
  return { labels: Int8Array.from(truthCells(boxes, grid, transform)), grid, transform };
}

/** Where the map says nothing it claims nothing. */
export function measureOf({ map, boxes, kind }: Found, target: Target, roi: RoiParams): SampleMeasure {
  const { labels, grid, transform } = target;
  const values = decodeFloat16(map.bits);
  const on = (of: Float32Array): Float32Array =>
    readOn({ values: of, grid: map.grid, transform: map.transform }, grid, transform);
  const scores = on(values).map((value) => (Number.isNaN(value) ? -Infinity : value));
  const cells = boxes.map((box) => sourceBoxToCells(transform, box));
  return {
    auc: labelAuc(scores, labels),
    iou: kind === 'rpn' ? iouOf(values, on, labels, roi) : null,
    loss: kind === 'rpn' ? crossEntropy(on(values), labels) : null,
    boxRecall: boxRecall(
      cells,
      labels.map((label) => (label === FG ? 1 : 0)),
      grid,
    ),
  };
}

function iouOf(
  logits: Float32Array,
  on: (values: Float32Array) => Float32Array,
  labels: Labels,
  { threshold }: RoiParams,
): number | null {
  const found = thresholded(logits, threshold);
  return labelIou({ ...found, probability: on(found.probability) }, labels);
}

/**
 * Mean of −y·ln σ(x) − (1−y)·ln(1−σ(x)) over the cells that the label decides and the map says something of, in the form that
 * no logit overflows (as the loss that is trained). Null without such a cell.
 */
function crossEntropy(logits: Float32Array, labels: Labels): number | null {
  let [sum, count] = [0, 0];
  labels.forEach((label, i) => {
    const x = logits[i]!;
    if ((label !== FG && label !== BG) || Number.isNaN(x)) return;
    sum += Math.max(x, 0) - x * label + Math.log1p(Math.exp(-Math.abs(x)));
    count++;
  });
  return count === 0 ? null : sum / count;
}

/** Means over the samples that have each number. */
export function meanMeasure(measures: readonly SampleMeasure[]): RpnMeasure {
  const mean = (name: keyof SampleMeasure): number | null => {
    const known = measures.flatMap((measure) => measure[name] ?? []);
    return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length;
  };
  return {
    samples: measures.length,
    auc: mean('auc'),
    iou: mean('iou'),
    boxRecall: mean('boxRecall'),
    loss: mean('loss'),
  };
}
