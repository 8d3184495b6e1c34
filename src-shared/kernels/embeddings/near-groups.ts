/**
 * Groups of embeddings that are nearly the same, without comparing each with each: directions that are so alike are near
 * each other along every axis, so along the axis of most variance only neighbours are looked at, and of those most are told
 * apart by the next few axes.
 */
import { groupOf, link } from '../linked.ts';
import { EMBEDDING_SIZE } from './embed.ts';
import { alongAxes, principalAxes } from './principal.ts';
import { type CentredSet, directions, similarity } from './similarity.ts';

export interface NearGroups {
  /** For each row the smallest row of its group. */
  readonly groups: Int32Array;
  /** Similarity of each row to the row most like it; NaN where none is within `floor`. */
  readonly nearest: Float32Array;
}

/** Below this nothing is "nearly the same", and every pair would have to be compared. */
export const LEAST_THRESHOLD = 0.5;

/** From here on a row's nearest is near enough to know. */
const EQUAL = 0.9999;
/** Axes by which most pairs are told apart. They lie together: nothing else of those rows is read. */
const FIRST = 8;
/** What float32 may be wrong by: what is left is compared exactly. */
const SLACK = 1e-4;
const ROWS_BETWEEN = 256;

/**
 * Rows whose similarity is at least `threshold` are in one group, and so is what others link.
 * @param floor nearest rows are looked for down to this similarity, at most `threshold`
 * @param between called between rows with how many are done; what it throws ends the search
 * @throws RangeError for thresholds out of order, or not in [{@link LEAST_THRESHOLD}, 1]
 */
export function nearGroups(
  set: CentredSet,
  threshold: number,
  floor = threshold,
  between: (done: number) => void = () => undefined,
): NearGroups {
  if (!(floor >= LEAST_THRESHOLD && floor <= threshold && threshold <= 1))
    throw new RangeError(`not ${LEAST_THRESHOLD} ≤ ${floor} ≤ ${threshold} ≤ 1`);
  const { count } = set;
  const groups = Int32Array.from({ length: count }, (_, i) => i);
  const nearest = new Float32Array(count).fill(NaN);
  if (count < 2) return { groups, nearest };
  const rows = directions(set);
  const turned = alongAxes(rows, principalAxes(rows, EMBEDDING_SIZE), EMBEDDING_SIZE);
  const order = Int32Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => turned[a * EMBEDDING_SIZE]! - turned[b * EMBEDDING_SIZE]! || a - b,
  );
  const first = new Float32Array(count * FIRST);
  for (const [at, row] of order.entries()) {
    const begin = row * EMBEDDING_SIZE;
    first.set(turned.subarray(begin, begin + FIRST), at * FIRST);
  }
  // Of two directions whose cosine is c the distance is √(2 − 2c).
  const square = 2 - 2 * floor + SLACK;
  const reach = Math.sqrt(square);
  const compare = (a: number, b: number): void => {
    if (!within(turned, a, b, square)) return;
    if (nearest[a]! >= EQUAL && nearest[b]! >= EQUAL && groupOf(groups, a) === groupOf(groups, b)) return;
    const found = similarity(set, a, b);
    if (found < floor) return;
    if (!(nearest[a]! >= found)) nearest[a] = found;
    if (!(nearest[b]! >= found)) nearest[b] = found;
    if (found >= threshold) link(groups, a, b);
  };
  for (let i = 0; i < count; i++) {
    if (i % ROWS_BETWEEN === 0) between(i);
    const at = i * FIRST;
    const [x0, x1, x2, x3] = [first[at]!, first[at + 1]!, first[at + 2]!, first[at + 3]!];
    const [x4, x5, x6, x7] = [first[at + 4]!, first[at + 5]!, first[at + 6]!, first[at + 7]!];
    for (let j = i + 1, to = at + FIRST; j < count; j++, to += FIRST) {
      const d0 = first[to]! - x0;
      if (d0 > reach) break;
      const d1 = first[to + 1]! - x1;
      const d2 = first[to + 2]! - x2;
      const d3 = first[to + 3]! - x3;
      const half = d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3;
      if (half > square) continue;
      const d4 = first[to + 4]! - x4;
      const d5 = first[to + 5]! - x5;
      const d6 = first[to + 6]! - x6;
      const d7 = first[to + 7]! - x7;
      if (half + d4 * d4 + d5 * d5 + d6 * d6 + d7 * d7 <= square) compare(order[i]!, order[j]!);
    }
  }
  between(count);
  for (let row = 0; row < count; row++) groups[row] = groupOf(groups, row);
  return { groups, nearest };
}

/** Whether two rows lie within a distance, given by its square. */
function within(rows: Float32Array, i: number, j: number, square: number): boolean {
  const [a, b] = [i * EMBEDDING_SIZE, j * EMBEDDING_SIZE];
  let sum = 0;
  for (let at = 0; at < EMBEDDING_SIZE && sum <= square; at += 16) {
    for (let k = at; k < at + 16; k++) sum += (rows[a + k]! - rows[b + k]!) ** 2;
  }
  return sum <= square;
}
