/**
 * Keys and values of a sequence on a device: of each layer one `[P, width]` of either. Nobody changes them: a step makes longer
 * ones, so a fork copies nothing, and rows that a truncation left behind are cut off by the next feed.
 */
import { PlacedCache } from '../places.ts';
import type { Resident } from './resident.ts';
import type { KvStore } from './store.ts';

export interface KvPair {
  readonly keys: Resident;
  readonly values: Resident;
}

export class ResidentKvCache extends PlacedCache {
  readonly #store: KvStore;
  readonly #layers: (KvPair | null)[];

  /** @param from what the first `length` places are shared with */
  constructor(layers: number, store: KvStore, from?: ResidentKvCache, length?: number) {
    super(layers, from, length);
    this.#store = store;
    this.#layers = Array.from({ length: layers }, (_, i) =>
      from && this.rowsOf(i) > 0 ? (from.#layers[i] ?? null) : null,
    );
    for (const pair of this.#layers) this.#each(pair, (rows) => store.hold(rows));
  }

  fork(length = this.length): ResidentKvCache {
    return new ResidentKvCache(this.#layers.length, this.#store, this, length);
  }

  override truncate(length: number): void {
    super.truncate(length);
    this.#layers.forEach((_, i) => this.rowsOf(i) === 0 && this.put(i, null));
  }

  dispose(): void {
    this.truncate(0);
  }

  /** A layer's rows, which may be more than are cached; null: there are none. */
  at(layer: number): KvPair | null {
    return this.#layers[layer] ?? null;
  }

  /** In place of a layer's rows come others, the first of which are the same. */
  put(layer: number, pair: KvPair | null): void {
    this.#each(pair, (rows) => this.#store.hold(rows));
    this.#each(this.at(layer), (rows) => this.#store.release(rows));
    this.#layers[layer] = pair;
  }

  /**
   * How many rows of a layer's keys a feed of `count` tokens adds to what is held: shared ones stay beside the longer ones.
   */
  growth(layers: number, count: number): number {
    let rows = 0;
    for (let i = 0; i < layers; i++) {
      const pair = this.at(i);
      rows += count + (pair && this.#store.isShared(pair.keys) ? this.length : 0);
    }
    return rows;
  }

  #each(pair: KvPair | null, work: (rows: Resident) => void): void {
    if (pair === null) return;
    work(pair.keys);
    work(pair.values);
  }
}
