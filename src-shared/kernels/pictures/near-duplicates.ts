/**
 * Groups of pictures whose hashes differ in few bits, without comparing each with each: of three parts of a hash one at
 * least differs in a third of the bits allowed, so only hashes that nearly share a part are compared (multi-index hashing;
 * M. Norouzi, A. Punjani, D. J. Fleet, CVPR 2012).
 */
import { groupOf, link } from '../linked.ts';

/** More bits would leave too much to look up; pictures that differ in more have little in common. */
export const MOST_BITS = 11;

/** Word (0: the first 32 bits), place of the lowest bit there, and width of each part; the last lies in both words. */
const PARTS = [
  { width: 22, of: (hi: number, _lo: number): number => hi >>> 10 },
  { width: 21, of: (_hi: number, lo: number): number => lo & 0x1fffff },
  { width: 21, of: (hi: number, lo: number): number => ((hi & 0x3ff) << 11) | (lo >>> 21) },
] as const;

/**
 * The group of each hash: hashes that differ in at most `bits` bits are in one, and so is what is linked by others.
 * @param hashes two 32-bit words for each, the more significant one first
 * @param compareUpTo so many distinct hashes are simply compared with each other: the tables of the other way cost more
 * @returns for each the smallest index in its group
 * @throws RangeError for half a hash, and for `bits` that are no whole number from 0 to 11
 */
export function nearDuplicates(hashes: Uint32Array, bits: number, compareUpTo = 3000): Int32Array {
  if (hashes.length % 2) throw new RangeError('a hash is two words');
  if (!Number.isInteger(bits) || bits < 0 || bits > MOST_BITS) {
    throw new RangeError(`bits must be a whole number from 0 to ${MOST_BITS}, got ${bits}`);
  }
  const count = hashes.length / 2;
  const groups = new Int32Array(count).map((_, i) => i);
  const order = new Int32Array(count).map((_, i) => i);
  order.sort((a, b) => hashes[2 * a]! - hashes[2 * b]! || hashes[2 * a + 1]! - hashes[2 * b + 1]! || a - b);
  // Equal hashes are one from here on, however many there are.
  const distinct: number[] = [];
  let last = -1;
  for (const i of order) {
    if (last >= 0 && hashes[2 * last] === hashes[2 * i] && hashes[2 * last + 1] === hashes[2 * i + 1]) {
      link(groups, last, i);
    } else {
      distinct.push(i);
      last = i;
    }
  }
  if (bits === 0) return groups.map((_, i) => groupOf(groups, i));
  const left = Int32Array.from(distinct);
  if (left.length <= compareUpTo) linkEach(hashes, left, bits, groups);
  else for (const part of PARTS) linkByPart(hashes, left, part, bits, groups);
  return groups.map((_, i) => groupOf(groups, i));
}

function linkEach(hashes: Uint32Array, distinct: Int32Array, bits: number, groups: Int32Array): void {
  for (const [at, i] of distinct.entries()) {
    for (const j of distinct.subarray(at + 1)) {
      const far = ones(hashes[2 * i]! ^ hashes[2 * j]!) + ones(hashes[2 * i + 1]! ^ hashes[2 * j + 1]!);
      if (far <= bits) link(groups, i, j);
    }
  }
}

function linkByPart(
  hashes: Uint32Array,
  distinct: Int32Array,
  { width, of }: (typeof PARTS)[number],
  bits: number,
  groups: Int32Array,
): void {
  const keyOf = (i: number): number => of(hashes[2 * i]!, hashes[2 * i + 1]!);
  // A table of where each value's hashes begin, and the hashes in the order of their values.
  const begins = new Int32Array((1 << width) + 1);
  for (const i of distinct) begins[keyOf(i) + 1]!++;
  for (let key = 0; key < 1 << width; key++) begins[key + 1]! += begins[key]!;
  const next = begins.slice();
  const sorted = new Int32Array(distinct.length);
  for (const i of distinct) sorted[next[keyOf(i)]!++] = i;
  const keys = sorted.map(keyOf);
  const [his, los] = [sorted.map((i) => hashes[2 * i]!), sorted.map((i) => hashes[2 * i + 1]!)];
  // Value by value under one mask after the other: what is looked up lies together, which memory likes.
  for (const mask of masksOf(width, Math.floor(bits / PARTS.length))) {
    const highest = mask === 0 ? 0 : 1 << (31 - Math.clz32(mask));
    for (let a = 0; a < sorted.length; a++) {
      const key = keys[a]!;
      // Each pair of values once, from the smaller one.
      if ((key & highest) !== 0) continue;
      const to = begins[(key ^ mask) + 1]!;
      for (let b = mask === 0 ? a + 1 : begins[key ^ mask]!; b < to; b++) {
        if (ones(his[a]! ^ his[b]!) + ones(los[a]! ^ los[b]!) <= bits) link(groups, sorted[a]!, sorted[b]!);
      }
    }
  }
}

/** All numbers of `width` bits with at most `most` ones. */
function masksOf(width: number, most: number): Int32Array {
  const masks = [0];
  const add = (mask: number, from: number, left: number): void => {
    for (let bit = from; bit < width && left > 0; bit++) {
      masks.push(mask | (1 << bit));
      add(mask | (1 << bit), bit + 1, left - 1);
    }
  };
  add(0, 0, most);
  return Int32Array.from(masks);
}

/** How many bits of a 32-bit word are set. */
function ones(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
