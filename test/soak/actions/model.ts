/**
 * What the store must hold after random actions, kept apart from the page's own code: every revision in order, and per
 * window what it can undo. One window's decision ends what the other could undo on that sample.
 */
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

export const same = (a: Int8Array, b: Int8Array): boolean => a.every((value, i) => value === b[i]);

export class StoreModel {
  readonly predicted: ReadonlyMap<number, Int8Array>;
  /** What another run says of every sample. */
  readonly otherRun: Int8Array;
  readonly revisions = new Map<number, Revision[]>();
  readonly windows: WindowModel[] = [];

  constructor(predicted: ReadonlyMap<number, Int8Array>, otherRun: Int8Array) {
    this.predicted = predicted;
    this.otherRun = otherRun;
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

  /** Two windows changed a sample at once: what came first is what the store says. */
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
    this.revisions.set(sample, [...this.of(sample), revision]);
    for (const window of this.windows) if (window !== by) window.forget(sample);
  }
}

export class WindowModel {
  readonly #store: StoreModel;
  readonly #edits = new Map<number, { states: State[]; at: number }>();

  constructor(store: StoreModel) {
    this.#store = store;
  }

  current(sample: number): State {
    const { states, at } = this.#edit(sample);
    return states[at];
  }

  /** Takes a step; one that changes nothing is none. */
  step(sample: number, change: Partial<State>): void {
    const edit = this.#edit(sample);
    const now = edit.states[edit.at];
    const next = { ...now, ...change };
    if (next.decision === now.decision && next.note === now.note && same(next.label, now.label)) return;
    edit.states = [...edit.states.slice(0, edit.at + 1), next];
    edit.at++;
    this.#store.append(sample, next, this);
  }

  travel(sample: number, by: 1 | -1): void {
    const edit = this.#edit(sample);
    if (!edit.states[edit.at + by]) return;
    edit.at += by;
    this.#store.append(sample, edit.states[edit.at], this);
  }

  /** The label changed elsewhere, or the page was loaded anew. */
  forget(sample?: number): void {
    if (sample === undefined) this.#edits.clear();
    else this.#edits.delete(sample);
  }

  #edit(sample: number): { states: State[]; at: number } {
    const known = this.#edits.get(sample);
    if (known) return known;
    const fresh = { states: [this.#store.found(sample)], at: 0 };
    this.#edits.set(sample, fresh);
    return fresh;
  }
}
