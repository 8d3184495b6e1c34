/**
 * Several comparisons at once: the chance that any of them is taken for a difference by luck stays what it is for one (S. Holm, A
 * Simple Sequentially Rejective Multiple Test Procedure, Scand. J. Statist. 6, 1979).
 */

/** Adjusted p values, in the order given: below 0.05 is a difference at 5% over all of them together. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => ps[a]! - ps[b]!);
  const adjusted = new Array<number>(ps.length);
  let largest = 0;
  order.forEach((at, rank) => {
    largest = Math.max(largest, Math.min(1, ps[at]! * (ps.length - rank)));
    adjusted[at] = largest;
  });
  return adjusted;
}
