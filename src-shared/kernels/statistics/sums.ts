/**
 * What a mean's interval needs of the numbers, as sums that a database can make: values are counted by picture, because questions
 * about one picture are no independent samples. With one question a picture these are the plain moments.
 */

export interface Sums {
  /** Pictures (clusters). */
  readonly pictures: number;
  /** Values. */
  readonly n: number;
  /** Σx and Σx² over all values. */
  readonly x: number;
  readonly xx: number;
  /** Over pictures with m values that sum to s: Σm², Σms, Σs², Σm³, Σm²s, Σms², Σs³. */
  readonly mm: number;
  readonly ms: number;
  readonly ss: number;
  readonly mmm: number;
  readonly mms: number;
  readonly mss: number;
  readonly sss: number;
}

export const NO_SUMS: Sums = {
  pictures: 0,
  n: 0,
  x: 0,
  xx: 0,
  mm: 0,
  ms: 0,
  ss: 0,
  mmm: 0,
  mms: 0,
  mss: 0,
  sss: 0,
};

/** Counts values whose pictures come one after the other. */
export class SumsInOrder {
  readonly #sums = { ...NO_SUMS } as { -readonly [K in keyof Sums]: number };
  #picture: number | null = null;
  #m = 0;
  #s = 0;

  /** @throws RangeError for a value that is no finite number */
  add(picture: number, value: number): void {
    if (!Number.isFinite(value)) throw new RangeError('values must be finite numbers');
    if (picture !== this.#picture) this.#end();
    this.#picture = picture;
    this.#m++;
    this.#s += value;
    this.#sums.n++;
    this.#sums.x += value;
    this.#sums.xx += value * value;
  }

  /** Of all so far; nothing may be added after. */
  sums(): Sums {
    this.#end();
    return this.#sums;
  }

  #end(): void {
    const [m, s, sums] = [this.#m, this.#s, this.#sums];
    if (m === 0) return;
    sums.pictures++;
    sums.mm += m * m;
    sums.ms += m * s;
    sums.ss += s * s;
    sums.mmm += m * m * m;
    sums.mms += m * m * s;
    sums.mss += m * s * s;
    sums.sss += s * s * s;
    [this.#m, this.#s] = [0, 0];
  }
}

/**
 * @param pictures the picture of each value, by any number; default: each has its own
 * @throws RangeError on unequal lengths, or a value that is no finite number
 */
export function sumsOf(values: ArrayLike<number>, pictures?: ArrayLike<number>): Sums {
  if (pictures && pictures.length !== values.length) throw new RangeError('each value is of one picture');
  const order = Uint32Array.from({ length: values.length }, (_, i) => i);
  if (pictures) order.sort((a, b) => pictures[a]! - pictures[b]!);
  const counted = new SumsInOrder();
  for (const i of order) counted.add(pictures ? pictures[i]! : i, values[i]!);
  return counted.sums();
}

/** How a mean scatters: as if it were the mean of `pictures` numbers of this spread and skewness. */
export interface Spread {
  readonly mean: number;
  /** Root of the mean square of what each picture adds (÷ count, not ÷ count − 1). */
  readonly deviation: number;
  /** Third moment ÷ deviation³; 0 without any. */
  readonly skewness: number;
  /** How many times larger the mean's variance is than if all values were independent, at least 1. */
  readonly designEffect: number;
}

/**
 * The mean as a ratio of sums over pictures, linearised (W. Cochran, Sampling Techniques, 1977, §9A: clusters of unequal size).
 * @throws RangeError without a value
 */
export function spreadOf(sums: Sums): Spread {
  const { pictures, n } = sums;
  if (n === 0) throw new RangeError('there is no mean of nothing');
  const mean = sums.x / n;
  // Of what each picture's sum differs from what its number of values would give.
  const square = Math.max(0, sums.ss - 2 * mean * sums.ms + mean ** 2 * sums.mm);
  const cube = sums.sss - 3 * mean * sums.mss + 3 * mean ** 2 * sums.mms - mean ** 3 * sums.mmm;
  const alone = Math.max(0, sums.xx - n * mean ** 2);
  const none = alone < NOTHING * Math.max(1, sums.xx);
  return {
    mean,
    deviation: none ? 0 : Math.sqrt(square / pictures) * (pictures / n),
    skewness: none || square === 0 ? 0 : cube / pictures / (square / pictures) ** 1.5,
    // Where all values are equal nothing is seen of how questions on a picture go together: pictures are counted.
    designEffect: none ? n / pictures : Math.max(1, square / alone),
  };
}

/** What is left of a sum of squares by rounding alone. */
const NOTHING = 1e-12;
