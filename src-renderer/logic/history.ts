/**
 * Undo and redo of one sample as a list of whole states (a label is a few hundred bytes). A new state cuts off what
 * had been undone. Nothing here saves anything: the caller appends a revision for every move.
 */
export class History<T> {
  readonly #states: T[];
  #at = 0;

  constructor(first: T) {
    this.#states = [first];
  }

  get current(): T {
    return this.#states[this.#at]!;
  }

  get canUndo(): boolean {
    return this.#at > 0;
  }

  get canRedo(): boolean {
    return this.#at < this.#states.length - 1;
  }

  push(state: T): void {
    this.#states.length = this.#at + 1;
    this.#states.push(state);
    this.#at++;
  }

  /** The state before the current one, now current; null at the beginning. */
  undo(): T | null {
    if (!this.canUndo) return null;
    this.#at--;
    return this.current;
  }

  redo(): T | null {
    if (!this.canRedo) return null;
    this.#at++;
    return this.current;
  }
}
