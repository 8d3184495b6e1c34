/**
 * The other test for sink tokens (METHOD §1): tokens whose hidden state, divided by its root mean square, is huge in a few
 * dimensions, the same ones whatever is shown. LLaMA-2-7B has two of them, 1415 and 2533.
 */

/** METHOD §1. No state of fewer than 400 dimensions can reach it: its largest value is the root of their number. */
export const SINK_VALUE = 20;

/** Hidden states of one sample's visual tokens, `[tokens, size]`. */
export interface HiddenStates {
  readonly rows: Float32Array;
  readonly size: number;
}

export interface SinkDimension {
  readonly dimension: number;
  /** Share of the samples in which it is that large at some visual token. */
  readonly samples: number;
  /** How many visual tokens a sample, mean over all. */
  readonly tokens: number;
}

/** Those that are large in half of the samples or more, the most frequent first; throws RangeError on rows that do not fit. */
export function sinkDimensions(samples: readonly HiddenStates[], limit = SINK_VALUE): SinkDimension[] {
  const seen = new Map<number, { samples: number; tokens: number }>();
  for (const { rows, size } of samples) {
    if (size < 1 || rows.length % size !== 0)
      throw new RangeError(`${rows.length} numbers are no rows of ${size}`);
    for (const [dimension, tokens] of largeIn(rows, size, limit)) {
      const before = seen.get(dimension) ?? { samples: 0, tokens: 0 };
      seen.set(dimension, { samples: before.samples + 1, tokens: before.tokens + tokens });
    }
  }
  const n = samples.length;
  return [...seen]
    .map(([dimension, found]) => ({ dimension, samples: found.samples / n, tokens: found.tokens / n }))
    .filter((one) => one.samples >= 0.5)
    .sort((a, b) => b.samples - a.samples || b.tokens - a.tokens || a.dimension - b.dimension);
}

/** Tokens at which each dimension is large; dimensions that never are, are not there. */
function largeIn(rows: Float32Array, size: number, limit: number): Map<number, number> {
  const found = new Map<number, number>();
  for (let from = 0; from < rows.length; from += size) {
    let squares = 0;
    for (let i = 0; i < size; i++) squares += rows[from + i]! ** 2;
    const least = limit * Math.sqrt(squares / size);
    for (let i = 0; i < size; i++) {
      if (Math.abs(rows[from + i]!) > least) found.set(i, (found.get(i) ?? 0) + 1);
    }
  }
  return found;
}
