/**
 * The sample on screen and everything a person does to it. Every decision and stroke is bound to the sample that is
 * really shown, is saved at once through the save queue, and can be undone; going on never waits for saving.
 */
import type { Review, SampleState } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { EventPayload } from '../../src-shared/contract/procedures.ts';
import type { Grid } from '../../src-shared/kernels/types.ts';
import { stepsAhead } from '../logic/ahead.ts';
import { brushCells, paint } from '../logic/brush.ts';
import { SaveQueue, type Draft, type Saved, type SaveSummary } from '../logic/save-queue.ts';
import {
  accepted,
  draftOf,
  sameLabel,
  startEdit,
  stateOf,
  type Edit,
  type Standing,
} from '../logic/standing.ts';
import type { Point } from '../logic/viewport.ts';
import { afterFrame } from './timings.ts';
import { Bundles, type Bundle } from './bundles.ts';
import type { Notices } from './notices.svelte.ts';
import type { Queue } from './queue.svelte.ts';
import type { Session } from './session.svelte.ts';

const EDITS_KEPT = 500;

interface Stroke {
  readonly grid: Grid;
  readonly value: number;
  readonly size: number;
  readonly before: Int8Array;
  last: Point;
}

export class Desk {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #notices: Notices;
  readonly #bundles: Bundles;
  readonly #saves: SaveQueue;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
  readonly #edits = new Map<number, Edit>();
  #stroke: Stroke | null = null;
  #shownId: number | null = null;
  #moving = false;
  #projectPath: string | null = null;

  bundle = $state.raw<Bundle | null>(null);
  problem = $state.raw<FoveaError | null>(null);
  /** The label on screen, strokes under way included. */
  label = $state.raw<Int8Array | null>(null);
  standing = $state.raw<Standing | null>(null);
  state = $state<SampleState>('unlabelled');
  canUndo = $state(false);
  canRedo = $state(false);
  saving = $state.raw<SaveSummary>({ waiting: 0, sending: false, error: null, conflicts: [] });

  constructor(session: Session, queue: Queue, notices: Notices) {
    this.#session = session;
    this.#queue = queue;
    this.#notices = notices;
    this.#bundles = new Bundles(session.client);
    this.#saves = new SaveQueue({
      send: (draft, basedOn) =>
        session.client.call('reviews.submit', {
          ...draft,
          label: draft.label && new Uint8Array(draft.label),
          basedOn,
          reviewer: session.reviewer,
          note: null,
        }),
      latest: async (sampleId) => newest(await session.client.call('reviews.history', { sampleId })),
      asError: (thrown) => FoveaError.from(thrown),
      later: (task, ms) => {
        const timer = setTimeout(task, ms);
        return () => clearTimeout(timer);
      },
      onSaved: (draft, saved) => this.#saved(draft, saved),
      onChange: () => (this.saving = this.#saves.summary()),
    });
    session.client.on('sample.changed', (change) => this.#sampleChanged(change));
    session.client.onConnection((open) => {
      if (!open) return;
      this.#saves.retry();
      if (this.problem || this.bundle?.pictureProblem) this.reload();
    });
  }

  /** Shows a sample: at once when it is already here. */
  show(id: number | null): void {
    if (id === this.#shownId) return;
    this.endStroke();
    this.#shownId = id;
    this.problem = null;
    this.#set(id === null ? null : (this.#bundles.peek(id) ?? null));
    if (id === null) return;
    if (!this.bundle) void this.#load(id);

    this.#prefetchSoon();
  }

  /** Hands every sample that arrives to `listen`; gives the function that stops it. */
  onFetched(listen: (bundle: Bundle) => void): () => void {
    this.#bundles.onFetched = listen;
    return () => void (this.#bundles.onFetched = null);
  }

  /** Forgets what is known of the sample on screen and asks again. */
  reload(): void {
    const id = this.#shownId;
    if (id === null) return;
    this.#bundles.forget(id);
    this.#edits.delete(id);
    this.#shownId = null;
    this.show(id);
  }

  /** Another run or project: nothing that was loaded holds any more. Decisions of another project cannot be saved. */
  clear(projectPath: string): void {
    if (this.#projectPath !== null && this.#projectPath !== projectPath) {
      const lost = this.#saves.abandon();
      if (lost > 0) {
        const words = `${lost} decisions on ${this.#projectPath} were not saved before it was closed`;
        this.#notices.error(new FoveaError('io', words, { next: 'Open it again and decide them anew' }));
      }
    }
    this.#projectPath = projectPath;
    this.#bundles.clear();
    this.#edits.clear();
    this.#shownId = null;
    this.#set(null);
  }

  accept(): void {
    const edit = this.#decided();
    if (!edit) return;
    if (edit.predictionId === null) {
      this.#notices.info('There is nothing to accept yet', 'Label the sample first, or reject it');
      return;
    }
    this.#decide(edit, accepted(edit));
    this.next();
  }

  reject(): void {
    const edit = this.#decided();
    if (!edit) return;
    this.#decide(edit, { decision: 'reject', label: edit.history.current.label });
    this.next();
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

  undo(): void {
    this.#travel((edit) => edit.history.undo());
  }

  redo(): void {
    this.#travel((edit) => edit.history.redo());
  }

  /** True when there is a label to paint on and nothing is being painted elsewhere. */
  startStroke(at: Point, value: number, size: number): boolean {
    const edit = this.#decidable();
    const grid = this.bundle?.detail.prediction?.grid;
    if (!edit || !grid || !this.label) return false;
    this.#stroke = { grid, value, size, before: this.label, last: at };
    this.stroke(at);
    return true;
  }

  stroke(to: Point): void {
    const stroke = this.#stroke;
    if (!stroke || !this.label) return;
    const label = this.label.slice();
    const changed = paint(label, brushCells(stroke.grid, stroke.last, to, stroke.size), stroke.value);
    stroke.last = to;
    if (changed > 0) this.label = label;
  }

  /** Ends the stroke: one undo step, saved at once. A stroke that changed nothing leaves no trace. */
  endStroke(): void {
    const stroke = this.#stroke;
    this.#stroke = null;
    const edit = this.#shownId === null ? undefined : this.#edits.get(this.#shownId);
    if (!stroke || !edit || sameLabel(stroke.before, this.label)) return;
    this.#decide(edit, { decision: 'correct', label: this.label });
  }

  /** @returns false when there was no stroke to cancel */
  cancelStroke(): boolean {
    if (!this.#stroke) return false;
    this.label = this.#stroke.before;
    this.#stroke = null;
    return true;
  }

  retrySaves(): void {
    this.#saves.retry();
  }

  keepMine(sampleId: number): void {
    const theirs = this.saving.conflicts.find((conflict) => conflict.sampleId === sampleId)?.theirs;
    if (theirs) this.#bundles.revised(sampleId, theirs);
    this.#saves.keepMine(sampleId);
  }

  takeTheirs(sampleId: number): void {
    this.#saves.takeTheirs(sampleId);
    this.#stale(sampleId);
  }

  /** The edit to decide on; says so when a key came before the sample was on screen. */
  #decided(): Edit | null {
    const edit = this.#decidable();
    if (!edit && this.#shownId !== null) this.#notices.info('Still loading: that key was not taken');
    return edit;
  }

  /** The edit of the sample that is fully on screen; null while it is not, so that nobody decides unseen. */
  #decidable(): Edit | null {
    if (this.#moving || !this.bundle || this.#shownId !== this.#queue.currentId) return null;
    this.endStroke();
    return this.#edits.get(this.bundle.detail.id) ?? null;
  }

  #decide(edit: Edit, standing: Standing): void {
    const now = edit.history.current;
    if (now.decision === standing.decision && sameLabel(now.label, standing.label)) return;
    edit.history.push(standing);
    this.#submit(edit, standing);
  }

  #travel(step: (edit: Edit) => Standing | null): void {
    if (this.cancelStroke()) return;
    const edit = this.#decidable();
    const standing = edit && step(edit);
    if (edit && standing) this.#submit(edit, standing);
  }

  #submit(edit: Edit, standing: Standing): void {
    this.#queue.setState(edit.sampleId, stateOf(edit, standing));
    if (edit.sampleId === this.#shownId) this.#showEdit(edit);
    this.#saves.add(draftOf(edit, standing));
  }

  async #move(index: number): Promise<void> {
    if (this.#moving) return;
    this.endStroke();
    if (!this.#queue.goNow(index)) {
      if (index >= this.#queue.total) this.#notices.info('That was the last sample of the queue');
      this.#moving = true;
      await this.#queue.go(index);
      this.#moving = false;
    }
    this.show(this.#queue.currentId);
  }

  async #load(id: number): Promise<void> {
    try {
      const bundle = await this.#bundles.get(id);
      if (id !== this.#shownId) return;
      this.#set(bundle);
      this.#prefetchSoon();
    } catch (thrown) {
      if (id === this.#shownId) this.problem = FoveaError.from(thrown);
    }
  }

  #set(bundle: Bundle | null): void {
    this.bundle = bundle;
    if (bundle) this.#showEdit(this.#editOf(bundle));
    else {
      this.label = null;
      this.standing = null;
      this.canUndo = this.canRedo = false;
    }
  }

  #editOf({ detail }: Bundle): Edit {
    const known = this.#edits.get(detail.id);
    if (known && known.predictionId === (detail.prediction?.id ?? null)) return known;
    const edit = startEdit(detail.id, detail.prediction, detail.review);
    this.#saves.setSeen(detail.id, detail.review?.id ?? null);
    this.#edits.set(detail.id, edit);
    for (const id of this.#edits.keys()) {
      if (this.#edits.size <= EDITS_KEPT) break;
      if (!this.#saves.isDirty(id)) this.#edits.delete(id);
    }
    return edit;
  }

  #showEdit(edit: Edit): void {
    const standing = edit.history.current;
    this.standing = standing;
    this.label = standing.label;
    this.state = stateOf(edit, standing);
    this.canUndo = edit.history.canUndo;
    this.canRedo = edit.history.canRedo;
  }

  /** What is on screen is drawn first; then as soon as nothing else is to do, but soon all the same. */
  #prefetchSoon(): void {
    afterFrame(() => requestIdleCallback(() => this.#prefetch(), { timeout: 100 }));
  }

  #prefetch(): void {
    const here = this.#queue.currentIndex;
    const rows = stepsAhead(this.#bundles.ahead).map((step) => this.#queue.row(here + step));
    this.#bundles.prefetch(rows.filter((row) => row !== undefined).map((row) => row.id));
  }

  #saved(draft: Draft, { review, state }: Saved): void {
    this.#bundles.revised(draft.sampleId, review);
    if (!this.#saves.isDirty(draft.sampleId)) this.#queue.setState(draft.sampleId, state);
    if (draft.sampleId === this.#shownId) this.bundle = this.#bundles.peek(draft.sampleId) ?? this.bundle;
    this.#session.refreshSoon();
  }

  #sampleChanged(change: EventPayload<'sample.changed'>): void {
    const { sampleId, state, reviewId, predictionId } = change;
    this.#session.refreshSoon();
    if (this.#saves.isDirty(sampleId)) return;
    this.#queue.setState(sampleId, state);
    const bundle = this.#bundles.peek(sampleId);
    if (!bundle) {
      this.#queue.refreshSoon();
      // It may be on its way with the old prediction.
      if (sampleId === this.#shownId) this.#stale(sampleId);
      else this.#bundles.forget(sampleId);
      return;
    }
    const relabelled = predictionId !== (bundle.detail.prediction?.id ?? null);
    const known = this.#saves.seen(sampleId);
    const reviewed = reviewId === null ? bundle.detail.review !== null : reviewId > (known ?? 0);
    if (relabelled) this.#queue.refreshSoon();
    if (relabelled || reviewed) this.#stale(sampleId);
    if (reviewed && sampleId === this.#shownId) this.#notices.info('This sample was reviewed elsewhere');
  }

  #stale(sampleId: number): void {
    if (sampleId === this.#shownId && !this.#stroke) {
      this.reload();
      return;
    }
    this.#bundles.forget(sampleId);
    this.#edits.delete(sampleId);
  }
}

function newest(reviews: readonly Review[]): Review | null {
  return reviews.reduce<Review | null>((best, review) => (best && best.id > review.id ? best : review), null);
}
