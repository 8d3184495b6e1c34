/** Takes own decisions back where they still stand, as the end of the tour offers. */
import type { Review } from '../../src-shared/contract/domain.ts';
import { STATE_AFTER } from './save-queue.ts';
import { draftBack, restored } from '../editing/standing.ts';
import type { Editing } from '../editing/editing.svelte.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { Saving } from './saving.svelte.ts';
import type { Showing } from './showing.svelte.ts';
import type { Undoing } from './undoing.svelte.ts';

/** A decision made here that was saved, and the revision before it; null where there was none. */
export interface OwnDecision {
  readonly review: Review;
  readonly before: Review | null;
}

export interface PutBackParts {
  readonly saving: Saving;
  readonly showing: Showing;
  readonly queue: Queue;
  readonly editing: Editing;
  readonly undoing: Undoing;
}

/** Makes hold again what stood before a decision, as a new revision; a sample that was decided since stays. */
export function putBack(parts: PutBackParts, { review, before }: OwnDecision): void {
  const { saving, showing, queue, editing, undoing } = parts;
  const { sampleId } = review;
  if (saving.isDirty(sampleId) || saving.seen(sampleId) !== review.id) return;
  undoing.forget(sampleId);
  const edit = showing.id === sampleId ? editing.current : null;
  const standing =
    edit && restored(edit, before ?? { ...review, decision: 'reset', note: null, reason: null });
  if (edit && standing) {
    editing.step(edit, standing);
    return;
  }
  const draft = draftBack(review, before);
  editing.forget(sampleId);
  queue.setState(sampleId, STATE_AFTER[draft.decision]);
  saving.add(draft);
}
