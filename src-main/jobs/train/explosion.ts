/** Notices a loss that runs away while every number is still finite. */

/** Steps whose mean is looked at: single batches jump. */
const WINDOW = 20;
/** So many times the lowest mean so far, and so much above it (a loss near 0 doubles by chance). */
const TIMES = 4;
const ABOVE = 0.5;

/**
 * Whether the mean loss of the last steps lies far above the lowest that it has been.
 * @param losses of all steps so far, in their order
 */
export function hasExploded(losses: readonly number[]): boolean {
  if (losses.length < 2 * WINDOW) return false;
  let sum = losses.slice(0, WINDOW).reduce((a, b) => a + b, 0);
  let lowest = sum;
  for (let end = WINDOW; end < losses.length; end++) {
    sum += losses[end]! - losses[end - WINDOW]!;
    lowest = Math.min(lowest, sum);
  }
  return sum > TIMES * lowest && sum - lowest > ABOVE * WINDOW;
}
