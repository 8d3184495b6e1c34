/**
 * What two sides of a comparison say of one sample. Measuring reads two predictions' maps; what was measured once is kept for as long
 * as neither they nor what is known of the sample are others.
 */
import type { RoiParams } from '../../../src-shared/contract/preset.ts';
import type {
  Agreement,
  Compared,
  ComparedAgainst,
  NotCompared,
} from '../../../src-shared/contract/training.ts';
import type { ReadableDb } from '../../store/db.ts';
import { getPrediction, getPredictionMaps } from '../../store/predictions/prediction.ts';
import { getRun } from '../../store/runs/run.ts';
import { type ComparableSample, labelOfReview, truthBoxesOf } from '../../store/training/comparable.ts';
import { agreementOf, type Found, type Target, truthTarget } from '../measuring/agreement.ts';

/** Numbers of both sides. */
export interface Pair {
  readonly a: Agreement;
  readonly b: Agreement;
}

/** What was measured of one pair of sides before, by sample. */
export type Kept = Map<number, Pair & { readonly of: string }>;

export interface Side {
  readonly map: 'rpn' | 'denoised';
  readonly roi: RoiParams;
}

export function sideOf(db: ReadableDb, { kind, runId }: Compared): Side {
  return {
    map: kind === 'teacher' || kind === 'run' ? 'denoised' : 'rpn',
    roi: getRun(db, runId).preset.roi,
  };
}

/** What is known of a sample: a text that is another one when that is; null: nothing to measure against. */
export function knownOf({ reviewed, truth }: ComparableSample, against: ComparedAgainst): string | null {
  if (against === 'truth') return truth;
  if (reviewed === null || (against === 'corrected' && reviewed.decision !== 'correct')) return null;
  return String(reviewed.reviewId);
}

/** A sample's numbers, measured where they are not `kept`. */
export function measured(
  db: ReadableDb,
  sample: ComparableSample,
  sides: readonly [Side, Side],
  against: ComparedAgainst,
  kept: Kept,
): Pair | NotCompared {
  const known = knownOf(sample, against);
  if (known === null) return 'nothing_known';
  const of = `${sample.made} ${known}`;
  const before = kept.get(sample.sampleId);
  if (before?.of === of) return before;
  const pair = pairOf(db, sample, sides, against);
  if (typeof pair !== 'string') kept.set(sample.sampleId, { of, ...pair });
  return pair;
}

function pairOf(
  db: ReadableDb,
  sample: ComparableSample,
  [a, b]: readonly [Side, Side],
  against: ComparedAgainst,
): Pair | NotCompared {
  const [left, right] = [foundIn(db, sample.a, a.map), foundIn(db, sample.b, b.map)];
  if (!left || !right) return 'no_map';
  const target = targetOf(db, sample, against, left);
  if (!target) return 'nothing_known';
  return { a: agreementOf(left, target, a.roi), b: agreementOf(right, target, b.roi) };
}

function targetOf(
  db: ReadableDb,
  { reviewed, truth }: ComparableSample,
  against: ComparedAgainst,
  { map: { grid, transform } }: Found,
): Target | null {
  if (against === 'truth') return truth === null ? null : truthTarget(truthBoxesOf(truth), grid, transform);
  return reviewed && labelOfReview(db, reviewed.reviewId);
}

function foundIn(db: ReadableDb, predictionId: number, map: Side['map']): Found | null {
  const placed = getPredictionMaps(db, predictionId)?.[map];
  if (!placed) return null;
  const { boxes } = getPrediction(db, predictionId).prediction;
  return { map: placed, boxes: boxes[map], kind: map === 'rpn' ? 'rpn' : 'attention' };
}
