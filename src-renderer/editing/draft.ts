/** A decision on its way to the main side. */
import type { Decision, Review } from '../../src-shared/contract/domain.ts';

/** One decision about the sample that was on screen when it was made. */
export interface Draft {
  readonly sampleId: number;
  readonly predictionId: number | null;
  readonly decision: Decision;
  /** `[H*W]`, row-major; null unless `decision` is `correct`. */
  readonly label: Int8Array | null;
  readonly note: string | null;
  /** Why it is rejected; null unless `decision` is `reject`. */
  readonly reason: string | null;
  /** The person changed nothing but the note, which was this before. */
  readonly onlyNote?: { readonly was: string | null };
}

/** What waits for one sample, in order. */
export interface Pending {
  readonly sampleId: number;
  /** The newest revision that the first of them was made on; null: there was none. */
  readonly basedOn: number | null;
  readonly drafts: readonly Draft[];
}

/** Whether a revision says what a draft does. */
export function sameDecision(draft: Draft, review: Review): boolean {
  if (draft.decision !== review.decision || draft.predictionId !== review.predictionId) return false;
  if (draft.note !== review.note || draft.reason !== review.reason) return false;
  if (draft.decision !== 'correct' || draft.label === null) return true;
  const label = review.label;
  if (label === null || label.length !== draft.label.length) return false;
  return draft.label.every((value, i) => (value & 0xff) === label[i]);
}
