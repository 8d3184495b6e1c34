/**
 * Keys and values of everything fed so far, on the host: per layer one growing array of rows `[P, width]`. The graph
 * reads the rows in place and writes new ones right behind them, so a step copies nothing here.
 */
import { PlacedCache } from './places.ts';
import type { Feed } from './session.ts';

/** Room kept behind a feed, so that the decoding steps after a prefill do not copy the cache at once. */
const SPARE_ROWS = 64;

export class HostKvCache extends PlacedCache {
  readonly #width: number;
  #keys: Float32Array<ArrayBuffer>[];
  #values: Float32Array<ArrayBuffer>[];

  /**
   * @param width floats per row: kv heads · head size
   * @param from what the first `length` places are copied of
   */
  constructor(layers: number, width: number, from?: HostKvCache, length?: number) {
    super(layers, from, length);
    this.#width = width;
    this.#keys = Array.from({ length: layers }, () => new Float32Array(0));
    this.#values = Array.from({ length: layers }, () => new Float32Array(0));
    for (let i = 0; from && i < layers; i++) {
      const used = this.rowsOf(i) * width;
      this.#grow(i, this.rowsOf(i));
      this.#keys[i]?.set((from.#keys[i] as Float32Array).subarray(0, used));
      this.#values[i]?.set((from.#values[i] as Float32Array).subarray(0, used));
    }
  }

  fork(length = this.length): HostKvCache {
    return new HostKvCache(this.#keys.length, this.#width, this, length);
  }

  dispose(): void {
    this.truncate(0);
    this.#keys = this.#keys.map(() => new Float32Array(0));
    this.#values = this.#values.map(() => new Float32Array(0));
  }

  /**
   * The arrays of a feed of `count` tokens through layers 0…layers−1: cached rows to read, room to write.
   * @throws FoveaError as {@link reserve}
   */
  bind(layers: number, count: number): { past: Record<string, Feed>; fresh: Record<string, Feed> } {
    this.reserve(layers, count);
    const past: Record<string, Feed> = {};
    const fresh: Record<string, Feed> = {};
    for (let i = 0; i < layers; i++) {
      const held = this.rows(i, 0, this.length);
      const room = this.rows(i, this.length, this.length + count);
      for (const part of ['k', 'v'] as const) {
        past[`past_${part}.${i}`] = held[part];
        fresh[`new_${part}.${i}`] = room[part];
      }
    }
    return { past, fresh };
  }

  override reserve(layers: number, count: number): void {
    super.reserve(layers, count);
    for (let i = 0; i < layers; i++) this.#grow(i, this.length + count);
  }

  /** Keys and values of places start…end−1 of a layer, in place; those from `length` on are room that was reserved. */
  rows(layer: number, start: number, end: number): { readonly k: Feed; readonly v: Feed } {
    const of = (all: Float32Array | undefined): Feed => [
      (all as Float32Array).subarray(start * this.#width, end * this.#width),
      [end - start, this.#width],
    ];
    return { k: of(this.#keys[layer]), v: of(this.#values[layer]) };
  }

  #grow(layer: number, rows: number): void {
    const keys = this.#keys[layer] as Float32Array<ArrayBuffer>;
    if (rows * this.#width <= keys.length) return;
    const room = Math.max(rows + SPARE_ROWS, Math.ceil((keys.length / this.#width) * 1.5)) * this.#width;
    // A transfer frees the old memory now: of a large model it is hundreds of megabytes, and the collector takes its time.
    const grow = ({ buffer }: Float32Array<ArrayBuffer>) => new Float32Array(buffer.transfer(4 * room));
    this.#keys[layer] = grow(keys);
    this.#values[layer] = grow(this.#values[layer] as Float32Array<ArrayBuffer>);
  }
}
