/**
 * Fingerprints that an import took of pictures while it looked at them, for whoever looks for copies afterwards: as columns, since
 * there may be many.
 */

/** Pictures whose fingerprints are kept, some 11 MB; the files of others are read once more. */
const MOST = 200_000;
const SHA256_BYTES = 32;
/** Numbers of a picture: its id, its file's bytes and its time. */
const NUMBERS = 3;

/** As it goes to another thread. */
export interface PackedFingerprints {
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly hashes: Uint8Array<ArrayBuffer>;
}

/** The facts of a file that a fingerprint holds for. */
interface Facts {
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** Takes them as pictures are registered. */
export class TakenFingerprints {
  #rows = 0;
  #numbers = new Float64Array(NUMBERS * 1024);
  #hashes = Buffer.alloc(SHA256_BYTES * 1024);

  /** @param sha256 in hex */
  add(id: number, { bytes, mtimeMs }: Facts, sha256: string): void {
    if (this.#rows === MOST) return;
    if (this.#hashes.length === SHA256_BYTES * this.#rows) {
      const [numbers, hashes] = [this.#numbers, this.#hashes];
      this.#numbers = new Float64Array(2 * numbers.length);
      this.#numbers.set(numbers);
      this.#hashes = Buffer.concat([hashes], 2 * hashes.length);
    }
    this.#numbers.set([id, bytes, Math.trunc(mtimeMs)], NUMBERS * this.#rows);
    this.#hashes.write(sha256, SHA256_BYTES * this.#rows, 'hex');
    this.#rows++;
  }

  packed(): PackedFingerprints {
    return {
      numbers: this.#numbers.slice(0, NUMBERS * this.#rows),
      hashes: new Uint8Array(this.#hashes.subarray(0, SHA256_BYTES * this.#rows)),
    };
  }
}

/** Finds them by the pictures' ids. */
export class KnownFingerprints {
  readonly #numbers: Float64Array;
  readonly #hashes: Buffer;
  readonly #rows = new Map<number, number>();

  constructor({ numbers, hashes }: PackedFingerprints) {
    this.#numbers = numbers;
    this.#hashes = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.length);
    for (let row = 0; NUMBERS * row < numbers.length; row++) this.#rows.set(numbers[NUMBERS * row]!, row);
  }

  /** SHA-256 in hex; null: none was taken, or of another file than is registered. */
  of({ id, bytes, mtimeMs }: Facts & { readonly id: number }): string | null {
    const row = this.#rows.get(id);
    if (row === undefined) return null;
    const [, ownBytes, ownTime] = this.#numbers.subarray(NUMBERS * row, NUMBERS * (row + 1));
    if (ownBytes !== bytes || ownTime !== mtimeMs) return null;
    return this.#hashes.toString('hex', SHA256_BYTES * row, SHA256_BYTES * (row + 1));
  }
}
