/**
 * One call of a kind at a time for each page: the newest wins. A person who goes on has no use for what was asked of
 * the sample before, and the engine is free for what is on screen.
 */
export class Newest {
  readonly #running = new Map<string, AbortController>();

  /** Runs `body`; an earlier call under the key rejects with `cancelled`. `outer` stops it too. */
  async run<T>(key: string, outer: AbortSignal, body: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.cancel(key);
    const own = new AbortController();
    this.#running.set(key, own);
    try {
      return await body(AbortSignal.any([outer, own.signal]));
    } finally {
      if (this.#running.get(key) === own) this.#running.delete(key);
    }
  }

  cancel(key: string): void {
    this.#running.get(key)?.abort();
    this.#running.delete(key);
  }
}
