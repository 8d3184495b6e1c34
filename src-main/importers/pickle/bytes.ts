/** The bytes of a pickle, piece by piece: what is asked for is there, or the file is cut off; nothing is held twice. */
import { PickleError } from './pickle-error.ts';

const EMPTY = new Uint8Array(0);
const LF = 0x0a;
/** Of one line (a module's or a class's name); Python's own are far shorter. */
const LINE_MOST = 1000;

export class PickleBytes {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #size: number;
  #chunk: Buffer = Buffer.from(EMPTY);
  #at = 0;
  /** Bytes before the chunk. */
  #before = 0;

  /** @param size bytes of the whole file: no length that a pickle names may reach beyond it */
  constructor(chunks: AsyncIterator<Uint8Array>, size: number) {
    this.#chunks = chunks;
    this.#size = size;
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#before + this.#at;
  }

  /** Whether the next `n` bytes can be read without waiting. */
  has(n: number): boolean {
    return this.#chunk.length - this.#at >= n;
  }

  /**
   * Waits until the next `n` bytes are there, or all that are left.
   * @returns whether there are `n`
   */
  async fill(n: number): Promise<boolean> {
    while (!this.has(n)) {
      const { value, done } = await this.#chunks.next();
      if (done) return false;
      const left = this.#chunk.subarray(this.#at);
      this.#before += this.#at;
      this.#at = 0;
      this.#chunk =
        left.length === 0
          ? Buffer.from(value.buffer, value.byteOffset, value.length)
          : Buffer.concat([left, value]);
    }
    return true;
  }

  /** Little-endian and unsigned, `n` of 1, 2, 4 or 8 bytes that are there. Throws PickleError */
  uint(n: 1 | 2 | 4 | 8): number {
    const from = this.#advance(n);
    if (n < 8) return this.#chunk.readUIntLE(from, n);
    const value = this.#chunk.readBigUInt64LE(from);
    // Beyond what a number can say exactly no file reaches.
    return Number(value);
  }

  /** Signed, 4 bytes. Throws PickleError */
  int(): number {
    return this.#chunk.readInt32LE(this.#advance(4));
  }

  /** Big-endian, as pickles have their floats. Throws PickleError */
  double(): number {
    return this.#chunk.readDoubleBE(this.#advance(8));
  }

  /** A copy of the next `n` bytes. Throws PickleError where the file has no so many */
  async take(n: number): Promise<Uint8Array<ArrayBuffer>> {
    this.require(n);
    const out = new Uint8Array(n);
    for (let filled = 0; filled < n;) {
      if (!this.has(1) && !(await this.fill(1))) throw cutOff(this.position);
      const step = Math.min(n - filled, this.#chunk.length - this.#at);
      out.set(this.#chunk.subarray(this.#at, this.#at + step), filled);
      this.#at += step;
      filled += step;
    }
    return out;
  }

  /** Passes over the next `n` bytes. Throws PickleError */
  async skip(n: number): Promise<void> {
    this.require(n);
    for (let left = n; left > 0;) {
      if (!this.has(1) && !(await this.fill(1))) throw cutOff(this.position);
      const step = Math.min(left, this.#chunk.length - this.#at);
      this.#at += step;
      left -= step;
    }
  }

  /** The rest of a line, without its end. Throws PickleError */
  async line(): Promise<string> {
    const bytes: number[] = [];
    for (;;) {
      if (!this.has(1) && !(await this.fill(1))) throw cutOff(this.position);
      const byte = this.#chunk[this.#at++]!;
      if (byte === LF) return Buffer.from(bytes).toString('utf8');
      if (bytes.push(byte) > LINE_MOST) throw new PickleError('a name in it is too long');
    }
  }

  /** Refuses a length that reaches beyond the file's end, before anything is made of it. Throws PickleError */
  require(n: number): void {
    if (n > this.#size - this.position) {
      throw new PickleError('it names more bytes than the file has', `${n} of ${this.#size - this.position}`);
    }
  }

  #advance(n: number): number {
    if (!this.has(n)) throw cutOff(this.position);
    const from = this.#at;
    this.#at += n;
    return from;
  }
}

function cutOff(at: number): PickleError {
  return new PickleError('it is cut off', `at byte ${at}`, 'Copy the file again: a part of it is missing');
}
