/**
 * What a gate goes by: a number between 0 and 1 that says how much a question needs a crop. Below a threshold (strictly, as Q-Zoom's gate
 * has it) no crop is taken.
 */

/**
 * `sure`: 1 − the geometric mean of the probabilities of the first answer's tokens · `weakest`: 1 − that of its least likely token ·
 * `peak`: the largest probability of the RPN's blurred map, which is what its crop's threshold is compared with · `trained`: Q-Zoom's gate.
 */
export const GATE_SIGNALS = ['sure', 'weakest', 'peak', 'trained'] as const;
export type GateSignal = (typeof GATE_SIGNALS)[number];

/** Of each signal how much a crop is needed; null: not known. */
export type GateNeeds = Readonly<Record<GateSignal, number | null>>;

export const NO_NEEDS: GateNeeds = { sure: null, weakest: null, peak: null, trained: null };

/** Whether a gate lets the crop be taken. */
export function passesGate(need: number, threshold: number): boolean {
  return !(need < threshold);
}

/**
 * How unsure an answer is.
 * @param logProbs natural logarithms of its tokens' probabilities, that which ends it among them
 * @returns null for an answer of no token, or of one whose probability is no number
 */
export function needsOfAnswer(
  logProbs: readonly number[],
): Readonly<Record<'sure' | 'weakest', number>> | null {
  if (logProbs.length === 0 || logProbs.some((value) => Number.isNaN(value))) return null;
  const mean = logProbs.reduce((sum, value) => sum + value, 0) / logProbs.length;
  const least = logProbs.reduce((a, b) => Math.min(a, b), 0);
  // A probability of one can come out above it by rounding.
  return { sure: Math.max(0, 1 - Math.exp(mean)), weakest: Math.max(0, 1 - Math.exp(least)) };
}

/** @param blurred probabilities; @returns the largest, 0 of nothing */
export function needOfMap(blurred: ArrayLike<number>): number {
  let peak = 0;
  for (let i = 0; i < blurred.length; i++) peak = Math.max(peak, blurred[i]!);
  return Math.min(1, peak);
}
