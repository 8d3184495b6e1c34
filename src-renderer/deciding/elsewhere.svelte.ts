/**
 * What others do to samples while one is worked on: another window, another person, a batch, a labelling run. What is
 * known of such a sample is read anew, what is being drawn on it is undone, and undo no longer goes behind it. One that was
 * removed gives its place to the next one.
 */
import type { Review, SampleDetail } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { EventPayload } from '../../src-shared/contract/procedures.ts';
import { removedWords, unsavedOnRemoved } from './removed.ts';
import { counted } from '../ui/words.ts';
import type { Editing } from '../editing/editing.svelte.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { Saving } from './saving.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import type { Showing } from './showing.svelte.ts';
import type { Undoing } from './undoing.svelte.ts';
import { newest } from '../editing/standing.ts';

/** The parts of the desk that hear of it. */
export interface ElsewhereDesk {
  readonly saving: Saving;
  readonly showing: Showing;
  readonly editing: Editing;
  readonly undoing: Undoing;
  /** Whether a person looks at the sample. */
  isOnScreen(): boolean;
  /** Forgets what is known of the sample on screen and asks again. */
  reload(): void;
}

export class Elsewhere {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #notices: Notices;
  readonly #desk: ElsewhereDesk;
  /** Samples on which more is being saved than is on screen: they are read anew once it is. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
  readonly #behind = new Set<number>();

  constructor(session: Session, queue: Queue, notices: Notices, desk: ElsewhereDesk) {
    this.#session = session;
    this.#queue = queue;
    this.#notices = notices;
    this.#desk = desk;
    session.client.on('sample.changed', (change) => this.#sampleChanged(change));
    session.client.on('samples.changed', () => void this.manyChanged());
  }

  /** All own decisions on a sample are saved. */
  saved(sampleId: number): void {
    if (this.#behind.delete(sampleId)) this.stale(sampleId);
  }

  /** What is on screen is from before somebody else's decision: it is asked for anew once the note is saved. */
  merged(sampleId: number, { reviewer, batchId }: Review): void {
    this.#behind.add(sampleId);
    const who = batchId === null ? reviewer : `Batch ${batchId} by ${reviewer}`;
    this.#notices.info(`${who} decided sample no. ${sampleId}; your note is on that decision`);
  }

  /** Decisions that another page could not save are being saved from here: none of them is on screen. */
  taken(sampleId: number): void {
    this.#behind.add(sampleId);
    this.stale(sampleId);
  }

  /** @param by who did it, where that is known */
  #sampleChanged(change: EventPayload<'sample.changed'>, by = 'This sample was decided elsewhere'): void {
    const { sampleId, state, latestRevisionId, predictionId } = change;
    this.#session.refreshSoon();
    if (this.#desk.saving.isDirty(sampleId)) return;
    this.#queue.setState(sampleId, state);
    const bundle = this.#desk.showing.peek(sampleId);
    if (!bundle) {
      this.#queue.refreshSoon();
      // It may be on its way with the old prediction.
      if (sampleId === this.#desk.showing.id) this.stale(sampleId);
      else this.#desk.showing.forget(sampleId);
      return;
    }
    const relabelled = predictionId !== (bundle.detail.prediction?.id ?? null);
    const known = Math.max(this.#desk.saving.seen(sampleId) ?? 0, newest(bundle.reviews)?.id ?? 0);
    const reviewed = (latestRevisionId ?? 0) > known;
    if (relabelled) this.#queue.refreshSoon();
    if (reviewed && sampleId === this.#desk.showing.id && this.#desk.isOnScreen()) this.#notices.info(by);
    if (relabelled || reviewed) this.stale(sampleId);
  }

  /** Any sample may have changed: the one on screen is asked about, the others are fetched anew when they come. */
  async manyChanged(): Promise<void> {
    this.#desk.showing.forgetOthers();
    this.#queue.recheckSoon();
    const id = this.#desk.showing.id;
    if (id === null || !this.#desk.showing.bundle) return;
    try {
      const now = await this.#session.client.call('samples.get', { id });
      if (id !== this.#desk.showing.id) return;
      const { state, review, prediction, latestRevisionId } = now;
      const change = { reviewId: review?.id ?? null, predictionId: prediction?.id ?? null };
      const by = review?.batchId
        ? `Batch ${review.batchId} by ${review.reviewer} decided this sample`
        : undefined;
      const { bundle } = this.#desk.showing;
      if (bundle && isOtherPicture(bundle.detail.image, now.image)) this.stale(id);
      else this.#sampleChanged({ sampleId: id, state, latestRevisionId, ...change }, by);
    } catch (thrown) {
      // Else the connection banner says so; showing the sample asks again.
      if (FoveaError.from(thrown).code === 'not_found') this.removed(id);
    }
  }

  /** The project does not have the sample any more. @param unsaved decisions on it that could not be saved */
  removed(sampleId: number, unsaved = 0): void {
    const { showing, editing, undoing } = this.#desk;
    if (unsaved > 0) this.#notices.error(unsavedOnRemoved(sampleId, counted(unsaved, 'decision')));
    editing.forget(sampleId);
    undoing.remove(sampleId);
    if (sampleId !== showing.id) return showing.forget(sampleId);
    editing.giveUp();
    if (this.#desk.isOnScreen()) this.#notices.info(removedWords(sampleId));
    void this.#queue.reload();
  }

  /** What is known of a sample holds no more. */
  stale(sampleId: number): void {
    if (sampleId !== this.#desk.showing.id) {
      this.#desk.showing.forget(sampleId);
      this.#desk.editing.forget(sampleId);
      return;
    }
    if (this.#desk.editing.giveUp()) {
      this.#notices.info('Your drawing was undone', 'The sample changed elsewhere; look at it first');
    }
    this.#desk.reload();
  }
}

/** Whether a sample's picture is another one, or is seen otherwise, than what is on screen. */
function isOtherPicture(shown: SampleDetail['image'], now: SampleDetail['image']): boolean {
  const seen = ({ changed, problem, width, height }: SampleDetail['image']): string =>
    JSON.stringify([changed, problem, width, height]);
  return seen(shown) !== seen(now);
}
