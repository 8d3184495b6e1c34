/**
 * Brings decisions to the main side without losing, doubling or reordering any. Each sample has its own queue; one
 * revision of it is under way at a time, based on the last one seen, and the rest wait behind it. A failed save stays
 * in the queue and is tried again; a conflict stops the queue until a person has chosen. A note alone stands in nobody's
 * way: it goes on the decision that somebody else made meanwhile, unless they wrote another one.
 */
import type { Decision, Review, SampleState } from '../../src-shared/contract/domain.ts';
import type { FoveaError } from '../../src-shared/contract/errors.ts';
import { retryWait } from '../shell/retry.ts';
import { sameDecision, type Draft, type Pending } from '../editing/draft.ts';

export type { Draft } from '../editing/draft.ts';

export interface Saved {
  readonly review: Review;
  readonly state: SampleState;
}

export interface SaveDoor {
  /** Appends a revision; rejects with a FoveaError. */
  send(draft: Draft, basedOn: number | null): Promise<Saved>;
  /** The newest revision of a sample, whoever made it. */
  latest(sampleId: number): Promise<Review | null>;
  asError(thrown: unknown): FoveaError;
  /** Runs `task` later; gives a function that calls it off. */
  later(task: () => void, ms: number): () => void;
  onSaved(draft: Draft, saved: Saved): void;
  /** A note was written on a decision that somebody else made meanwhile: it is saved with theirs. */
  onMerged(sampleId: number, theirs: Review): void;
  /** The sample was removed from the project: what was decided on it and is not saved never will be. */
  onRemoved(sampleId: number, drafts: readonly Draft[]): void;
  /** Anything about {@link SaveQueue.summary} may have changed. */
  onChange(): void;
}

export interface Conflict {
  readonly sampleId: number;
  /** The revision that stands in the way; null when it could not be read. */
  readonly theirs: Review | null;
}

export interface SaveSummary {
  readonly waiting: number;
  readonly sending: boolean;
  readonly error: FoveaError | null;
  readonly conflicts: readonly Conflict[];
}

interface Entry {
  seen: number | null;
  readonly drafts: Draft[];
  sending: boolean;
  /** An attempt of the first draft ended without an answer: it may have been written. */
  uncertain: boolean;
  attempts: number;
  error: FoveaError | null;
  conflict: Conflict | null;
  cancelRetry: (() => void) | null;
}

export class SaveQueue {
  readonly #door: SaveDoor;
  readonly #entries = new Map<number, Entry>();

  constructor(door: SaveDoor) {
    this.#door = door;
  }

  /** Notes the revision a person sees; ignored while own decisions are under way, which know better. */
  setSeen(sampleId: number, reviewId: number | null): void {
    const entry = this.#entry(sampleId);
    if (entry.drafts.length === 0) entry.seen = reviewId;
  }

  seen(sampleId: number): number | null {
    return this.#entries.get(sampleId)?.seen ?? null;
  }

  /** True while decisions about this sample are not all saved. */
  isDirty(sampleId: number): boolean {
    return (this.#entries.get(sampleId)?.drafts.length ?? 0) > 0;
  }

  add(draft: Draft): void {
    const entry = this.#entry(draft.sampleId);
    entry.drafts.push(draft);
    this.#pump(draft.sampleId, entry);
    this.#door.onChange();
  }

  /** What is not saved, in the order it was decided in. */
  pending(): Pending[] {
    return [...this.#entries]
      .filter(([, { drafts }]) => drafts.length > 0)
      .map(([sampleId, { seen, drafts }]) => ({ sampleId, basedOn: seen, drafts: [...drafts] }));
  }

  /**
   * Takes decisions that another page could not save: behind own ones on the same sample, and never on top of a revision
   * that was not there when they were made.
   */
  restore({ sampleId, basedOn, drafts }: Pending): void {
    if (drafts.length === 0) return;
    const entry = this.#entry(sampleId);
    if (entry.drafts.length === 0) {
      entry.seen = basedOn;
      // Its answer may have been lost with the page.
      entry.uncertain = true;
    }
    entry.drafts.push(...drafts);
    this.#pump(sampleId, entry);
    this.#door.onChange();
  }

  /** Tries everything that failed again, now. */
  retry(): void {
    for (const [sampleId, entry] of this.#entries) {
      entry.cancelRetry?.();
      entry.cancelRetry = null;
      this.#pump(sampleId, entry);
    }
  }

  /** Puts the own decisions on top of the ones that stand in the way. */
  keepMine(sampleId: number): void {
    const entry = this.#entry(sampleId);
    if (!entry.conflict) return;
    entry.seen = entry.conflict.theirs?.id ?? entry.seen;
    entry.conflict = null;
    this.#pump(sampleId, entry);
    this.#door.onChange();
  }

  /** Gives up the own decisions that are not saved. The caller loads the sample again. */
  takeTheirs(sampleId: number): void {
    const entry = this.#entry(sampleId);
    if (!entry.conflict) return;
    entry.seen = entry.conflict.theirs?.id ?? entry.seen;
    entry.conflict = null;
    entry.drafts.length = 0;
    this.#door.onChange();
  }

  /** Forgets everything, for another project: its samples have the same ids. @returns how many decisions are lost */
  abandon(): number {
    const { waiting } = this.summary();
    for (const entry of this.#entries.values()) {
      entry.cancelRetry?.();
      entry.drafts.length = 0;
    }
    this.#entries.clear();
    this.#door.onChange();
    return waiting;
  }

  summary(): SaveSummary {
    let waiting = 0;
    let sending = false;
    let error: FoveaError | null = null;
    const conflicts: Conflict[] = [];
    for (const entry of this.#entries.values()) {
      waiting += entry.drafts.length;
      sending ||= entry.sending;
      error ??= entry.error;
      if (entry.conflict) conflicts.push(entry.conflict);
    }
    return { waiting, sending, error, conflicts };
  }

  #entry(sampleId: number): Entry {
    let entry = this.#entries.get(sampleId);
    if (!entry) {
      entry = {
        seen: null,
        drafts: [],
        sending: false,
        uncertain: false,
        attempts: 0,
        error: null,
        conflict: null,
        cancelRetry: null,
      };
      this.#entries.set(sampleId, entry);
    }
    return entry;
  }

  #pump(sampleId: number, entry: Entry): void {
    const draft = entry.drafts[0];
    if (!draft || entry.sending || entry.conflict || entry.cancelRetry) return;
    entry.sending = true;
    void this.#attempt(sampleId, entry, draft).then(() => {
      entry.sending = false;
      this.#pump(sampleId, entry);
      this.#door.onChange();
    });
  }

  async #attempt(sampleId: number, entry: Entry, draft: Draft): Promise<void> {
    try {
      const saved = await this.#door.send(draft, entry.seen);
      if (this.#entries.get(sampleId) === entry) this.#done(entry, draft, saved);
    } catch (thrown) {
      if (this.#entries.get(sampleId) !== entry) return;
      const error = this.#door.asError(thrown);
      if (error.code === 'conflict') await this.#settleConflict(sampleId, entry, draft);
      else if (error.code === 'not_found') await this.#settleMissing(sampleId, entry, error);
      else this.#failed(sampleId, entry, error);
    }
  }

  #done(entry: Entry, draft: Draft, saved: Saved): void {
    entry.drafts.shift();
    entry.seen = saved.review.id;
    entry.uncertain = false;
    entry.attempts = 0;
    entry.error = null;
    this.#door.onSaved(draft, saved);
  }

  #failed(sampleId: number, entry: Entry, error: FoveaError): void {
    entry.error = error;
    if (error.code === 'io') entry.uncertain = true;
    const wait = retryWait(entry.attempts++);
    entry.cancelRetry = this.#door.later(() => {
      entry.cancelRetry = null;
      this.#pump(sampleId, entry);
      this.#door.onChange();
    }, wait);
  }

  /** Something that a decision names is not there: no repetition mends that where it is the sample itself. */
  async #settleMissing(sampleId: number, entry: Entry, error: FoveaError): Promise<void> {
    try {
      await this.#door.latest(sampleId);
    } catch (thrown) {
      if (this.#door.asError(thrown).code === 'not_found' && this.#entries.get(sampleId) === entry) {
        this.#entries.delete(sampleId);
        this.#door.onRemoved(sampleId, entry.drafts.splice(0));
        return;
      }
    }
    this.#failed(sampleId, entry, error);
  }

  /** A conflict with the own revision, whose answer got lost, is no conflict. */
  async #settleConflict(sampleId: number, entry: Entry, draft: Draft): Promise<void> {
    let theirs: Review | null = null;
    try {
      theirs = await this.#door.latest(sampleId);
    } catch (thrown) {
      this.#failed(sampleId, entry, this.#door.asError(thrown));
      return;
    }
    if (entry.uncertain && theirs && sameDecision(draft, theirs)) {
      this.#done(entry, draft, { review: theirs, state: STATE_AFTER[theirs.decision] });
      return;
    }
    entry.error = null;
    if (theirs && entry.drafts.length === 1 && draft.onlyNote && draft.onlyNote.was === theirs.note) {
      entry.drafts[0] = noteOn(theirs, draft.note);
      entry.seen = theirs.id;
      this.#door.onMerged(sampleId, theirs);
      return;
    }
    entry.conflict = { sampleId, theirs };
  }
}

/** The state of a predicted sample after a decision. */
export const STATE_AFTER: Record<Decision, SampleState> = {
  accept: 'accepted',
  correct: 'corrected',
  reject: 'rejected',
  reset: 'pending',
};

/** A decision as it stands, with another note. */
function noteOn({ sampleId, predictionId, decision, label, reason }: Review, note: string | null): Draft {
  const own = decision === 'correct' && label ? new Int8Array(label.slice().buffer) : null;
  return { sampleId, predictionId, decision, label: own, note, reason };
}
