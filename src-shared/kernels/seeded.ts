/** Chance that can be had again: what a seed gives is the same in every process, on every machine. */

/**
 * Numbers in [0, 1) from a 32-bit seed: the generator known as mulberry32 (T. Ettinger, public domain), one 32-bit state.
 * For drawing samples, not for secrets.
 */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The numbers 0…count−1 in a random order (Fisher and Yates). */
export function shuffled(count: number, seed: number): Uint32Array {
  const random = seeded(seed);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
