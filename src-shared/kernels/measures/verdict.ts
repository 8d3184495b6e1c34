/** Which of two sides a paired comparison calls better, and when it calls none. */

/**
 * Pairs that differ, below which nothing is called better. Were both sides alike, each pair would go either way as a coin does (the
 * sign test: W. Dixon, A. Mood, The statistical sign test, JASA 41, 1946): that m of them go all one way happens with 2 · 2⁻ᵐ, and
 * that is below 5% from 6 on. The bootstrap knows nothing of it: from one pair its interval is a point.
 */
export const LEAST_DIFFERING_PAIRS = 6;

export interface JudgedPairs {
  /** Ends of the 95% interval of the mean of a − b. */
  readonly low: number;
  readonly high: number;
  /** Pairs in which a is larger, in which b is. */
  readonly wins: { readonly a: number; readonly b: number };
}

/** `few`: the interval leaves zero out, yet too few pairs differ to call a side better · `unsure`: it does not leave zero out. */
export type Verdict = 'a' | 'b' | 'unsure' | 'few';

/** Which side is better: the interval leaves zero out, and at least {@link LEAST_DIFFERING_PAIRS} pairs differ. */
export function verdictOf({ low, high, wins }: JudgedPairs): Verdict {
  if (low <= 0 && high >= 0) return 'unsure';
  if (wins.a + wins.b < LEAST_DIFFERING_PAIRS) return 'few';
  return low > 0 ? 'a' : 'b';
}
