/**
 * Groups dealt out to splits: whole, so that nothing of one group is in two splits; each stratum by the same shares; by a
 * seed, so that the same groups are dealt alike in every process. Pure: what a group is, is its caller's.
 */
import { shuffled } from './seeded.ts';

export interface SplitGroup {
  /** How many samples it has. */
  readonly size: number;
  /** What is to be as frequent in each split. */
  readonly stratum: string;
}

/**
 * Each group's split, as its place in `shares`. Within a stratum a group goes, in the seed's order, where most is missing of
 * what the shares want there; where strata are too small for that, to what the whole lacks most.
 * @param shares of each split, not negative; what they come to together is everything
 */
export function splitGroups(
  groups: readonly SplitGroup[],
  shares: readonly number[],
  seed: number,
): Int32Array {
  const sum = shares.reduce((total, share) => total + share, 0);
  if (!(sum > 0) || shares.some((share) => share < 0)) throw new RangeError('shares must come to something');
  const given = new Int32Array(groups.length);
  const whole = shares.map(() => 0);
  let dealt = 0;
  const order = shuffled(groups.length, seed);
  const strata = new Map<string, number[]>();
  for (const at of order) {
    const { stratum } = groups[at]!;
    const known = strata.get(stratum);
    if (known) known.push(at);
    else strata.set(stratum, [at]);
  }
  for (const name of [...strata.keys()].sort()) {
    const inside = shares.map(() => 0);
    let seen = 0;
    for (const at of strata.get(name)!) {
      const { size } = groups[at]!;
      seen += size;
      dealt += size;
      const missing = shares.map((share, i) => {
        if (share === 0) return -Infinity;
        // What the whole lacks decides between splits that lack the same here.
        return (share / sum) * seen - inside[i]! + ((share / sum) * dealt - whole[i]!) * 0.5;
      });
      const to = missing.indexOf(Math.max(...missing));
      given[at] = to;
      inside[to]! += size;
      whole[to]! += size;
    }
  }
  return given;
}
