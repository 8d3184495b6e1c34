/**
 * What looking at a random part says about the whole. One-sided, exact for draws with replacement (Clopper and Pearson,
 * Biometrika 26, 1934) and so on the safe side for draws without, which is what an audit does.
 */

export const CONFIDENCE = 0.95;

/**
 * How many to look at so that none wrong means at most `target` wrong with 95% confidence: the rule of three, 3/target
 * (Hanley and Lippman-Hand, JAMA 249, 1983; −ln 0.05 = 2.9957), or all when there are fewer.
 */
export function auditSize(population: number, target: number): number {
  if (!(target > 0 && target < 1)) throw new RangeError(`target must be between 0 and 1, got ${target}`);
  return Math.min(population, Math.ceil(3 / target - 1e-9));
}

/**
 * The largest share of wrong ones that `wrong` of `looked` is compatible with, at 95% confidence. Everything looked at:
 * the share itself. Nothing looked at: 1.
 */
export function wrongAtMost(wrong: number, looked: number, population: number): number {
  if (looked >= population) return population === 0 ? 0 : wrong / population;
  if (looked === 0 || wrong >= looked) return 1;
  if (wrong === 0) return 1 - (1 - CONFIDENCE) ** (1 / looked);
  // The share at which so few wrong ones would be a 1 in 20 surprise; the chance falls as the share grows.
  let low = wrong / looked;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (chanceOfAtMost(wrong, looked, middle) > 1 - CONFIDENCE) low = middle;
    else high = middle;
  }
  return high;
}

/** P(X ≤ k) of a binomial with n tries; in logarithms, so that a thousand tries do not underflow. */
function chanceOfAtMost(k: number, n: number, share: number): number {
  if (share >= 1) return k >= n ? 1 : 0;
  let term = n * Math.log1p(-share);
  let sum = Math.exp(term);
  for (let i = 1; i <= k; i++) {
    term += Math.log((n - i + 1) / i) + Math.log(share) - Math.log1p(-share);
    sum += Math.exp(term);
  }
  return Math.min(1, sum);
}
