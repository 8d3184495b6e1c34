/**
 * Keys and values on a device, of all caches of a model: who still uses each, and how much they take together. A device does
 * not say how much memory it has, and a buffer that it cannot make is an error in a log and wrong numbers; so the sum has a limit.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Resident } from './resident.ts';

export class KvStore {
  readonly #device: string;
  readonly #limit: number;
  readonly #users = new Map<Resident, number>();
  #bytes = 0;

  /** @param limit bytes; Infinity: what ONNX Runtime throws is to be relied on */
  constructor(device: string, limit: number) {
    this.#device = device;
    this.#limit = limit;
  }

  /** What is held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @throws FoveaError `out_of_memory` where so many bytes more are too many. */
  makeRoom(bytes: number): void {
    if (this.#bytes + bytes <= this.#limit) return;
    const gigabytes = (count: number): string => `${(count / 1e9).toFixed(1)} GB`;
    throw new FoveaError(
      'out_of_memory',
      `keys and values would take ${gigabytes(this.#bytes + bytes)} on ${this.#device}, ${gigabytes(this.#limit)} are the limit`,
      { next: 'Take smaller pictures or a shorter question and answer, or use --device cpu' },
    );
  }

  /** One more user. */
  hold(rows: Resident): void {
    const users = this.#users.get(rows) ?? 0;
    if (users === 0) this.#bytes += rows.bytes;
    this.#users.set(rows, users + 1);
  }

  isShared(rows: Resident): boolean {
    return (this.#users.get(rows) ?? 0) > 1;
  }

  /** One user fewer; after the last one the memory is given back. */
  release(rows: Resident): void {
    const users = this.#users.get(rows);
    if (users === undefined) return;
    if (users > 1) {
      this.#users.set(rows, users - 1);
      return;
    }
    this.#users.delete(rows);
    this.#bytes -= rows.bytes;
    rows.release();
  }

  /** Gives everything back, whoever uses it. */
  dispose(): void {
    for (const rows of this.#users.keys()) rows.release();
    this.#users.clear();
    this.#bytes = 0;
  }
}
