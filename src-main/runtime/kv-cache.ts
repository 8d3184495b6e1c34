/**
 * Keys and values of everything fed so far, on the host: per layer one growing array of rows `[P, width]`. The graph
 * reads the rows in place and writes new ones right behind them, so a step copies nothing here.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { KvCache } from '../pipeline/ports.ts';
import type { Feed } from './session.ts';

/** Room kept behind a feed, so that the decoding steps after a prefill do not copy the cache at once. */
const SPARE_ROWS = 64;

export class HostKvCache implements KvCache {
  readonly #width: number;
  #keys: Float32Array<ArrayBuffer>[];
  #values: Float32Array<ArrayBuffer>[];
  /** Rows of each layer; an early exit leaves later layers behind. */
  readonly #rows: number[];
  /** The position of text that would follow each place; differs from place + 1 after a picture under M-RoPE. */
  readonly #next: number[] = [];
  #length = 0;

  /** @param width floats per row: kv heads · head size */
  constructor(layers: number, width: number) {
    this.#width = width;
    this.#keys = Array.from({ length: layers }, () => new Float32Array(0));
    this.#values = Array.from({ length: layers }, () => new Float32Array(0));
    this.#rows = new Array<number>(layers).fill(0);
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

  fork(length = this.#length): HostKvCache {
    const copy = new HostKvCache(this.#keys.length, this.#width);
    copy.#length = Math.min(length, this.#length);
    copy.#next.push(...this.#next.slice(0, copy.#length));
    this.#rows.forEach((rows, i) => {
      copy.#rows[i] = Math.min(rows, copy.#length);
      copy.#grow(i, copy.#rows[i]);
      const used = copy.#rows[i] * this.#width;
      copy.#keys[i]?.set((this.#keys[i] as Float32Array).subarray(0, used));
      copy.#values[i]?.set((this.#values[i] as Float32Array).subarray(0, used));
    });
    return copy;
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
      const held = this.rows(i, 0, this.#length);
      const room = this.rows(i, this.#length, this.#length + count);
      for (const part of ['k', 'v'] as const) {
        past[`past_${part}.${i}`] = held[part];
        fresh[`new_${part}.${i}`] = room[part];
      }
    }
    return { past, fresh };
  }

  /**
   * Makes room for `count` more tokens in layers 0…layers−1.
   * @throws FoveaError `internal` when an early exit left one of these layers behind.
   */
  reserve(layers: number, count: number): void {
    for (let i = 0; i < layers; i++) {
      if (this.#rows[i] !== this.#length) {
        throw new FoveaError('internal', `layer ${i} lacks keys that an early exit left out`, {
          next: `Truncate the cache to ${this.#rows[i]} first`,
        });
      }
      this.#grow(i, this.#length + count);
    }
  }

  /** Keys and values of places start…end−1 of a layer, in place; those from `length` on are room that was reserved. */
  rows(layer: number, start: number, end: number): { readonly k: Feed; readonly v: Feed } {
    const of = (all: Float32Array | undefined): Feed => [
      (all as Float32Array).subarray(start * this.#width, end * this.#width),
      [end - start, this.#width],
    ];
    return { k: of(this.#keys[layer]), v: of(this.#values[layer]) };
  }

  /** The feed succeeded: its rows count from now on. `next`: see {@link nextPosition}, after each row, under M-RoPE. */
  commit(layers: number, count: number, next?: Int32Array): void {
    if (next) this.#next.push(...next);
    this.#length += count;
    for (let i = 0; i < layers; i++) this.#rows[i] = this.#length;
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
