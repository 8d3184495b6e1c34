/**
 * How far reviewers agree beyond chance, each with a 95% interval. Cohen's kappa for two (J. Cohen, Educational and Psychological
 * Measurement 20, 1960), Fleiss' for as many as each item has (J. Fleiss, Psychological Bulletin 76, 1971). The interval is
 * kappa ± 1.96 standard errors by the delta method over units: for units of one rating it is the large-sample variance of
 * J. Fleiss, J. Cohen, B. Everitt (Psychological Bulletin 72, 1969); units of many ratings (the cells of one label) are kept
 * together, since they are no independent samples.
 */

export interface Estimate {
  readonly value: number;
  /** Ends of the 95% interval, inside what the value can be. */
  readonly low: number;
  readonly high: number;
}

/** The 97.5th percentile of the normal distribution. */
const Z = 1.959963984540054;

/**
 * @param units of each, how often the first said i and the second j at [i·k + j], `k` categories
 * @returns null without a rating, and where chance alone would agree always (one category)
 * @throws RangeError on a unit of another size
 */
export function cohenKappa(units: readonly ArrayLike<number>[], k: number): Estimate | null {
  const sums = new Float64Array(k * k);
  for (const unit of units) {
    if (unit.length !== k * k) throw new RangeError(`a unit has ${unit.length} counts, not ${k * k}`);
    for (let at = 0; at < sums.length; at++) sums[at]! += unit[at]!;
  }
  const total = sums.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const { trace, rows, columns } = margins(sums, k);
  const observed = trace / total;
  const row = rows.map((count) => count / total);
  const column = columns.map((count) => count / total);
  const chance = row.reduce((sum, share, i) => sum + share * column[i]!, 0);
  if (1 - chance < 1e-12) return null;
  let variance = 0;
  for (const unit of units) {
    const own = margins(unit, k);
    const weight = own.rows.reduce((sum, count) => sum + count, 0);
    const dObserved = (own.trace - observed * weight) / total;
    let dChance = 0;
    for (let i = 0; i < k; i++) {
      dChance +=
        ((own.rows[i]! - row[i]! * weight) * column[i]! + (own.columns[i]! - column[i]! * weight) * row[i]!) /
        total;
    }
    variance += slope(observed, chance, dObserved, dChance) ** 2;
  }
  return within((observed - chance) / (1 - chance), variance);
}

/** Ratings of one unit that Fleiss' kappa needs of it. */
export interface RatedUnit {
  /** Items in it: one decision, or the cells of one label. */
  readonly items: number;
  /** Sum over its items of the share of rater pairs that agree. */
  readonly agreement: number;
  /** How often each category was given, over all items and raters. */
  readonly counts: ArrayLike<number>;
}

/**
 * @param raters of every item
 * @returns null without an item, and where only one category was given
 * @throws RangeError below two raters
 */
export function fleissKappa(units: readonly RatedUnit[], raters: number): Estimate | null {
  if (raters < 2) throw new RangeError('agreement needs two raters');
  const items = units.reduce((sum, unit) => sum + unit.items, 0);
  if (items === 0) return null;
  const k = units[0]!.counts.length;
  const share = new Float64Array(k);
  let observed = 0;
  for (const unit of units) {
    observed += unit.agreement / items;
    for (let j = 0; j < k; j++) share[j]! += unit.counts[j]! / (items * raters);
  }
  const chance = share.reduce((sum, p) => sum + p * p, 0);
  if (1 - chance < 1e-12) return null;
  let variance = 0;
  for (const unit of units) {
    const dObserved = (unit.agreement - observed * unit.items) / items;
    let dChance = 0;
    for (let j = 0; j < k; j++)
      dChance += (2 * share[j]! * (unit.counts[j]! / raters - share[j]! * unit.items)) / items;
    variance += slope(observed, chance, dObserved, dChance) ** 2;
  }
  return within((observed - chance) / (1 - chance), variance);
}

/** Share of pairs of raters that gave one item the same category. @param counts how often each was given, two or more in all */
export function pairsAgreeing(counts: ArrayLike<number>): number {
  let [all, same] = [0, 0];
  for (let j = 0; j < counts.length; j++) {
    all += counts[j]!;
    same += counts[j]! * (counts[j]! - 1);
  }
  return same / (all * (all - 1));
}

/** Mean of shares (0 to 1) with the interval of its standard error; null without a value, ends are the value with one. */
export function meanShare(values: readonly number[]): Estimate | null {
  const n = values.length;
  if (n === 0) return null;
  const value = values.reduce((sum, one) => sum + one, 0) / n;
  const spread = values.reduce((sum, one) => sum + (one - value) ** 2, 0);
  const error = n > 1 ? Math.sqrt(spread / (n - 1) / n) : 0;
  return { value, low: Math.max(0, value - Z * error), high: Math.min(1, value + Z * error) };
}

/** How kappa moves with a unit's share in what was observed and what chance gives. */
function slope(observed: number, chance: number, dObserved: number, dChance: number): number {
  return (dObserved * (1 - chance) - dChance * (1 - observed)) / (1 - chance) ** 2;
}

function within(value: number, variance: number): Estimate {
  const half = Z * Math.sqrt(variance);
  return { value, low: Math.max(-1, value - half), high: Math.min(1, value + half) };
}

function margins(counts: ArrayLike<number>, k: number): { trace: number; rows: number[]; columns: number[] } {
  const rows = new Array<number>(k).fill(0);
  const columns = new Array<number>(k).fill(0);
  let trace = 0;
  for (let i = 0; i < k; i++) {
    trace += counts[i * k + i]!;
    for (let j = 0; j < k; j++) {
      rows[i]! += counts[i * k + j]!;
      columns[j]! += counts[i * k + j]!;
    }
  }
  return { trace, rows, columns };
}
