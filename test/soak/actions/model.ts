/**
 * What the store must hold after random actions, kept apart from the page's own code: every revision in order, flags and
 * notes, which samples were removed, and per window what it can undo (undo-model.ts). One window's decision ends what the
 * other could undo on that sample; a batch ends it in both.
 */
import type { Flag } from '../../../src-shared/contract/domain.ts';
import type { PictureModel } from './pictures.ts';
import { UndoModel, type Travel } from './undo-model.ts';

export interface State {
  readonly decision: 'none' | 'accept' | 'correct' | 'reject';
  readonly label: Int8Array;
  readonly note: string | null;
}

export interface Revision {
  readonly decision: 'accept' | 'correct' | 'reject' | 'reset';
  /** Null for reject and reset. */
  readonly label: Int8Array | null;
  readonly note: string | null;
}

/** What can be done, by name. */
export type Actions = Readonly<Record<string, () => Promise<void>>>;

/** The state that the page shows of a decision. */
export const SHOWN_AS = {
  none: 'pending',
  accept: 'accepted',
  correct: 'corrected',
  reject: 'rejected',
} as const;

/** What was decided at once: the revision it gave each sample. */
export type BatchModel = ReadonlyMap<number, Revision>;

export interface Snapshot {
  readonly revisions: ReadonlyMap<number, Revision[]>;
  readonly flags: ReadonlyMap<number, ReadonlySet<Flag>>;
  readonly notes: ReadonlyMap<number, string>;
  readonly removed: ReadonlySet<number>;
  readonly kept: PictureModel['kept'];
}

/** A revision that was answered as saved, whatever became of the database since. */
export interface Answered {
  readonly sample: number;
  readonly revision: Revision;
}

export const same = (a: Int8Array, b: Int8Array): boolean => a.every((value, i) => value === b[i]);

export class StoreModel {
  readonly predicted: ReadonlyMap<number, Int8Array>;
  /** What another run says of every sample. */
  readonly otherRun: Int8Array;
  /** Samples that a rule dropped: they are not accepted at once. */
  readonly dropped: ReadonlySet<number>;
  readonly pictures: PictureModel;
  readonly revisions = new Map<number, Revision[]>();
  readonly windows: WindowModel[] = [];
  readonly answered: Answered[] = [];
  readonly #flags = new Map<number, ReadonlySet<Flag>>();
  readonly #notes = new Map<number, string>();
  #removed: ReadonlySet<number> = new Set();

  constructor(
    predicted: ReadonlyMap<number, Int8Array>,
    dropped: ReadonlySet<number>,
    otherRun: Int8Array,
    pictures: PictureModel,
  ) {
    this.predicted = predicted;
    this.dropped = dropped;
    this.otherRun = otherRun;
    this.pictures = pictures;
  }

  /** All samples that were not removed, in the order of the queue. */
  get samples(): number[] {
    return [...this.predicted.keys()].filter((sample) => !this.#removed.has(sample));
  }

  isRemoved(sample: number): boolean {
    return this.#removed.has(sample);
  }

  /** Takes samples out with all that is known of them. */
  remove(samples: readonly number[]): void {
    this.#removed = new Set([...this.#removed, ...samples]);
    for (const sample of samples) {
      for (const known of [this.revisions, this.#flags, this.#notes]) known.delete(sample);
      for (const window of this.windows) window.removed(sample);
    }
  }

  /** A label holds for the picture that is there now; who has the sample on screen loads it anew. */
  keepForPicture(sample: number, by: WindowModel): void {
    this.pictures.keep(sample);
    for (const window of this.windows) if (window === by || window.onScreen === sample) window.reread(sample);
  }

  /** How many samples are labelled before their picture changed. */
  get changedPictures(): number {
    return this.samples.filter((sample) => this.pictures.isChanged(sample)).length;
  }

  flagsOf(sample: number): ReadonlySet<Flag> {
    return this.#flags.get(sample) ?? new Set();
  }

  /** Sets or takes away a flag. @returns the samples that changed */
  flag(samples: readonly number[], flag: Flag, on: boolean): number[] {
    const changed = samples.filter((sample) => this.flagsOf(sample).has(flag) !== on);
    for (const sample of changed) {
      const others = [...this.flagsOf(sample)].filter((one) => one !== flag);
      this.#flags.set(sample, new Set(on ? [...others, flag] : others));
    }
    return changed;
  }

  /** The note on a sample, which is no part of a decision; no words: none. */
  noteOn(sample: number): string {
    return this.#notes.get(sample) ?? '';
  }

  writeNote(sample: number, text: string): void {
    this.#notes.set(sample, text);
  }

  /** The samples that a batch would take of these: undecided ones and, to be accepted, kept, on the picture that is there. */
  takenBy(decision: 'accept' | 'reject', samples: readonly number[]): number[] {
    const acceptable = (sample: number) => !this.dropped.has(sample) && !this.pictures.isChanged(sample);
    return samples.filter(
      (sample) => this.found(sample).decision === 'none' && (decision === 'reject' || acceptable(sample)),
    );
  }

  /** Decides samples at once; each keeps the note that stood. */
  decideMany(decision: 'accept' | 'reject', samples: readonly number[]): BatchModel {
    return new Map(
      samples.map((sample) => {
        const { note } = this.found(sample);
        const label = decision === 'accept' ? this.predicted.get(sample)! : null;
        return [sample, this.#write(sample, { decision, label, note })] as const;
      }),
    );
  }

  /** Takes a batch back where its decision still stands. @returns those samples */
  undoMany(batch: BatchModel): number[] {
    const standing = [...batch].filter(([sample, revision]) => this.of(sample).at(-1) === revision);
    for (const [sample, { note }] of standing) this.#write(sample, { decision: 'reset', label: null, note });
    return standing.map(([sample]) => sample);
  }

  /** What holds now, to go back to. */
  snapshot(): Snapshot {
    return {
      revisions: new Map(this.revisions),
      flags: new Map(this.#flags),
      notes: new Map(this.#notes),
      removed: this.#removed,
      kept: this.pictures.kept,
    };
  }

  /** An older state of the store was put back; every window is loaded anew. */
  putBack({ revisions, flags, notes, removed, kept }: Snapshot): void {
    this.#removed = removed;
    this.pictures.putBack(kept);
    for (const [now, then] of [
      [this.revisions, revisions],
      [this.#flags, flags],
      [this.#notes, notes],
    ] as [Map<number, unknown>, ReadonlyMap<number, unknown>][]) {
      now.clear();
      for (const [sample, value] of then) now.set(sample, value);
    }
    for (const window of this.windows) window.reloaded();
  }

  /** A revision that no window made by a step of its own. */
  #write(sample: number, revision: Revision): Revision {
    this.answered.push({ sample, revision });
    this.reread(sample, [...this.of(sample), revision]);
    return revision;
  }

  openWindow(): WindowModel {
    const window = new WindowModel(this);
    this.windows.push(window);
    return window;
  }

  of(sample: number): Revision[] {
    return this.revisions.get(sample) ?? [];
  }

  /** A sample as one finds it: its latest revision, else as predicted. */
  found(sample: number): State {
    const last = this.of(sample).at(-1);
    return {
      decision: last && last.decision !== 'reset' ? last.decision : 'none',
      label: last?.label ?? this.predicted.get(sample)!,
      note: last?.note ?? null,
    };
  }

  /** The store says what holds: two windows changed a sample at once, or it was decided with others. */
  reread(sample: number, revisions: Revision[]): void {
    this.revisions.set(sample, revisions);
    for (const window of this.windows) window.forget(sample);
  }

  append(sample: number, { decision, label, note }: State, by: WindowModel): void {
    const keeps = decision === 'accept' || decision === 'correct';
    const revision = {
      decision: decision === 'none' ? 'reset' : decision,
      label: keeps ? label : null,
      note,
    } as const;
    this.answered.push({ sample, revision });
    this.revisions.set(sample, [...this.of(sample), revision]);
    for (const window of this.windows) if (window !== by) window.forget(sample);
  }
}

export class WindowModel {
  readonly #store: StoreModel;
  /** Samples as they were left here, where that is more than what the store keeps: what was painted and then rejected. */
  readonly #left = new Map<number, State>();
  #undo = new UndoModel();
  /** What was decided at once from here and can be taken back by key in the gallery. */
  lastBatch: BatchModel | null = null;
  /** The sample that it shows. */
  onScreen: number | null = null;

  constructor(store: StoreModel) {
    this.#store = store;
  }

  current(sample: number): State {
    return this.#left.get(sample) ?? this.#store.found(sample);
  }

  /**
   * Takes a step; one that changes nothing is none, unless it goes on to another sample.
   * @param decides whether it is a decision, and whether the page goes on after it; null: a change
   * @returns false: nobody can stand behind such a label, or mean one of another picture than is there
   */
  step(sample: number, change: Partial<State>, decides: { goesOn: boolean } | null = null): boolean {
    const before = this.current(sample);
    const after = { ...before, ...change };
    const changes =
      after.decision !== before.decision || after.note !== before.note || !same(after.label, before.label);
    const stands = after.decision === 'accept' || after.decision === 'correct';
    if (changes && stands && after.label.every((value) => value < 0)) return false;
    const stood = after.decision === before.decision && same(after.label, before.label);
    if (stands && !stood && this.#store.pictures.isChanged(sample)) return false;
    if (changes) this.#put(sample, after);
    if (changes || decides?.goesOn)
      this.#undo.did({ kind: 'step', sample, before, after, decides: decides !== null, lost: false });
    return true;
  }

  /** Undo or redo. What it leads to holds from now on. */
  travel(onScreen: number, by: 1 | -1): Travel {
    const travel = this.#undo.travel(by, onScreen);
    if (travel.leads === 'batch') this.undoMany(travel.batch);
    if (travel.leads === 'to') {
      const { sample, state } = travel;
      const now = this.current(sample);
      if (state.decision !== now.decision || state.note !== now.note || !same(state.label, now.label))
        this.#put(sample, state);
    }
    return travel;
  }

  decideMany(decision: 'accept' | 'reject', samples: readonly number[]): void {
    const batch = this.#store.decideMany(decision, samples);
    this.lastBatch = batch;
    this.#undo.did({ kind: 'batch', batch });
  }

  /** Takes a batch back, by whatever way. @returns how many were undone */
  undoMany(batch: BatchModel): number {
    if (this.lastBatch === batch) this.lastBatch = null;
    this.#undo.forgetBatch(batch);
    return this.#store.undoMany(batch).length;
  }

  /** The sample changed elsewhere. */
  forget(sample: number): void {
    this.#left.delete(sample);
    this.#undo.lose(sample);
  }

  /** The sample is taken out of the project. */
  removed(sample: number): void {
    this.#left.delete(sample);
    this.#undo.remove(sample);
  }

  /** The sample was loaded anew; what can be taken back on it stays. */
  reread(sample: number): void {
    this.#left.delete(sample);
  }

  /** The page was loaded anew. */
  reloaded(): void {
    this.#left.clear();
    this.#undo = new UndoModel();
    this.lastBatch = null;
  }

  #put(sample: number, state: State): void {
    this.#left.set(sample, state);
    this.#store.append(sample, state, this);
  }
}
