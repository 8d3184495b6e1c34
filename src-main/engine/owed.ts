/**
 * What an engine process has yet to answer, in its order, and the time that a cancelled call has to stop. The process
 * works on the oldest; one that waits behind it can do nothing about a cancel yet, so its time begins with its turn.
 */
export class Owed {
  readonly #stopMs: number;
  readonly #onStuck: () => void;
  /** Ids in the order they were sent, each with whether it was cancelled since. */
  readonly #calls = new Map<number, boolean>();
  #clock: { readonly id: number; readonly timer: NodeJS.Timeout } | null = null;

  /** @param onStuck hears that a cancelled call went on for `stopMs`; nothing is owed any more then */
  constructor(stopMs: number, onStuck: () => void) {
    this.#stopMs = stopMs;
    this.#onStuck = onStuck;
  }

  sent(id: number): void {
    this.#calls.set(id, false);
  }

  cancelled(id: number): void {
    if (this.#calls.has(id)) this.#calls.set(id, true);
    this.#watch();
  }

  answered(id: number): void {
    this.#calls.delete(id);
    this.#watch();
  }

  /** The process is gone. */
  clear(): void {
    this.#calls.clear();
    this.#watch();
  }

  #watch(): void {
    const [first] = this.#calls;
    const stopping = first?.[1] ? first[0] : null;
    if (this.#clock?.id === stopping) return;
    clearTimeout(this.#clock?.timer);
    this.#clock = null;
    if (stopping === null) return;
    const timer = setTimeout(() => {
      this.clear();
      this.#onStuck();
    }, this.#stopMs);
    timer.unref();
    this.#clock = { id: stopping, timer };
  }
}
