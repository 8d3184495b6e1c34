/** How far what a model makes of rounded layers is from what it makes of them as they are stored. */

/**
 * Root of the mean over rows of |difference|² ÷ |row|². A row of zeros has no error.
 * @param exact and near, both `[rows, width]`
 * @param centred each row less its own mean first: of logits only differences count
 */
export function rowDrift(
  exact: Float32Array,
  near: Float32Array,
  width: number,
  { centred = false }: { readonly centred?: boolean } = {},
): number {
  const rows = exact.length / Math.max(1, width);
  let sum = 0;
  for (let from = 0; from < exact.length; from += width) {
    const [a, b] = [exact.subarray(from, from + width), near.subarray(from, from + width)];
    const [meanA, meanB] = centred ? [meanOf(a), meanOf(b)] : [0, 0];
    let [difference, size] = [0, 0];
    for (let i = 0; i < width; i++) {
      const value = (a[i] as number) - meanA;
      difference += ((b[i] as number) - meanB - value) ** 2;
      size += value ** 2;
    }
    if (size > 0) sum += difference / size;
  }
  const drift = Math.sqrt(sum / Math.max(1, rows));
  return Number.isFinite(drift) ? drift : Infinity;
}

function meanOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / Math.max(1, values.length);
}

/** Of the largest value, what makes a cell foreground (METHOD §2); largest: but for the cells that sinks may be. */
const FOREGROUND = 0.2;
const SINKS = 0.01;

/**
 * The share of foreground that changes: 1 less the mean over heads of the overlap (intersection ÷ union) of the cells that each
 * head's attention, summed over rows, makes foreground. By value, so that a map with few clear cells bears more than one of many
 * that are nearly alike.
 * @param exact and near, both `[heads, rows, cells]`
 */
export function labelLoss(
  exact: Float32Array,
  near: Float32Array,
  { heads, cells }: { readonly heads: number; readonly cells: number },
): number {
  const perHead = exact.length / heads;
  let sum = 0;
  for (let head = 0; head < heads; head++) {
    const [a, b] = [exact, near].map((all) =>
      foreground(all.subarray(head * perHead, (head + 1) * perHead), cells),
    ) as [Uint8Array, Uint8Array];
    let [shared, either] = [0, 0];
    for (let i = 0; i < cells; i++) {
      shared += (a[i] as number) & (b[i] as number);
      either += (a[i] as number) | (b[i] as number);
    }
    sum += either === 0 ? 1 : shared / either;
  }
  return 1 - sum / Math.max(1, heads);
}

/** 1 for the cells of `[rows, cells]` whose sum is foreground. */
function foreground(rows: Float32Array, cells: number): Uint8Array {
  const map = new Float64Array(cells);
  for (let i = 0; i < rows.length; i++) map[i % cells] = (map[i % cells] as number) + (rows[i] as number);
  const largest = map.toSorted()[cells - 1 - Math.floor(SINKS * cells)] ?? 0;
  return Uint8Array.from(map, (value) => Number(value >= FOREGROUND * largest));
}
