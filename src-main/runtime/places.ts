/** What every cache of keys and values keeps count of, wherever its rows lie: how many there are, of which layers, at which positions. */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { KvCache } from '../pipeline/ports.ts';

export abstract class PlacedCache implements KvCache {
  /** Rows of each layer; an early exit leaves later layers behind. */
  readonly #rows: number[];
  /** The position of text that would follow each place; differs from place + 1 after a picture under M-RoPE. */
  readonly #next: number[] = [];
  #length = 0;

  /** @param from what the first `length` places are of; default: nothing is cached */
  protected constructor(layers: number, from?: PlacedCache, length: number = from?.length ?? 0) {
    this.#length = Math.min(length, from?.length ?? 0);
    this.#rows = Array.from({ length: layers }, (_, i) =>
      Math.min((from ? from.#rows[i] : null) ?? 0, this.#length),
    );
    if (from) this.#next.push(...from.#next.slice(0, this.#length));
  }

  get length(): number {
    return this.#length;
  }

  /** The position the next token takes. */
  get nextPosition(): number {
    return this.#next[this.#length - 1] ?? this.#length;
  }

  truncate(length: number): void {
    this.#length = Math.min(this.#length, Math.max(0, length));
    this.#next.length = Math.min(this.#next.length, this.#length);
    this.#rows.forEach((rows, i) => (this.#rows[i] = Math.min(rows, this.#length)));
  }

  abstract fork(length?: number): PlacedCache;

  abstract dispose(): void;

  /**
   * Makes room for `count` more tokens in layers 0…layers−1.
   * @throws FoveaError `internal` when an early exit left one of these layers behind.
   */
  reserve(layers: number, _count: number): void {
    for (let i = 0; i < layers; i++) {
      if (this.#rows[i] === this.#length) continue;
      throw new FoveaError('internal', `layer ${i} lacks keys that an early exit left out`, {
        next: `Truncate the cache to ${this.#rows[i]} first`,
      });
    }
  }

  /** The feed succeeded: its rows count from now on. `next`: see {@link nextPosition}, after each row, under M-RoPE. */
  commit(layers: number, count: number, next?: Int32Array): void {
    if (next) this.#next.push(...next);
    this.#length += count;
    for (let i = 0; i < layers; i++) this.#rows[i] = this.#length;
  }

  /** Places of a layer that are cached. */
  protected rowsOf(layer: number): number {
    return this.#rows[layer] ?? 0;
  }
}
