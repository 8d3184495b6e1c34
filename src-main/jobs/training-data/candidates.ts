/**
 * The samples of a project as a training run might use them, page by page: whose label each has, or why it has none. Labels are
 * hashed as they are read, and not kept.
 */
import type { TrainingData, TrainingKind, TrainingLeftOut } from '../../../src-shared/contract/training.ts';
import { answerMatches } from '../../../src-shared/kernels/measures/answer-match.ts';
import { BG, FG } from '../../../src-shared/kernels/types.ts';
import type { ReadableDb } from '../../store/db.ts';
import { type LabelFound, labelsToTrain } from '../../store/training/labels.ts';
import { labelHash } from '../../store/training/training-sample.ts';

/** A label that a sample could be used with. */
export interface Slot {
  readonly kind: TrainingKind;
  readonly predictionId: number;
  readonly reviewId: number | null;
  /** A character a byte: of a million samples, arrays would take most of the memory. */
  readonly labelSha256: string;
  readonly hasFg: boolean;
  readonly hasBg: boolean;
}

export interface Candidate {
  readonly sampleId: number;
  readonly imageId: number;
  /** What it would teach. */
  readonly train: Slot;
  /** What it would be measured against. */
  readonly heldOut: Slot;
}

export type Looked = Candidate | { readonly leftOut: TrainingLeftOut };

/** What the data offers of these samples. @param ids ascending, a page of them */
export function candidates(db: ReadableDb, ids: readonly number[], wish: TrainingData): Looked[] {
  return labelsToTrain(db, ids, wish.runId).map((found) => candidate(found, wish));
}

function candidate(found: LabelFound, wish: TrainingData): Looked {
  const { state, sampleId, imageId } = found;
  if (state === 'rejected') return { leftOut: 'rejected' };
  if (found.unshown) return { leftOut: 'picture_unreadable' };
  const reviewed = found.reviewed && slot(found.reviewed, wish);
  if (wish.labels === 'reviewed' || (wish.labels === 'mixed' && reviewed)) {
    if (!reviewed) return { leftOut: state === 'unlabelled' ? 'not_labelled' : 'not_reviewed' };
    return both(sampleId, imageId, reviewed, reviewed, found, wish);
  }
  if (!found.predicted) return { leftOut: 'not_labelled' };
  return both(sampleId, imageId, slot(found.predicted, wish), reviewed, found, wish);
}

/** A sample whose reviewed label cannot be used is measured with the predicted one, as any other. */
function both(
  sampleId: number,
  imageId: number,
  train: Slot | { readonly leftOut: TrainingLeftOut },
  heldOut: Slot | { readonly leftOut: TrainingLeftOut } | null,
  { referenceAnswer, reviewed, predicted }: LabelFound,
  { rightAnswersOnly }: TrainingData,
): Looked {
  if ('leftOut' in train) return train;
  if (rightAnswersOnly) {
    if (referenceAnswer === null) return { leftOut: 'no_answer_to_compare' };
    const { answer } = (train.reviewId === null ? predicted : reviewed)!;
    if (!answerMatches(answer, referenceAnswer)) return { leftOut: 'wrong_answer' };
  }
  return { sampleId, imageId, train, heldOut: heldOut && !('leftOut' in heldOut) ? heldOut : train };
}

function slot(
  { kind, predictionId, reviewId, grid, label, dropped, ofThisPicture }: NonNullable<LabelFound['predicted']>,
  { bothClassesOnly }: TrainingData,
): Slot | { readonly leftOut: TrainingLeftOut } {
  if (!ofThisPicture) return { leftOut: 'picture_changed' };
  // A person who stands behind a label is not overruled by a rule.
  if (dropped && reviewId === null) return { leftOut: 'dropped' };
  const hasFg = label.includes(FG);
  const hasBg = label.includes(BG);
  if (!hasFg && !hasBg) return { leftOut: 'all_ignore' };
  if (bothClassesOnly && !(hasFg && hasBg)) return { leftOut: 'one_class' };
  return {
    kind,
    predictionId,
    reviewId,
    labelSha256: Buffer.from(labelHash(grid, label)).toString('latin1'),
    hasFg,
    hasBg,
  };
}
