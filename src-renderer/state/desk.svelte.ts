/**
 * The sample on screen and the decisions made on it. Every decision and step is bound to the sample that is really
 * shown, is saved at once through the save queue, and can be undone; going on never waits for saving. Showing, editing
 * and saving are parts of their own; this is where they meet.
 */
import type { Review } from '../../src-shared/contract/domain.ts';
import type { FoveaError } from '../../src-shared/contract/errors.ts';
import type { EventPayload } from '../../src-shared/contract/procedures.ts';
import {
  accepted,
  draftBack,
  draftOf,
  restored,
  sameLabel,
  stateOf,
  whyNotStanding,
  type Edit,
  type Standing,
} from '../logic/standing.ts';
import { whyUnseen, type Unseen } from '../logic/unseen.ts';
import { STATE_AFTER, type Draft, type Saved } from '../logic/save-queue.ts';
import type { Bundle } from './bundles.ts';
import { Copying } from './copying.svelte.ts';
import { Editing } from './editing.svelte.ts';
import { Handover } from './handover.ts';
import type { Notices } from './notices.svelte.ts';
import type { Queue } from './queue.svelte.ts';
import { newest, Saving } from './saving.svelte.ts';
import type { Session } from './session.svelte.ts';
import { Showing } from './showing.svelte.ts';
import type { View } from './view.svelte.ts';

/** A decision made here that was saved, and the revision before it; null where there was none. */
export interface OwnDecision {
  readonly review: Review;
  readonly before: Review | null;
}

export class Desk {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #notices: Notices;
  readonly #saving: Saving;
  readonly #showing: Showing;
  /** Samples with an own note on somebody else's decision that is not on screen yet. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
  readonly #mergedOnto = new Set<number>();
  #moving = false;
  #projectPath: string | null = null;
  #projectId: string | null = null;
  #runId: number | null = null;
  readonly editing: Editing;
  readonly copying: Copying;
  readonly handover: Handover;

  constructor(session: Session, queue: Queue, view: View, notices: Notices) {
    this.#session = session;
    this.#queue = queue;
    this.#notices = notices;
    this.#saving = new Saving(session, {
      onSaved: (draft, saved) => this.#saved(draft, saved),
      onMerged: (sampleId, theirs) => this.#merged(sampleId, theirs),
      onPending: () => this.handover.changed(),
    });
    this.handover = new Handover(session, this.#saving, notices, (id, decision) => {
      this.editing.forget(id);
      queue.setState(id, STATE_AFTER[decision]);
      if (id === this.#showing.id) this.#showing.reload();
    });
    this.#showing = new Showing(
      session,
      queue,
      (picture) => view.fittedScale(picture),
      (bundle) => this.#shown(bundle),
    );
    this.editing = new Editing({
      mayEdit: () => this.#isShown() && !this.#session.refusesWriting() && !this.#refusesTrial(),
      refuses: (edit, standing) => this.#refuses(edit, standing),
      onStep: (edit, standing, before) => this.#submit(edit, standing, before),
      isDirty: (id) => this.#saving.isDirty(id),
    });
    this.copying = new Copying(session, this.#showing, this.editing, notices);
    session.client.on('sample.changed', (change) => this.#sampleChanged(change));
    session.client.on('samples.changed', () => void this.#manyChanged());
    session.client.onConnection((open) => {
      if (!open) return;
      this.#saving.retry();
      if (this.problem || this.bundle?.pictureProblem) this.reload();
      // Nothing was heard meanwhile.
      else void this.#manyChanged();
    });
  }

  /** Whether the label on screen is one that a recipe on trial gives, not the one that holds. */
  isTrying: () => boolean = () => false;
  /** Whether a person looks at the sample; elsewhere nothing has to be said about it. */
  isOnScreen: () => boolean = () => true;

  /** Hears of every decision made here once it is saved. */
  onDecision: (decision: OwnDecision) => void = () => undefined;

  get bundle(): Bundle | null {
    return this.#showing.bundle;
  }

  /** True while the sample on screen is asked for anew: nothing is decided on it meanwhile. */
  get reloading(): boolean {
    return this.#showing.stale;
  }

  get problem(): FoveaError | null {
    return this.#showing.problem;
  }

  /** The label on screen, strokes under way included. */
  get label() {
    return this.editing.label;
  }

  get standing() {
    return this.editing.standing;
  }

  get state() {
    return this.editing.state;
  }

  get saving() {
    return this.#saving.summary;
  }

  show(id: number | null): void {
    if (id === this.#showing.id) return;
    this.editing.settle();
    this.#showing.show(id);
  }

  /** Hands every sample that arrives to `listen`; gives the function that stops it. */
  onFetched(listen: (bundle: Bundle) => void): () => void {
    return this.#showing.onFetched(listen);
  }

  /** A sample's prediction was added to: it is asked for anew, unless something is being drawn or saved on it. */
  refresh(sampleId: number): void {
    const drawing = sampleId === this.#showing.id && this.editing.busy;
    if (!drawing && !this.#saving.isDirty(sampleId)) this.#stale(sampleId);
  }

  /** Forgets what is known of the sample on screen and asks again. */
  reload(): void {
    if (this.#showing.id === null) return;
    this.editing.forget(this.#showing.id);
    this.#showing.reload();
  }

  /**
   * Another project or run: nothing that was loaded holds any more, and decisions of another project cannot be saved.
   * The same ones again, after a look at another page: everything stays, undo too.
   */
  follow(projectPath: string, runId: number | null): void {
    this.editing.settle();
    const id = this.#session.project?.id ?? null;
    const same = this.#projectPath === projectPath && this.#projectId === id;
    if (same && this.#runId === runId) return;
    if (!same) this.handover.enter(id, projectPath);
    this.#projectPath = projectPath;
    this.#projectId = id;
    this.#runId = runId;
    this.editing.clear();
    this.#showing.clear();
  }

  /** Accepts what is on screen and goes on. A polygon under way is closed instead: Enter ends it. */
  accept(): void {
    if (this.editing.shape?.kind === 'polygon') {
      this.editing.finish();
      return;
    }
    const edit = this.#decided();
    if (!edit) return;
    if (edit.predictionId === null) {
      this.#notices.info('There is nothing to accept yet', 'Label the sample first, or reject it');
      return;
    }
    if (this.editing.step(edit, accepted(edit))) this.next();
  }

  reject(): void {
    const edit = this.#decided();
    if (!edit) return;
    this.editing.step(edit, { ...edit.history.current, decision: 'reject' });
    this.next();
  }

  /** Makes an earlier revision hold again, as a new one. */
  restore(review: Review): void {
    const edit = this.#decided();
    const standing = edit && restored(edit, review);
    if (edit && standing) this.editing.step(edit, standing);
  }

  /** Makes hold again what stood before own decisions, each as a new revision; what was decided since stays. */
  putBack(decisions: readonly OwnDecision[]): void {
    for (const { review, before } of decisions) {
      const { sampleId } = review;
      if (this.#saving.isDirty(sampleId) || this.#saving.seen(sampleId) !== review.id) continue;
      const edit = this.#showing.id === sampleId ? this.editing.current : null;
      const standing = edit && restored(edit, before ?? { ...review, decision: 'reset', note: null });
      if (edit && standing) {
        this.editing.step(edit, standing);
        continue;
      }
      const draft = draftBack(review, before);
      this.editing.forget(sampleId);
      this.#queue.setState(sampleId, STATE_AFTER[draft.decision]);
      this.#saving.add(draft);
    }
  }

  /**
   * Puts a note on the decision that stands; without one it stands alone until there is a decision. @returns false when
   * it was not taken: keep the text
   */
  setNote(text: string): boolean {
    const edit = this.#decided();
    if (edit) this.editing.step(edit, { ...edit.history.current, note: text.trim() || null });
    return edit !== null;
  }

  next(): void {
    void this.#move(this.#queue.nextIndex);
  }

  previous(): void {
    void this.#move(this.#queue.currentIndex - 1);
  }

  goTo(index: number): void {
    void this.#move(index);
  }

  retrySaves(): void {
    this.#saving.retry();
  }

  keepMine(sampleId: number): void {
    const theirs = this.#saving.keepMine(sampleId)?.theirs;
    if (theirs) this.#showing.revised(sampleId, theirs);
  }

  takeTheirs(sampleId: number): void {
    this.#saving.takeTheirs(sampleId);
    this.#stale(sampleId);
  }

  /** The edit to decide on; says so when a key came before the sample was on screen. */
  #decided(): Edit | null {
    this.editing.settle();
    if (this.editing.comparing) {
      this.#notices.info(
        'The predicted label is shown, not the one that holds',
        'Go back to it, then decide',
      );
      return null;
    }
    const trying = this.isTrying();
    const edit = this.editing.current;
    if (!edit && !trying && this.#session.project?.readOnly === null && this.#showing.id !== null)
      this.#notices.info('Still loading: that key was not taken');
    return edit;
  }

  #isShown(): boolean {
    const { bundle, stale, id } = this.#showing;
    return !this.#moving && bundle !== null && !stale && id === this.#queue.currentId;
  }

  /** Nobody decides on, or paints over, a label that holds for nothing yet. */
  #refusesTrial(): boolean {
    if (!this.isTrying()) return false;
    this.#notices.info('The label on screen is on trial', 'Apply it to this sample, or go back with Esc');
    return true;
  }

  /** Nobody stands behind a label that carries nothing, or of a picture that is not there to be seen. */
  #refuses(edit: Edit, standing: Standing): boolean {
    const refusal = this.#unseen(edit, standing) ?? whyNotStanding(edit, standing);
    if (refusal) this.#notices.info(`This cannot be accepted: ${refusal.message}`, refusal.next);
    return refusal !== null;
  }

  #unseen(edit: Edit, standing: Standing): Unseen | null {
    const now = edit.history.current;
    const says = standing.decision === 'accept' || standing.decision === 'correct';
    const same = now.decision === standing.decision && sameLabel(now.label, standing.label);
    const { bundle } = this.#showing;
    if (!says || same || bundle?.detail.id !== edit.sampleId) return null;
    return whyUnseen(bundle.detail.image, bundle.picture !== null);
  }

  #submit(edit: Edit, standing: Standing, before: Standing): void {
    const draft = draftOf(edit, standing, before);
    const held = (draft.decision === 'reset') === (standing.decision === 'none');
    if (!held) {
      const why = 'An older version took a label whose every cell is ignore';
      this.#notices.info('The sample is undecided again', why);
    }
    this.#queue.setState(edit.sampleId, held ? stateOf(edit, standing) : STATE_AFTER[draft.decision]);
    this.#saving.add(draft);
  }

  async #move(index: number): Promise<void> {
    if (this.#moving) return;
    this.editing.settle();
    if (!this.#queue.goNow(index)) {
      if (index >= this.#queue.total) this.#notices.info('That was the last sample of the queue');
      this.#moving = true;
      await this.#queue.go(index);
      this.#moving = false;
    }
    this.show(this.#queue.currentId);
  }

  /** What is decided now is based on the newest revision that was on screen. */
  #shown(bundle: Bundle | null): void {
    if (bundle) {
      const { id } = bundle.detail;
      const newestId = newest(bundle.reviews)?.id ?? null;
      const seen = this.#saving.seen(id);
      const behind = seen !== null && (newestId ?? 0) < seen;
      if (!this.#saving.isDirty(id) && !behind) {
        if (newestId !== seen) this.editing.forget(id);
        this.#saving.setSeen(id, newestId);
      }
    }
    this.editing.open(bundle);
  }

  #saved(draft: Draft, { review, state }: Saved): void {
    const before = newest(this.#showing.peek(draft.sampleId)?.reviews ?? []);
    this.#showing.revised(draft.sampleId, review);
    this.onDecision({ review, before });
    if (!this.#saving.isDirty(draft.sampleId)) {
      this.#queue.setState(draft.sampleId, state);
      if (this.#mergedOnto.delete(draft.sampleId)) this.#stale(draft.sampleId);
    }
    this.#session.refreshSoon();
  }

  /** What is on screen is from before somebody else's decision: it is asked for anew once the note is saved. */
  #merged(sampleId: number, { reviewer, batchId }: Review): void {
    this.#mergedOnto.add(sampleId);
    const who = batchId === null ? reviewer : `Batch ${batchId} by ${reviewer}`;
    this.#notices.info(`${who} decided sample no. ${sampleId} meanwhile: your note is on that decision`);
  }

  /** @param by who did it, where that is known */
  #sampleChanged(change: EventPayload<'sample.changed'>, by = 'This sample was reviewed elsewhere'): void {
    const { sampleId, state, latestRevisionId, predictionId } = change;
    this.#session.refreshSoon();
    if (this.#saving.isDirty(sampleId)) return;
    this.#queue.setState(sampleId, state);
    const bundle = this.#showing.peek(sampleId);
    if (!bundle) {
      this.#queue.refreshSoon();
      // It may be on its way with the old prediction.
      if (sampleId === this.#showing.id) this.#stale(sampleId);
      else this.#showing.forget(sampleId);
      return;
    }
    const relabelled = predictionId !== (bundle.detail.prediction?.id ?? null);
    const known = Math.max(this.#saving.seen(sampleId) ?? 0, newest(bundle.reviews)?.id ?? 0);
    const reviewed = (latestRevisionId ?? 0) > known;
    if (relabelled) this.#queue.refreshSoon();
    if (reviewed && sampleId === this.#showing.id && this.isOnScreen()) this.#notices.info(by);
    if (relabelled || reviewed) this.#stale(sampleId);
  }

  /** Any sample may have changed: the one on screen is asked about, the others are fetched anew when they come. */
  async #manyChanged(): Promise<void> {
    this.#showing.forgetOthers();
    this.#queue.recheckSoon();
    const id = this.#showing.id;
    if (id === null || !this.bundle) return;
    try {
      const now = await this.#session.client.call('samples.get', { id });
      if (id !== this.#showing.id) return;
      const { state, review, prediction, latestRevisionId } = now;
      const change = { reviewId: review?.id ?? null, predictionId: prediction?.id ?? null };
      const by = review?.batchId
        ? `Batch ${review.batchId} by ${review.reviewer} decided this sample`
        : undefined;
      this.#sampleChanged({ sampleId: id, state, latestRevisionId, ...change }, by);
    } catch {
      // The connection banner says so; showing the sample asks again.
    }
  }

  /** What is known of a sample holds no more. */
  #stale(sampleId: number): void {
    if (sampleId !== this.#showing.id) {
      this.#showing.forget(sampleId);
      this.editing.forget(sampleId);
      return;
    }
    if (this.editing.giveUp()) {
      this.#notices.info('What you were drawing is undone', 'The sample changed elsewhere: look at it first');
    }
    this.reload();
  }
}
