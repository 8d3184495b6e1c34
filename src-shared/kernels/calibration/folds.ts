/** Samples dealt into folds, none of whose pictures is in two of them. */
import { seeded } from '../seeded.ts';

/**
 * The fold of each sample, 0…count−1: pictures in a random order, each to the fold that has the fewest samples. The same
 * seed gives the same folds. Fewer pictures than folds leave folds empty.
 */
export function foldsOf(pictures: readonly number[], count: number, seed: number): Int32Array {
  const groups = [...Map.groupBy(pictures.keys(), (i) => pictures[i]!).values()];
  const random = seeded(seed);
  const order = groups.map((group) => ({ group, key: random() })).sort((a, b) => a.key - b.key);
  const sizes = new Int32Array(count);
  const folds = new Int32Array(pictures.length);
  for (const { group } of order) {
    const fold = sizes.indexOf(Math.min(...sizes));
    for (const i of group) folds[i] = fold;
    sizes[fold]! += group.length;
  }
  return folds;
}

/** As many samples again, whole pictures drawn with replacement; indices of samples. */
export function resampled(pictures: readonly number[], random: () => number): number[] {
  const groups = [...Map.groupBy(pictures.keys(), (i) => pictures[i]!).values()];
  return groups.flatMap(() => groups[Math.floor(random() * groups.length)]!);
}
