import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST_BITS, nearDuplicates } from '../../../src-shared/kernels/pictures/near-duplicates.ts';
import { seeded } from '../../support/numbers.ts';

/** Hashes in clusters: some near one another, some by way of a third, some the same. */
function clustered(count: number, seed: number): Uint32Array {
  const random = seeded(seed);
  const word = (): number => Math.floor(random() * 2 ** 32);
  const hashes = new Uint32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const from = i === 0 || random() < 0.3 ? null : Math.floor(random() * i);
    hashes[2 * i] = from === null ? word() : hashes[2 * from]!;
    hashes[2 * i + 1] = from === null ? word() : hashes[2 * from + 1]!;
    if (from === null) continue;
    for (let flips = Math.floor(random() * 14); flips > 0; flips--) {
      const bit = Math.floor(random() * 64);
      hashes[2 * i + (bit >> 5)]! ^= 1 << (bit & 31);
    }
  }
  return hashes;
}

function distance(hashes: Uint32Array, a: number, b: number): number {
  const bits = (word: number): number => (word >>> 0).toString(2).replaceAll('0', '').length;
  return bits(hashes[2 * a]! ^ hashes[2 * b]!) + bits(hashes[2 * a + 1]! ^ hashes[2 * b + 1]!);
}

/** The smallest index that each is linked with, found by comparing each with each until nothing changes. */
function byComparing(hashes: Uint32Array, most: number): Int32Array {
  const groups = new Int32Array(hashes.length / 2).map((_, i) => i);
  for (let changed = true; changed;) {
    changed = false;
    for (let a = 0; a < groups.length; a++) {
      for (let b = 0; b < a; b++) {
        if (groups[a] === groups[b] || distance(hashes, a, b) > most) continue;
        const least = Math.min(groups[a]!, groups[b]!);
        groups[a] = groups[b] = least;
        changed = true;
      }
    }
  }
  return groups;
}

test('[P3] groups are those of comparing each with each', () => {
  for (const [seed, bits] of [0, 1, 3, 6, 8, MOST_BITS].entries()) {
    const hashes = clustered(60, seed + 1);
    const expected = byComparing(hashes, bits);
    for (const compareUpTo of [0, 100]) {
      assert.deepEqual(nearDuplicates(hashes, bits, compareUpTo), expected, `${bits} bits`);
    }
  }
});

test('[P3] the same hash is one group at 0 bits, and nothing is a group of its own; what is no hash is refused', () => {
  assert.deepEqual([...nearDuplicates(Uint32Array.of(7, 1, 7, 0, 7, 1), 0)], [0, 1, 0]);
  assert.deepEqual([...nearDuplicates(new Uint32Array(0), 8)], []);
  for (const bits of [-1, 0.5, MOST_BITS + 1])
    assert.throws(() => nearDuplicates(new Uint32Array(2), bits), RangeError);
  assert.throws(() => nearDuplicates(new Uint32Array(3), 8), RangeError);
});
