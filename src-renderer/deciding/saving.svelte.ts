/** The way of decisions to the main side: what waits, what stands in the way, and what a person says to it. */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { SaveQueue, type Conflict, type Draft, type SaveDoor, type SaveSummary } from './save-queue.ts';
import type { Pending } from './unsaved.ts';
import { later } from '../shell/later.ts';
import type { Session } from '../shell/session.svelte.ts';
import { newest } from '../editing/standing.ts';

export interface SavingDoor extends Pick<SaveDoor, 'onSaved' | 'onMerged' | 'onRemoved'> {
  /** Hears of every change of what is not saved. */
  onPending(): void;
}

export class Saving {
  readonly #queue: SaveQueue;
  /** What the page says about it. */
  summary = $state.raw<SaveSummary>({ waiting: 0, sending: false, error: null, conflicts: [] });

  constructor(session: Session, { onSaved, onMerged, onRemoved, onPending }: SavingDoor) {
    this.#queue = new SaveQueue({
      send: ({ sampleId, predictionId, decision, label, note, reason }, basedOn) =>
        session.client.call('reviews.submit', {
          sampleId,
          predictionId,
          decision,
          label: label && new Uint8Array(label),
          note,
          reason,
          basedOn,
          reviewer: session.reviewer,
        }),
      latest: async (sampleId) => newest(await session.client.call('reviews.history', { sampleId })),
      asError: (thrown) => FoveaError.from(thrown),
      later,
      onSaved,
      onMerged,
      onRemoved,
      onChange: () => {
        this.summary = this.#queue.summary();
        onPending();
      },
    });
  }

  add(draft: Draft): void {
    this.#queue.add(draft);
  }

  /** Notes the revision a person sees of a sample: what is decided now is based on it. */
  setSeen(sampleId: number, reviewId: number | null): void {
    this.#queue.setSeen(sampleId, reviewId);
  }

  seen(sampleId: number): number | null {
    return this.#queue.seen(sampleId);
  }

  /** True while decisions about this sample are not all saved. */
  isDirty(sampleId: number): boolean {
    return this.#queue.isDirty(sampleId);
  }

  retry(): void {
    this.#queue.retry();
  }

  /** Puts the own decisions on top. @returns the conflict that is settled by it */
  keepMine(sampleId: number): Conflict | null {
    const conflict = this.#conflict(sampleId);
    this.#queue.keepMine(sampleId);
    return conflict;
  }

  /** Gives up the own decisions; the caller loads the sample again. */
  takeTheirs(sampleId: number): void {
    this.#queue.takeTheirs(sampleId);
  }

  /** What is not saved, in order. */
  pending(): Pending[] {
    return this.#queue.pending();
  }

  /** Takes what another page could not save. */
  restore(pending: Pending): void {
    this.#queue.restore(pending);
  }

  /** Forgets everything, for another project. @returns how many decisions are lost */
  abandon(): number {
    return this.#queue.abandon();
  }

  #conflict(sampleId: number): Conflict | null {
    return this.summary.conflicts.find((conflict) => conflict.sampleId === sampleId) ?? null;
  }
}
