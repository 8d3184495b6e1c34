/**
 * The RPN's losses (METHOD §3), from scores and labels of the same cells; labels are 1 (RoI), 0 (background), −100
 * (ignored). Every loss is a mean over the labelled cells, and 0 with a gradient of 0 where there is none, as the
 * reference code gives (its own guard: PyTorch's mean over nothing would be NaN).
 */
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../types.ts';

/** Focal loss's weight of the RoI cells and its exponent, as the reference sets them. */
const FOCAL = { alpha: 0.9, gamma: 2 } as const;
/** Maps are compared in hundredths. */
const MAP_SCALE = 100;

const allAxes = ({ shape }: Value): number[] => shape.map((_, i) => i);

interface Labelled {
  /** True where the label is −100. */
  readonly ignored: Value;
  /** Scores and labels, 0 for those that are ignored: an infinite score there has no slope to be multiplied by 0. */
  readonly scores: Value;
  readonly targets: Value;
}

function labelled(b: GraphBuilder, scores: Value, labels: Value): Labelled {
  const ignored = b.binary('Less', labels, b.number(labels, -0.5));
  return {
    ignored,
    scores: b.where(ignored, b.number(scores, 0), scores),
    targets: b.where(ignored, b.number(labels, 0), labels),
  };
}

/** The mean of what is not ignored. */
function meanOf(b: GraphBuilder, ignored: Value, cells: Value): Value {
  const [zero, one] = [b.number(cells, 0), b.number(cells, 1)];
  const count = b.sum(b.where(ignored, zero, one), allAxes(ignored));
  const sum = b.sum(b.where(ignored, zero, cells), allAxes(cells));
  return b.binary('Div', sum, b.binary('Max', count, one));
}

/**
 * −y·ln σ(x) − (1−y)·ln(1−σ(x)) of each cell, as max(x, 0) − x·y + ln(1 + e^−|x|), which no logit overflows: the form of
 * PyTorch's `binary_cross_entropy_with_logits`.
 */
function crossEntropy(b: GraphBuilder, logits: Value, targets: Value): Value {
  const zero = b.number(logits, 0);
  const negative = b.binary('Less', logits, zero);
  const positivePart = b.where(negative, zero, logits);
  const minusSize = b.where(negative, logits, b.unary('Neg', logits));
  const tail = b.unary('Log', b.binary('Add', b.number(logits, 1), b.unary('Exp', minusSize)));
  return b.binary('Add', b.binary('Sub', positivePart, b.binary('Mul', logits, targets)), tail);
}

/** Binary cross-entropy of logits; both of one shape, the loss a scalar. */
export function bceLoss(b: GraphBuilder, logits: Value, labels: Value): Value {
  const { ignored, scores, targets } = labelled(b, logits, labels);
  return meanOf(b, ignored, crossEntropy(b, scores, targets));
}

/**
 * Focal loss of logits: α_t·(1 − p_t)^γ times the cross-entropy, where p_t is the probability of the true class and α_t
 * is α for RoI cells, 1 − α for background (Lin et al., Focal Loss for Dense Object Detection, equation 5).
 */
export function focalLoss(
  b: GraphBuilder,
  logits: Value,
  labels: Value,
  { alpha, gamma }: { readonly alpha: number; readonly gamma: number } = FOCAL,
): Value {
  const { ignored, scores, targets } = labelled(b, logits, labels);
  const one = b.number(logits, 1);
  const mul = (x: Value, y: Value): Value => b.binary('Mul', x, y);
  const rest = (x: Value): Value => b.binary('Sub', one, x);
  /** y·whenRoi + (1 − y)·otherwise. */
  const byClass = (whenRoi: Value, otherwise: Value): Value =>
    b.binary('Add', mul(targets, whenRoi), mul(rest(targets), otherwise));
  const p = b.unary('Sigmoid', scores);
  const missed = b.binary('Pow', byClass(rest(p), p), b.number(logits, gamma));
  const weight = byClass(b.number(logits, alpha), b.number(logits, 1 - alpha));
  return meanOf(b, ignored, mul(mul(weight, missed), crossEntropy(b, scores, targets)));
}

/**
 * The MSE form: of a map that is a softmax over the cells (mean over heads) and the labels over their sum, both times
 * 100. Labels may be any numbers ≥ 0; where all are 0 they stay 0. The reference takes −100 for a number here, which makes
 * the sum negative and the target meaningless; ignored cells are left out instead.
 */
export function mseLoss(b: GraphBuilder, map: Value, labels: Value): Value {
  const { ignored, scores, targets } = labelled(b, map, labels);
  const total = b.sum(targets, allAxes(targets));
  const divisor = b.where(b.binary('Less', b.number(total, 0), total), total, b.number(total, 1));
  const scale = b.number(map, MAP_SCALE);
  const target = b.binary('Mul', b.binary('Div', targets, divisor), scale);
  const off = b.binary('Sub', b.binary('Mul', scores, scale), target);
  return meanOf(b, ignored, b.binary('Mul', off, off));
}
