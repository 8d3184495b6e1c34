/** Where a map of the picture looks, against the cells that are known to be true: the numbers that need no threshold. */

/**
 * The pointing game (J. Zhang et al., Top-down Neural Attention by Excitation Backprop, 2016): 1 where the largest value lies on a true
 * cell, 0 where it does not; of equal ones the share that does. Null without a cell of each kind. Values below all others say nothing.
 */
export function pointing(scores: ArrayLike<number>, truth: ArrayLike<number>): number | null {
  if (!bothKinds(scores, truth)) return null;
  let [largest, equal, hits] = [-Infinity, 0, 0];
  for (let i = 0; i < scores.length; i++) {
    const value = scores[i]!;
    if (value > largest) [largest, equal, hits] = [value, 0, 0];
    if (value === largest) {
      equal++;
      if (truth[i]) hits++;
    }
  }
  return equal === 0 ? null : hits / equal;
}

/** Share of the map's sum that lies on true cells (attention coverage); values below 0 and beside the map count 0. Null for a map of none. */
export function coverage(scores: ArrayLike<number>, truth: ArrayLike<number>): number | null {
  if (!bothKinds(scores, truth)) return null;
  let [all, inside] = [0, 0];
  for (let i = 0; i < scores.length; i++) {
    const value = scores[i]!;
    if (!(value > 0) || !Number.isFinite(value)) continue;
    all += value;
    if (truth[i]) inside += value;
  }
  return all === 0 ? null : inside / all;
}

/**
 * Share of the true cells among the cells that the map scores highest, so many of all (recall at a budget). Where equal values stand at the
 * end of the budget each of them counts in part.
 * @param budget share of the cells, above 0
 */
export function recallAt(scores: ArrayLike<number>, truth: ArrayLike<number>, budget: number): number | null {
  if (!bothKinds(scores, truth)) return null;
  const order = Array.from({ length: scores.length }, (_, i) => i).sort(
    (a, b) => scores[b]! - scores[a]! || 0,
  );
  let left = Math.max(1, Math.round(budget * order.length));
  let [all, found] = [0, 0];
  for (let i = 0; i < truth.length; i++) if (truth[i]) all++;
  for (let start = 0; start < order.length && left > 0;) {
    let [end, here] = [start, 0];
    while (end < order.length && scores[order[end]!] === scores[order[start]!])
      if (truth[order[end++]!]) here++;
    const taken = Math.min(left, end - start);
    found += here * (taken / (end - start));
    left -= taken;
    start = end;
  }
  return found / all;
}

/** @throws RangeError on unequal lengths, or a score that is not a number */
function bothKinds(scores: ArrayLike<number>, truth: ArrayLike<number>): boolean {
  if (scores.length !== truth.length) throw new RangeError('scores and truth must have the same length');
  let trues = 0;
  for (let i = 0; i < scores.length; i++) {
    if (Number.isNaN(scores[i])) throw new RangeError('scores must be numbers');
    if (truth[i]) trues++;
  }
  return trues > 0 && trues < truth.length;
}
