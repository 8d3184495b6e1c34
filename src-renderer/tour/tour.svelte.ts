/**
 * The tour as it runs: it watches what is really so on the page and moves on when a step was done. It begins by itself
 * on the demo, once, in one window, and from the palette or the help sheet whenever somebody asks; where it was left is remembered.
 */
import { createContext } from 'svelte';
import type { Review } from '../../src-shared/contract/domain.ts';
import { counted } from '../ui/words.ts';
import { NO_FILTER } from '../../src-shared/contract/procedures.ts';
import { cellUnder } from '../canvas/hover.ts';
import type { Binding } from '../shell/keymap.ts';
import { DENOISED, keyOf, RAW, RPN } from '../panes/map-source.ts';
import {
  beginTour,
  seen,
  skipped,
  TOUR,
  tourMemorySchema,
  TOUR_PRESET,
  TOUR_SAMPLE,
  type Goal,
  type Step,
  type TourFacts,
  type TourMemory,
  type TourPlace,
} from './tour.ts';
import type { Desk } from '../deciding/desk.svelte.ts';
import type { OwnDecision } from '../deciding/put-back.svelte.ts';
import type { Keys } from '../shell/keys.svelte.ts';
import type { Notices, Offered } from '../shell/notices.svelte.ts';
import type { Panes } from '../panes/panes.svelte.ts';
import { claim } from '../shell/one-window.dom.ts';
import type { Session } from '../shell/session.svelte.ts';
import { readJson, store } from '../shell/stored.dom.ts';
import type { View } from '../canvas/view.svelte.ts';
import type { Exports } from '../exchange/exports.svelte.ts';
import type { Frame } from '../shell/frame.svelte.ts';

const NAME = 'tour';
const NOT_YET: TourMemory = { ended: false, step: 0 };

/** What it watches, and where it does the little that it does. */
export interface TourParts {
  readonly session: Session;
  readonly desk: Desk;
  readonly panes: Panes;
  readonly view: View;
  readonly keys: Keys;
  readonly notices: Notices;
  readonly frame: Frame;
  readonly exports: Exports;
}

export class Tour {
  readonly #parts: TourParts;
  #place = $state.raw<TourPlace | null>(null);
  #saved = $state.raw<Review | null>(null);
  /** What was decided because the tour asked for it, once per sample, and at which step. */
  #decided = $state.raw<readonly (OwnDecision & { readonly step: number })[]>([]);
  #memory = readJson(NAME, tourMemorySchema, NOT_YET);
  #begun = 0;
  /** Whether the tour may begin by itself in this window: one at a time is enough. */
  #claimed = $state<'not asked' | 'asked' | 'mine' | 'another window’s'>('not asked');
  #release: (() => void) | null = null;
  /** The offer to take its decisions back, and on which samples they still are what was decided here last. */
  #offered: { readonly told: Offered; readonly left: Set<number> } | null = null;
  /** How long it took, in ms; null until it is over. */
  took = $state<number | null>(null);

  /** The number of the step from 0; null when there is no tour; {@link TOUR}'s length after the last one. */
  readonly at = $derived(this.#place?.step ?? null);
  readonly step = $derived<Step | null>(this.at === null ? null : (TOUR[this.at] ?? null));
  readonly goal = $derived<Goal | null>(this.step?.goals[this.#place!.goal] ?? null);
  /** The commands of the goal with the keys a person chose. */
  readonly bindings = $derived.by<readonly Binding[]>(() => {
    const commands = this.goal?.commands ?? [];
    return this.#parts.keys.keymap.filter(({ command }) => commands.some((known) => known === command));
  });
  /** Decisions that the tour asked for and that stand. */
  readonly decided = $derived(this.#decided.filter(({ review }) => review.decision !== 'reset'));

  constructor(parts: TourParts) {
    this.#parts = parts;
    parts.desk.onDecision = (decision) => this.#decidedOn(decision);
  }

  /** Called in an effect: begins where it should, and moves on when what is so has changed. */
  watch(): void {
    if (this.#place) this.#go(seen(this.#place, this.#facts()));
    else if (!this.#memory.ended && this.#isOnDemo()) {
      if (this.#claimed === 'mine') this.start(this.#memory.step);
      else if (this.#claimed === 'not asked') void this.#claim();
    }
  }

  /** From its beginning, or where it was left. */
  start(step = 0): void {
    const { frame } = this.#parts;
    frame.sheet = null;
    if (step === 0) {
      frame.page = 'review';
      void this.#openGood();
    }
    this.#begun = performance.now();
    this.took = null;
    this.#decided = [];
    this.#go(beginTour({ ...this.#facts(), sheet: null }, step));
  }

  /** Gives up the step. @returns false when there is none */
  skip(): boolean {
    if (!this.#place || !this.step) return false;
    this.#go(skipped(this.#place, this.#facts()));
    return true;
  }

  /** Closes it for good: it does not begin by itself again. */
  end(): void {
    if (!this.#place) return;
    const { decided } = this;
    if (this.step && decided.length > 0) {
      const told = this.#parts.notices.offer(`The tour is over. ${askedWords(decided.length)} kept.`, {
        words: decided.length === 1 ? 'Undo it' : 'Undo them',
        run: () => this.#parts.desk.putBack(decided),
      });
      // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
      this.#offered = { told, left: new Set(decided.map(({ review }) => review.sampleId)) };
    }
    this.#place = null;
    this.#remember({ ended: true, step: 0 });
    this.#release?.();
  }

  /** Makes what was decided during the tour as it was before, each as a revision of its own. */
  takeBack(): void {
    this.#parts.desk.putBack(this.decided);
    this.#decided = [];
  }

  /** A first look at a label should be at a right one. Where there is none, or it is decided, the sample at hand will do. */
  async #openGood(): Promise<void> {
    const { session, desk } = this.#parts;
    try {
      const filter = { ...NO_FILTER, text: TOUR_SAMPLE };
      const { rows } = await session.client.call('samples.list', { filter, offset: 0, limit: 1 });
      const [row] = rows;
      if (row?.externalId === TOUR_SAMPLE && row.state === 'pending') await desk.moving.to(row.id);
    } catch {
      // The connection banner says so.
    }
  }

  async #claim(): Promise<void> {
    this.#claimed = 'asked';
    const release = await claim(NAME).catch(() => null);
    this.#claimed = release ? 'mine' : 'another window’s';
    this.#release = release;
  }

  #go(place: TourPlace): void {
    if (place === this.#place) return;
    if (place.step !== this.#place?.step) {
      const over = place.step >= TOUR.length;
      if (over) this.took = performance.now() - this.#begun;
      this.#remember({ ended: over, step: over ? 0 : place.step });
    }
    this.#place = place;
  }

  #decidedOn(decision: OwnDecision): void {
    const { review } = decision;
    this.#saved = review;
    this.#offered?.left.delete(review.sampleId);
    if (this.#offered?.left.size === 0) this.#offered.told.withdraw();
    if (!this.#place) return;
    const others = this.#decided.filter(({ review: { sampleId } }) => sampleId !== review.sampleId);
    const known = this.#decided.find(({ review: { sampleId } }) => sampleId === review.sampleId);
    const { step } = this.#place;
    // Painted on or undone within its step it is the tour's still; what is decided of one's own accord is not.
    const asked = this.goal?.asks?.includes(review.decision) || known?.step === step;
    // What stood before the first decision of the tour is what taking back goes back to.
    const before = (known ?? decision).before;
    this.#decided = asked ? [...others, { review, before, step }] : others;
  }

  #facts(): TourFacts {
    const { desk, panes, view, frame, exports } = this.#parts;
    const shown = panes.sources.map(keyOf);
    return {
      page: frame.page,
      dock: frame.dock,
      sheet: frame.sheet,
      comparing: [RAW, DENOISED, RPN].every((source) => shown.includes(keyOf(source))),
      labels: view.flags.labels,
      sampleId: desk.bundle?.detail.id ?? null,
      cell: cellUnder(desk.bundle?.detail.prediction ?? null, view.hover),
      inPane: view.inPane,
      saved: this.#saved,
      undone: desk.undoing.canRedo,
      exports: exports.written,
    };
  }

  /** A sample that the demo model labelled is on screen, and nothing else in the way. */
  #isOnDemo(): boolean {
    const { session, desk, frame } = this.#parts;
    const runId = desk.bundle?.detail.prediction?.runId;
    const run = session.project?.runs.find(({ id }) => id === runId);
    return run?.preset.id === TOUR_PRESET && frame.page === 'review' && frame.sheet === null;
  }

  #remember(memory: TourMemory): void {
    this.#memory = memory;
    store(NAME, JSON.stringify(memory));
  }
}

export const [getTour, setTour] = createContext<Tour>();

/** `The decision that it asked for is`, `The 2 decisions that it asked for are`. */
export function askedWords(count: number): string {
  return count === 1
    ? 'The decision that it asked for is'
    : `The ${counted(count, 'decision')} that it asked for are`;
}
