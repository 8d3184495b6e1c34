/**
 * What stands for a whole picture: the mean of its visual tokens, projected to few numbers and rounded to 8 bits. Small
 * enough to keep one for every picture and to compare with all of them while a person waits.
 */
import { seeded } from '../seeded.ts';

/** Numbers of an embedding. */
export const EMBEDDING_SIZE = 128;

/** Grows with every change of what {@link embed} gives: embeddings of different versions are never compared. */
export const EMBEDDING_VERSION = 1;

/** Of the signs of the projection. Never changed: another one is another version. */
const SEED = 0x0f0e_a128;

/** The largest whole number that a value of an embedding is rounded to. */
const MOST = 127;

/** An embedding: `scale · data` are its numbers. */
export interface Embedding {
  /** Above 0. */
  readonly scale: number;
  /** `[EMBEDDING_SIZE]`, −127 to 127. */
  readonly data: Int8Array;
}

/**
 * @param features visual tokens `[N, d]`, row-major
 * @param d numbers of a token
 * @returns null where a number is not finite or all are 0: then nothing stands for the picture
 * @throws RangeError for what is no whole number of tokens
 */
export function embed(features: Float32Array, d: number): Embedding | null {
  return quantised(projected(pooled(features, d)));
}

/** Mean of the tokens: `[N, d]` → `[d]`. Throws as {@link embed}. */
export function pooled(features: Float32Array, d: number): Float64Array {
  const tokens = features.length / d;
  if (!Number.isInteger(d) || d < 1 || !Number.isInteger(tokens) || tokens < 1)
    throw new RangeError(`${features.length} numbers are not tokens of ${d}`);
  const sum = new Float64Array(d);
  for (let at = 0; at < features.length; at += d) {
    for (let i = 0; i < d; i++) sum[i]! += features[at + i]!;
  }
  return sum.map((value) => value / tokens);
}

/**
 * `[d]` → `[EMBEDDING_SIZE]` by a matrix of ±1 ÷ √EMBEDDING_SIZE that is the same everywhere: lengths and angles stay about what
 * they were, with no knowledge of the data (D. Achlioptas, Database-friendly random projections, J. Comput. Syst. Sci. 66, 2003).
 * Of no more numbers than that, all are kept as they are, with zeros behind them.
 */
export function projected(mean: Float64Array): Float64Array {
  const out = new Float64Array(EMBEDDING_SIZE);
  if (mean.length <= EMBEDDING_SIZE) {
    out.set(mean);
    return out;
  }
  const next = seeded(SEED);
  let bits = 0;
  for (const value of mean) {
    for (let row = 0; row < EMBEDDING_SIZE; row++) {
      // A draw is 32 signs.
      if (row % 32 === 0) bits = (next() * 2 ** 32) >>> 0;
      out[row]! += bits & 1 ? value : -value;
      bits >>>= 1;
    }
  }
  const scale = 1 / Math.sqrt(EMBEDDING_SIZE);
  return out.map((value) => value * scale);
}

/** Rounded to whole numbers of the largest magnitude ÷ 127. Null as {@link embed}. */
export function quantised(values: Float64Array): Embedding | null {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!(largest > 0 && largest < Infinity)) return null;
  // What is kept as the scale is what is rounded by.
  const scale = Math.fround(largest / MOST);
  if (scale === 0) return null;
  return {
    scale,
    data: Int8Array.from(values, (value) => Math.max(-MOST, Math.min(MOST, Math.round(value / scale)))),
  };
}
