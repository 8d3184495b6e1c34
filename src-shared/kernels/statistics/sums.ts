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

/**
 * @param pictures the picture of each value, by any number; default: each has its own
 * @throws RangeError on unequal lengths, or a value that is no finite number
 */
export function sumsOf(values: ArrayLike<number>, pictures?: ArrayLike<number>): Sums {
  if (pictures && pictures.length !== values.length) throw new RangeError('each value is of one picture');
  const byPicture = new Map<number, { m: number; s: number }>();
  let [x, xx] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) throw new RangeError('values must be finite numbers');
    x += value;
    xx += value * value;
    const picture = pictures ? pictures[i]! : i;
    const { m, s } = byPicture.get(picture) ?? { m: 0, s: 0 };
    byPicture.set(picture, { m: m + 1, s: s + value });
  }
  const sums = { ...NO_SUMS, pictures: byPicture.size, n: values.length, x, xx };
  for (const { m, s } of byPicture.values()) {
    sums.mm += m * m;
    sums.ms += m * s;
    sums.ss += s * s;
    sums.mmm += m * m * m;
    sums.mms += m * m * s;
    sums.mss += m * s * s;
    sums.sss += s * s * s;
  }
  return sums;
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
