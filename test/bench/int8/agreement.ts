/** How often two models choose the same next token, by how sure the first one is. */

/** Upper ends of the bins of the margin: log p of the likeliest token less that of the second; natural logarithm. */
export const MARGINS = [0.05, 0.1, 0.2, 0.5, Infinity] as const;

export interface MarginBin {
  /** The margin is below this, and not below the bin's before. */
  readonly below: number;
  readonly tokens: number;
  readonly agree: number;
}

export class Agreement {
  readonly #counts = MARGINS.map(() => ({ tokens: 0, agree: 0 }));

  /** @param exact and other: logits `[S, V]` of the same rows */
  add(exact: Float32Array, other: Float32Array, vocabulary: number): void {
    for (let at = 0; at < exact.length; at += vocabulary) {
      const { best, margin } = likeliest(exact.subarray(at, at + vocabulary));
      const same = likeliest(other.subarray(at, at + vocabulary)).best === best;
      const bin = this.#counts[MARGINS.findIndex((end) => margin < end)];
      if (!bin) throw new Error(`a margin of ${margin}`);
      bin.tokens++;
      bin.agree += Number(same);
    }
  }

  get bins(): MarginBin[] {
    return this.#counts.map((count, i) => ({ ...count, below: MARGINS[i] ?? Infinity }));
  }
}

function likeliest(logits: Float32Array): { best: number; margin: number } {
  let best = 0;
  let [first, second] = [-Infinity, -Infinity];
  for (const [i, value] of logits.entries()) {
    if (value > first) [best, second, first] = [i, first, value];
    else if (value > second) second = value;
  }
  return { best, margin: first - second };
}
