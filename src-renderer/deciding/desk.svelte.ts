/**
 * The sample on screen and the decisions made on it. Every decision and step is bound to the sample that is really
 * shown, is saved at once through the save queue, and can be undone; going on never waits for saving. Showing, editing
 * and saving are parts of their own; this is where they meet.
 */
import { createContext } from 'svelte';
import type { Review } from '../../src-shared/contract/domain.ts';
import type { FoveaError } from '../../src-shared/contract/errors.ts';
import {
  accepted,
  draftOf,
  newest,
  rejected,
  restored,
  stateOf,
  type Edit,
  type Standing,
} from '../editing/standing.ts';
import { STATE_AFTER, type Draft, type Saved } from './save-queue.ts';
import type { Bundle } from '../canvas/bundles.svelte.ts';
import { Copying } from '../editing/copying.svelte.ts';
import { Editing } from '../editing/editing.svelte.ts';
import { Moving } from './moving.svelte.ts';
import { Elsewhere } from './elsewhere.svelte.ts';
import { Handover } from './handover.svelte.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import { putBack, type OwnDecision } from './put-back.svelte.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import { Saving } from './saving.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { Showing } from './showing.svelte.ts';
import { Undoing } from './undoing.svelte.ts';
import { alreadyElsewhereWords } from './undo-words.ts';
import { whyRefused } from './why-refused.svelte.ts';
import type { View } from '../canvas/view.svelte.ts';

export class Desk {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #notices: Notices;
  readonly #saving: Saving;
  readonly #showing: Showing;
  readonly #elsewhere: Elsewhere;
  #projectPath: string | null = null;
  #projectId: string | null = null;
  #runId: number | null = null;
  readonly editing: Editing;
  readonly undoing: Undoing;
  readonly copying: Copying;
  readonly handover: Handover;
  readonly moving: Moving;
  /** The sample that was rejected last, as long as nothing else was decided since. */
  lastRejected = $state.raw<{ readonly sampleId: number; readonly reason: string | null } | null>(null);

  constructor(session: Session, queue: Queue, view: View, notices: Notices) {
    this.#session = session;
    this.#queue = queue;
    this.#notices = notices;
    this.#saving = new Saving(session, {
      onSaved: (draft, saved) => this.#saved(draft, saved),
      onMerged: (sampleId, theirs) => this.#elsewhere.merged(sampleId, theirs),
      onRemoved: (sampleId, drafts) => this.#elsewhere.removed(sampleId, drafts.length),
      onPending: () => this.handover.changed(),
    });
    this.handover = new Handover(session, this.#saving, notices, (id, decision) => {
      queue.setState(id, STATE_AFTER[decision]);
      this.#elsewhere.taken(id);
    });
    this.#showing = new Showing(
      session,
      queue,
      (picture) => view.fittedScale(picture),
      (bundle) => this.#shown(bundle),
      (id) => this.#elsewhere.removed(id),
    );
    this.editing = new Editing({
      mayEdit: () => this.#isShown() && !this.#session.refusesWriting() && !this.#refusesTrial(),
      notTaken: () => this.#sayNotTaken(),
      refuses: (edit, standing) => this.#refuses(edit, standing),
      onStep: (edit, before) => this.#submit(edit, before),
      onChange: (edit, before) => this.#did(edit, before, false),
      isDirty: (id) => this.#saving.isDirty(id),
    });
    this.undoing = new Undoing(
      {
        shownId: () => this.#showing.id,
        current: () => this.editing.current,
        mayTravel: () => !this.#refusesTrial(),
        show: (id) => this.moving.to(id),
        put: (edit, standing) => this.editing.put(edit, standing),
        next: () => this.moving.next(),
      },
      notices,
    );
    this.moving = new Moving(session, queue, notices, {
      settle: () => this.editing.settle(),
      show: (id) => this.show(id),
    });
    this.copying = new Copying(session, this.#showing, this.editing, notices);
    this.#elsewhere = new Elsewhere(session, queue, notices, {
      saving: this.#saving,
      showing: this.#showing,
      editing: this.editing,
      undoing: this.undoing,
      isOnScreen: () => this.isOnScreen(),
      reload: () => this.reload(),
    });
    session.client.onConnection((open) => {
      if (!open) return;
      this.#saving.retry();
      if (this.problem || this.bundle?.pictureProblem) this.tryAgain();
      // Nothing was heard meanwhile.
      else void this.#elsewhere.manyChanged();
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

  get state() {
    return this.editing.state;
  }

  get saving() {
    return this.#saving.summary;
  }

  show(id: number | null): void {
    if (id === this.#showing.id) return;
    this.editing.settle();
    this.undoing.leads(id);
    this.#showing.show(id);
  }

  /** Hands every sample that arrives to `listen`; gives the function that stops it. */
  onFetched(listen: (bundle: Bundle) => void): () => void {
    return this.#showing.onFetched(listen);
  }

  /** A sample's prediction was added to: it is asked for anew, unless something is being drawn or saved on it. */
  refresh(sampleId: number): void {
    const drawing = sampleId === this.#showing.id && this.editing.busy;
    if (!drawing && !this.#saving.isDirty(sampleId)) this.#elsewhere.stale(sampleId);
  }

  /**
   * Asks again for a sample, or its picture, that could not be shown. What was painted on it here and then rejected is
   * in no revision: it stays, unless the sample turns out to be another one now.
   */
  tryAgain(): void {
    this.#showing.reload();
  }

  /** Forgets what is known of the sample on screen and asks again. */
  reload(): void {
    if (this.#showing.id === null) return;
    this.editing.forget(this.#showing.id);
    this.tryAgain();
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
    this.undoing.clear();
    this.moving.ended = false;
    this.lastRejected = null;
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
      this.#notices.info('Nothing to accept yet', 'Label the sample first, or reject it');
      return;
    }
    this.#decide(edit, accepted(edit));
  }

  /** Rejects what is on screen, for a reason or for one that may be said later, and goes on. */
  reject(reason: string | null = null): void {
    const edit = this.#decided();
    if (edit) this.#decide(edit, rejected(edit, reason));
  }

  /** Says why a sample was rejected, wherever one is by now; as a revision of its own. */
  giveReason(sampleId: number, reason: string): void {
    const edit = this.editing.known(sampleId);
    if (edit?.standing.decision === 'reject') this.editing.changeTo(edit, rejected(edit, reason));
    else this.#notices.info(alreadyElsewhereWords(sampleId));
  }

  /** Whether there is a sample on screen to decide on; the person is told where there is none. */
  mayDecide(): boolean {
    return this.#decided() !== null;
  }

  undo(): void {
    this.#travel(() => this.undoing.undo());
  }

  redo(): void {
    this.#travel(() => this.undoing.redo());
  }

  #travel(move: () => void): void {
    if (this.editing.stepBack()) return;
    this.editing.settle();
    this.moving.ended = false;
    move();
  }

  #decide(edit: Edit, standing: Standing): void {
    const before = edit.standing;
    const step = this.editing.step(edit, standing);
    if (step === 'refused') return;
    // Enter on what is accepted already is a decision, too, where it goes on: undo goes back to it.
    if (step === 'taken' || this.#queue.nextIndex < this.#queue.total) this.#did(edit, before, true);
    this.moving.next();
  }

  #did({ sampleId, predictionId, standing }: Edit, before: Standing, decides: boolean): void {
    this.undoing.did({ kind: 'step', sampleId, predictionId, before, after: standing, decides });
  }

  /** Makes an earlier revision hold again, as a new one. */
  restore(review: Review): void {
    const edit = this.#decided();
    const standing = edit && restored(edit, review);
    if (edit && standing) this.editing.changeTo(edit, standing);
  }

  /** Makes hold again what stood before own decisions, each as a new revision; what was decided since stays. */
  putBack(decisions: readonly OwnDecision[]): void {
    const { editing, undoing } = this;
    const parts = { saving: this.#saving, showing: this.#showing, queue: this.#queue, editing, undoing };
    for (const decision of decisions) putBack(parts, decision);
  }

  /**
   * Puts a note on the decision that stands; without one it stands alone until there is a decision. @returns false when
   * it was not taken: keep the text
   */
  setNote(text: string): boolean {
    const edit = this.#decided();
    if (edit) this.editing.changeTo(edit, { ...edit.standing, note: text.trim() || null });
    return edit !== null;
  }

  retrySaves(): void {
    this.#saving.retry();
  }

  keepMine(sampleId: number): void {
    const theirs = this.#saving.keepMine(sampleId)?.theirs;
    this.undoing.lose(sampleId);
    if (theirs) this.#showing.revised(sampleId, theirs);
  }

  takeTheirs(sampleId: number): void {
    this.#saving.takeTheirs(sampleId);
    this.undoing.lose(sampleId);
    this.#elsewhere.stale(sampleId);
  }

  /** The edit to decide on; says so when a key came before the sample was on screen. */
  #decided(): Edit | null {
    this.editing.settle();
    if (this.editing.comparing) {
      this.#notices.info(
        'You are looking at the predicted label, not the current one',
        'Go back to the current one, then decide',
      );
      return null;
    }
    const edit = this.editing.current;
    if (!edit) this.#sayNotTaken();
    return edit;
  }

  /** Of a trial and a project that is only looked at, the refusal itself has told. */
  #sayNotTaken(): void {
    if (this.isTrying() || this.#session.project?.readOnly !== null || this.#showing.id === null) return;
    if (this.moving.ended)
      this.#notices.info('This is the end of the list', 'Go back to the last sample first');
    else this.#notices.info('Still loading; press the key again');
  }

  #isShown(): boolean {
    const { bundle, stale, id } = this.#showing;
    return (
      !this.moving.busy && !this.moving.ended && bundle !== null && !stale && id === this.#queue.currentId
    );
  }

  /** Nobody decides on, or paints over, a label that holds for nothing yet. */
  #refusesTrial(): boolean {
    if (!this.isTrying()) return false;
    this.#notices.info('The label on screen is a trial', 'Apply it to this sample, or press Esc to go back');
    return true;
  }

  /** Nobody stands behind a label that carries nothing, or of a picture that is not there to be seen. */
  #refuses(edit: Edit, standing: Standing): boolean {
    const refusal = whyRefused(edit, standing, this.#showing.bundle);
    if (refusal) this.#notices.info(`This cannot be accepted: ${refusal.message}`, refusal.next);
    return refusal !== null;
  }

  #submit(edit: Edit, before: Standing): void {
    const { standing } = edit;
    const draft = draftOf(edit, standing, before);
    const held = (draft.decision === 'reset') === (standing.decision === 'none');
    if (!held) {
      const why = 'An older version accepted a label in which every token is ignored';
      this.#notices.info('This sample is undecided again', why);
    }
    this.#queue.setState(edit.sampleId, held ? stateOf(edit, standing) : STATE_AFTER[draft.decision]);
    if (!draft.onlyNote) this.lastRejected = draft.decision === 'reject' ? draft : null;
    this.#saving.add(draft);
  }

  /** What is decided now is based on the newest revision that was on screen. */
  #shown(bundle: Bundle | null): void {
    if (bundle) {
      const { id } = bundle.detail;
      const newestId = newest(bundle.reviews)?.id ?? null;
      const seen = this.#saving.seen(id);
      const behind = seen !== null && (newestId ?? 0) < seen;
      if (!this.#saving.isDirty(id) && !behind) {
        if (newestId !== seen) {
          this.editing.forget(id);
          this.undoing.lose(id);
        }
        this.#saving.setSeen(id, newestId);
      }
    }
    this.editing.open(bundle);
    this.undoing.arrive();
  }

  #saved(draft: Draft, { review, state }: Saved): void {
    const before = newest(this.#showing.peek(draft.sampleId)?.reviews ?? []);
    this.#showing.revised(draft.sampleId, review);
    this.onDecision({ review, before });
    if (!this.#saving.isDirty(draft.sampleId)) {
      this.#queue.setState(draft.sampleId, state);
      this.#elsewhere.saved(draft.sampleId);
    }
    this.#session.refreshSoon();
  }
}

export const [getDesk, setDesk] = createContext<Desk>();
