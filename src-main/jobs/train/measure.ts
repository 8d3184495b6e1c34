/**
 * How maps do on the held-out samples: against what people corrected, where they did, for accepted labels are the teacher's
 * own; or against the samples' known boxes.
 */
import type { RpnMeasure, RpnMetrics } from '../../../src-shared/contract/training.ts';
import type { RoiParams } from '../../../src-shared/contract/preset.ts';
import { decodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { readOn } from '../../../src-shared/kernels/measures/difference.ts';
import { BG, FG, type Labels } from '../../../src-shared/kernels/types.ts';
import type { Agreement } from '../../../src-shared/contract/training.ts';
import { agreementOf, type Found, type Target } from '../measuring/agreement.ts';

export type Against = RpnMetrics['against'];

/** One sample's numbers; null where they would mean nothing. */
export interface SampleMeasure extends Agreement {
  readonly loss: number | null;
}

/** As {@link agreementOf}, with the loss of a branch's logits. */
export function measureOf(found: Found, target: Target, roi: RoiParams): SampleMeasure {
  const { map, kind } = found;
  const logits = (): Float32Array =>
    readOn({ ...map, values: decodeFloat16(map.bits) }, target.grid, target.transform);
  return {
    ...agreementOf(found, target, roi),
    loss: kind === 'rpn' ? crossEntropy(logits(), target.labels) : null,
  };
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
