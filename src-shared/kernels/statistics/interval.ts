/** A number that was measured, with the interval that holds the truth in 95 of 100 such studies. */
export interface Estimate {
  /** Values that it rests on. */
  readonly n: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A difference a − b of two methods on the same samples. */
export interface Difference extends Estimate {
  /** Two-sided chance of such a difference, or a larger one, if there were none. */
  readonly p: number;
  /** Samples on which a is better, b is better. */
  readonly wins: readonly [a: number, b: number];
}

export const CONFIDENCE = 0.95;
/** Below one end, and above the other. */
export const REST = (1 - CONFIDENCE) / 2;
