/**
 * What holds for a sample while it is worked on: the decision that stands and the label on screen. Undo moves between
 * such states (`undo-order.ts`), and each move is saved as a revision of its own.
 */
import {
  carriesSomething,
  whyNotAcceptable,
  type AcceptRefusal,
} from '../../src-shared/contract/acceptable.ts';
import type { Decision, Review, SampleState } from '../../src-shared/contract/domain.ts';
import type { Draft } from './draft.ts';

export interface Standing {
  /** `none`: nobody decided yet, or the decision was taken back. */
  readonly decision: Exclude<Decision, 'reset'> | 'none';
  /** `[H*W]`; null when the sample has no prediction. Never changed in place. */
  readonly label: Int8Array | null;
  /** What a person wrote about it; stays through later steps until it is changed. */
  readonly note: string | null;
  /** Why it is rejected; null for what is not. */
  readonly reason: string | null;
}

/** One sample being worked on. */
export interface Edit {
  readonly sampleId: number;
  readonly predictionId: number | null;
  readonly predicted: Int8Array | null;
  /** What holds now; replaced as a whole, never changed in place. */
  standing: Standing;
}

/** Starts from what is stored: the latest revision's label (a reset has none), else the predicted one. */
export function startEdit(
  sampleId: number,
  prediction: { readonly id: number; readonly label: Uint8Array } | null,
  review: Review | null,
): Edit {
  const predicted = prediction && labelOf(prediction.label);
  const reviewed = review?.label ? labelOf(review.label) : null;
  // A revision of another run's prediction can have another grid; its label does not fit on this one.
  const label = reviewed && predicted && reviewed.length === predicted.length ? reviewed : predicted;
  const decision = review && review.decision !== 'reset' ? review.decision : 'none';
  return {
    sampleId,
    predictionId: prediction?.id ?? null,
    predicted,
    standing: { decision, label, note: review?.note ?? null, reason: reasonOf(review) },
  };
}

/** The state after accepting what is on screen: a label that differs from the predicted one stays corrected. */
export function accepted(edit: Edit): Standing {
  const { label, note } = edit.standing;
  return { decision: sameLabel(label, edit.predicted) ? 'accept' : 'correct', label, note, reason: null };
}

/** The state after rejecting, for a reason or for one that may be said later: one that was said already stays then. */
export function rejected({ standing }: Edit, reason: string | null): Standing {
  return { ...standing, decision: 'reject', reason: reason ?? standing.reason };
}

/**
 * What restoring a revision makes hold: its decision, label and note, or without a decision the label as predicted.
 * An accepted label of another prediction than the one on screen is a correction of this one. Null when it cannot be:
 * the label has another grid, or there is nothing to decide on.
 */
export function restored(edit: Edit, review: Review): Standing | null {
  const { note } = review;
  if (review.decision === 'reset') return { decision: 'none', label: edit.predicted, note, reason: null };
  if (review.decision === 'reject')
    return { decision: 'reject', label: edit.standing.label, note, reason: review.reason };
  const label = review.label && labelOf(review.label);
  if (!label || !edit.predicted || label.length !== edit.predicted.length) return null;
  const untouched = review.decision === 'accept' && sameLabel(label, edit.predicted);
  return { decision: untouched ? 'accept' : 'correct', label, note, reason: null };
}

/**
 * Why `standing` cannot come to hold: nobody stands behind a label that carries nothing. Null: it can, as a note on what an
 * older version took does.
 */
export function whyNotStanding(edit: Edit, standing: Standing): AcceptRefusal | null {
  const { decision, label } = standing;
  if ((decision !== 'accept' && decision !== 'correct') || label === null) return null;
  const now = edit.standing;
  if (now.decision === decision && sameLabel(now.label, label)) return null;
  return whyNotAcceptable({ label });
}

/**
 * The revision that makes `standing` hold in place of `before`. Going back to a label that carries nothing, as older versions
 * accepted it, leaves the sample undecided.
 */
export function draftOf(edit: Edit, standing: Standing, before: Standing): Draft {
  const onlyWords = standing.decision === before.decision && sameLabel(standing.label, before.label);
  // A reason is part of the decision; a note is not.
  const onlyNote = onlyWords && standing.reason === before.reason;
  if (!onlyWords && !canHold(standing.decision, standing.label)) {
    const { sampleId, predictionId } = edit;
    return { sampleId, predictionId, decision: 'reset', label: null, note: standing.note, reason: null };
  }
  return {
    ...(onlyNote ? { onlyNote: { was: before.note } } : {}),
    sampleId: edit.sampleId,
    predictionId: edit.predictionId,
    decision: standing.decision === 'none' ? 'reset' : standing.decision,
    label: standing.decision === 'correct' ? standing.label : null,
    note: standing.note,
    reason: standing.decision === 'reject' ? standing.reason : null,
  };
}

/** The revision that makes `before` hold again after `review`; null: that nothing was decided. */
export function draftBack(review: Review, before: Review | null): Draft {
  const { sampleId } = review;
  const nothing = { decision: 'reset', label: null, reason: null } as const;
  if (!before) return { sampleId, predictionId: review.predictionId, ...nothing, note: null };
  const { predictionId, decision, note } = before;
  if (!canHold(decision, before.label)) return { sampleId, predictionId, ...nothing, note };
  const label = decision === 'correct' && before.label ? labelOf(before.label) : null;
  return { sampleId, predictionId, decision, label, note, reason: reasonOf(before) };
}

function reasonOf(review: Review | null): string | null {
  return review?.decision === 'reject' ? review.reason : null;
}

function canHold(decision: Standing['decision'] | 'reset', label: Int8Array | Uint8Array | null): boolean {
  return (decision !== 'accept' && decision !== 'correct') || label === null || carriesSomething(label);
}

export function stateOf(edit: Edit, standing: Standing): SampleState {
  if (standing.decision === 'accept') return 'accepted';
  if (standing.decision === 'correct') return 'corrected';
  if (standing.decision === 'reject') return 'rejected';
  return edit.predictionId === null ? 'unlabelled' : 'pending';
}

/** Label bytes of the wire as signed values. */
export function labelOf(bytes: Uint8Array): Int8Array {
  return new Int8Array(bytes.slice().buffer);
}

/** Whether going from one to the other changes nothing, not even on screen. */
export function sameStanding(a: Standing, b: Standing): boolean {
  return (
    a.decision === b.decision && a.note === b.note && a.reason === b.reason && sameLabel(a.label, b.label)
  );
}

/** Whether two standings are the same to the store, which keeps a label only of what was accepted or corrected. */
export function holds(standing: Standing, wanted: Standing): boolean {
  if (standing.decision !== wanted.decision || standing.note !== wanted.note) return false;
  if (wanted.decision === 'reject' && standing.reason !== wanted.reason) return false;
  const labelled = wanted.decision === 'accept' || wanted.decision === 'correct';
  return !labelled || sameLabel(standing.label, wanted.label);
}

export function sameLabel(a: Int8Array | null, b: Int8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** The latest of some revisions, whatever their order; null of none. */
export function newest(reviews: readonly Review[]): Review | null {
  return reviews.reduce<Review | null>((best, review) => (best && best.id > review.id ? best : review), null);
}
