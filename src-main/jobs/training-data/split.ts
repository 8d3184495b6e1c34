/**
 * Which samples are held out. Groups of pictures are drawn whole, by the seed and the group's number alone, so that the same
 * seed draws the same ones and a sample that comes later moves none of the others far.
 */
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { TrainingKind } from '../../../src-shared/contract/training.ts';
import { seeded } from '../../../src-shared/kernels/seeded.ts';

/** What a person said last is the rarest and measures best: a group counts by the best of its samples. */
const RANK: Readonly<Record<TrainingKind, number>> = { pseudo: 0, accepted: 1, corrected: 2 };

interface Group {
  readonly id: number;
  /** Where it comes in the drawing, 0 to 1. */
  readonly place: number;
  size: number;
  rank: number;
}

/**
 * The groups to hold out: of those with a corrected sample, of those with an accepted one, and of the rest the same share of
 * samples as nearly as whole groups allow; of the corrected ones at least one group where there are two.
 * @param samples group and kind of each
 * @returns numbers of groups; at least one, and not all
 * @throws FoveaError `bad_input` when there are not two groups
 */
export function heldOutGroups(
  samples: Iterable<{ readonly group: number; readonly kind: TrainingKind }>,
  share: number,
  seed: number,
): Set<number> {
  const placeOf = places(seed);
  const groups = new Map<number, Group>();
  let count = 0;
  for (const { group, kind } of samples) {
    count++;
    const found = groups.get(group);
    if (!found) groups.set(group, { id: group, place: placeOf(group), size: 1, rank: RANK[kind] });
    else {
      found.size++;
      found.rank = Math.max(found.rank, RANK[kind]);
    }
  }
  if (groups.size < 2) throw oneGroup(count);
  const order = [...groups.values()].sort((a, b) => a.place - b.place || a.id - b.id);
  const held = new Set<number>();
  for (const rank of Object.values(RANK)) {
    const stratum = order.filter((group) => group.rank === rank);
    for (const id of nearest(stratum, share, rank === RANK.corrected)) held.add(id);
  }
  // Small sets: one group each at least, the smallest ones, of those that measure best.
  const [first] = order.toSorted((a, b) => b.rank - a.rank || a.size - b.size);
  if (held.size === 0) held.add(first!.id);
  if (held.size === groups.size) held.delete(order.toSorted((a, b) => b.size - a.size)[0]!.id);
  return held;
}

/** The first groups that bring their samples' number nearer to the share. */
function nearest(stratum: readonly Group[], share: number, atLeastOne: boolean): number[] {
  const wanted = share * stratum.reduce((sum, { size }) => sum + size, 0);
  const taken: number[] = [];
  let held = 0;
  for (const { id, size } of stratum) {
    if (Math.abs(held + size - wanted) >= Math.abs(held - wanted)) continue;
    taken.push(id);
    held += size;
  }
  if (taken.length > 0 || !atLeastOne || stratum.length < 2) return taken;
  const least = Math.min(...stratum.map(({ size }) => size));
  return [stratum.find(({ size }) => size === least)!.id];
}

/** A number in [0, 1) that the seed and the group's number alone decide. */
function places(seed: number): (group: number) => number {
  const salt = Math.floor(seeded(seed)() * 2 ** 32);
  // Neighbouring numbers are spread over all 32 bits first (the golden ratio's).
  return (group) => seeded(Math.imul(group, 0x9e3779b1) ^ salt)();
}

function oneGroup(samples: number): FoveaError {
  return new FoveaError(
    'bad_input',
    samples === 1
      ? 'there is one sample to learn from: none can be held out to measure with'
      : `all ${counted(samples, 'sample')} to learn from are about one picture, or pictures that look the same: none can be held out`,
    {
      next: 'Review samples of other pictures, or train without a held-out part, which then measures nothing',
    },
  );
}
