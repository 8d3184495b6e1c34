/** The revisions of a sample as a person reads them: newest first, with what each changed. */
import type { Review } from '../../src-shared/contract/domain.ts';
import { countChanges, type Changes } from '../editing/changes.ts';
import { labelOf } from '../editing/standing.ts';

export interface LogLine {
  readonly review: Review;
  /** What became of tokens with this revision; null when it changed none, or the grid was another one before. */
  readonly changes: Changes | null;
  /** The note, where this revision wrote or changed it. */
  readonly note: string | null;
  /** False when its label has another grid than the one on screen. */
  readonly restorable: boolean;
}

/** @param reviews oldest first; @param predicted the label on screen as predicted, null without one */
export function reviewLog(reviews: readonly Review[], predicted: Int8Array | null): LogLine[] {
  const lines: LogLine[] = [];
  let label = predicted;
  let note: string | null = null;
  for (const review of reviews) {
    const before = label;
    if (review.label) label = labelOf(review.label);
    else if (review.decision === 'reset') label = predicted;
    const changes = before && label && before.length === label.length ? countChanges(before, label) : null;
    const fits = predicted !== null && review.label?.length === predicted.length;
    lines.push({
      review,
      changes: changes?.total ? changes : null,
      note: review.note === note ? null : review.note,
      restorable: review.label === null ? review.decision !== 'accept' : fits,
    });
    note = review.note;
  }
  return lines.reverse();
}
