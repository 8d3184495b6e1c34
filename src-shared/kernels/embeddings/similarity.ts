/**
 * How alike two pictures are by their embeddings: the cosine of the angle between them, seen from the middle of all. What
 * every picture has in common makes plain cosines of one encoder's pictures all nearly 1; from the middle they tell.
 */
import { EMBEDDING_SIZE } from './embed.ts';

/** Embeddings of one encoder. */
export interface EmbeddingSet {
  readonly count: number;
  /** `[count, EMBEDDING_SIZE]` */
  readonly data: Int8Array;
  /** `[count]`, above 0. */
  readonly scales: Float32Array;
}

/** Of fewer the middle says little: two would be opposite to each other, however alike. Their plain cosines are taken. */
export const CENTRED_FROM = 8;

/** Shorter than this share of the middle's length is the middle itself. */
const NOTHING = 1e-6;

/** A set with what each comparison needs of its rows. */
export interface CentredSet extends EmbeddingSet {
  /** `[EMBEDDING_SIZE]`; zeros for fewer than {@link CENTRED_FROM}. */
  readonly mean: Float64Array;
  /** Square of its length. */
  readonly meanSquare: number;
  /** Product of each row and the mean. */
  readonly along: Float64Array;
  /** Length of each row less the mean; 0 where nothing is left. */
  readonly lengths: Float64Array;
}

export function centred(set: EmbeddingSet): CentredSet {
  const { count, data, scales } = set;
  const mean = new Float64Array(EMBEDDING_SIZE);
  if (count >= CENTRED_FROM) {
    for (let row = 0; row < count; row++) {
      const [at, scale] = [row * EMBEDDING_SIZE, scales[row]!];
      for (let i = 0; i < EMBEDDING_SIZE; i++) mean[i]! += scale * data[at + i]!;
    }
    for (let i = 0; i < EMBEDDING_SIZE; i++) mean[i]! /= count;
  }
  const meanSquare = mean.reduce((sum, value) => sum + value * value, 0);
  const along = new Float64Array(count);
  const lengths = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const [at, scale] = [row * EMBEDDING_SIZE, scales[row]!];
    let [product, square] = [0, 0];
    for (let i = 0; i < EMBEDDING_SIZE; i++) {
      const value = scale * data[at + i]!;
      product += value * mean[i]!;
      square += (value - mean[i]!) ** 2;
    }
    along[row] = product;
    const length = Math.sqrt(square);
    lengths[row] = length <= NOTHING * Math.sqrt(meanSquare) ? 0 : length;
  }
  return { ...set, mean, meanSquare, along, lengths };
}

/**
 * Similarity of two rows, −1 to 1 and the same in both directions: 1 for equal ones. Where one is the middle itself it is 1 with
 * another such one, else 0.
 */
export function similarity(set: CentredSet, a: number, b: number): number {
  return fromProduct(set, a, b, productOf(set.data, a, b));
}

/** Similarity of one row and every row, `[count]`; a pass over all of them. */
export function similarities(set: CentredSet, of: number): Float32Array {
  const { count, data } = set;
  const found = new Float32Array(count);
  for (let row = 0; row < count; row++) found[row] = fromProduct(set, of, row, productOf(data, of, row));
  return found;
}

/** Of the whole numbers: at most 128 · 127², which fits into 32 bits. */
function productOf(data: Int8Array, a: number, b: number): number {
  let [i, j] = [a * EMBEDDING_SIZE, b * EMBEDDING_SIZE];
  const end = i + EMBEDDING_SIZE;
  let sum = 0;
  for (; i < end; i += 4, j += 4) {
    sum +=
      data[i]! * data[j]! +
      data[i + 1]! * data[j + 1]! +
      data[i + 2]! * data[j + 2]! +
      data[i + 3]! * data[j + 3]!;
  }
  return sum;
}

function fromProduct(
  { scales, along, lengths, meanSquare }: CentredSet,
  a: number,
  b: number,
  product: number,
): number {
  const length = lengths[a]! * lengths[b]!;
  if (length === 0) return lengths[a] === lengths[b] ? 1 : 0;
  const centredProduct = scales[a]! * scales[b]! * product - along[a]! - along[b]! + meanSquare;
  return Math.max(-1, Math.min(1, centredProduct / length));
}

/** The rows as directions from the middle, `[count, EMBEDDING_SIZE]`, each of length 1, or 0 where nothing is left. */
export function directions({ count, data, scales, mean, lengths }: CentredSet): Float32Array {
  const out = new Float32Array(count * EMBEDDING_SIZE);
  for (let row = 0; row < count; row++) {
    if (lengths[row] === 0) continue;
    const [at, scale, length] = [row * EMBEDDING_SIZE, scales[row]!, lengths[row]!];
    for (let i = 0; i < EMBEDDING_SIZE; i++) out[at + i] = (scale * data[at + i]! - mean[i]!) / length;
  }
  return out;
}
