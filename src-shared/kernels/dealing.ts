/** Dealing samples to reviewers: each to `overlap` different ones, as evenly as it goes, by chance that can be had again. */
import { seeded, shuffled } from './seeded.ts';

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/**
 * Who gets which sample. Reviewers sit in a round and take turns, `overlap` to a sample; once all have had the same number
 * they are seated anew, so that every two of them come to share samples. Loads differ by one at most.
 * @returns for each of `count` samples the `overlap` reviewers (0…reviewers−1), none twice
 * @throws RangeError unless 1 ≤ overlap ≤ reviewers
 */
export function deal(count: number, reviewers: number, overlap: number, seed: number): number[][] {
  if (!(Number.isInteger(overlap) && overlap >= 1 && overlap <= reviewers))
    throw new RangeError('each sample goes to one reviewer at least, and to none twice');
  const random = seeded(seed ^ 0x5eed);
  const seats = (): Uint32Array => shuffled(reviewers, Math.floor(random() * 2 ** 32));
  const round = reviewers / gcd(reviewers, overlap);
  const hands: number[][] = Array.from({ length: count }, () => []);
  let seated = seats();
  shuffled(count, seed).forEach((sample, turn) => {
    if (turn > 0 && turn % round === 0) seated = seats();
    for (let k = 0; k < overlap; k++) hands[sample]!.push(seated[(turn * overlap + k) % reviewers]!);
  });
  return hands;
}
