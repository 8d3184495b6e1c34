/**
 * Things kept by key while there is room; those not looked for the longest go first. What goes is handed to `drop`,
 * because a picture's object URL lives until it is revoked.
 */
export class Kept<T> {
  readonly #most: number;
  readonly #drop: (one: T) => void;
  /** Maps keep the order things came in; what is looked for comes in anew. */
  readonly #things = new Map<string, T>();

  constructor(most: number, drop: (one: T) => void = () => undefined) {
    this.#most = most;
    this.#drop = drop;
  }

  get size(): number {
    return this.#things.size;
  }

  get(key: string): T | undefined {
    return this.#things.get(key);
  }

  /** Whether it is here; if so it stays longer. */
  keep(key: string): boolean {
    if (!this.#things.has(key)) return false;
    const one = this.#things.get(key)!;
    this.#things.delete(key);
    this.#things.set(key, one);
    return true;
  }

  set(key: string, one: T): void {
    this.remove(key);
    this.#things.set(key, one);
    for (const oldest of this.#things.keys()) {
      if (this.#things.size <= this.#most) return;
      this.remove(oldest);
    }
  }

  remove(key: string): void {
    const one = this.#things.get(key);
    if (this.#things.delete(key)) this.#drop(one!);
  }

  clear(): void {
    for (const key of [...this.#things.keys()]) this.remove(key);
  }
}
