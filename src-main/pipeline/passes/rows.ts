/**
 * Attention rows gathered over several feeds: while an answer is decoded each fed token gives one row per head. Their
 * mean over rows and heads is a map (METHOD §1). Axes: `[heads, rows, keys]`, keys being the visual tokens.
 */
import type { HeadSet } from '../../../src-shared/contract/preset.ts';
import type { TappedRows } from '../ports.ts';

type Heads = TappedRows['heads'];

export class RowStore {
  readonly #feeds: (readonly TappedRows[])[] = [];
  #rows = 0;

  add(taps: readonly TappedRows[]): void {
    const first = taps[0];
    if (!first) return;
    this.#feeds.push(taps);
    this.#rows += first.rows;
  }

  /** Query rows gathered so far. */
  get count(): number {
    return this.#rows;
  }

  /** All rows of each layer in the order they were fed. */
  layers(): TappedRows[] {
    return (this.#feeds[0] ?? []).map((first, i) => {
      const parts = this.#feeds.map((feed) => feed[i] as TappedRows);
      return parts.length === 1 ? first : join(first.layer, first.heads, first.keys, parts);
    });
  }
}

function join(layer: number, heads: Heads, keys: number, parts: readonly TappedRows[]): TappedRows {
  const rows = parts.reduce((n, part) => n + part.rows, 0);
  const data = new Float32Array(heads.length * rows * keys);
  let row = 0;
  for (const part of parts) {
    for (let head = 0; head < heads.length; head++) {
      const from = head * part.rows * keys;
      data.set(part.data.subarray(from, from + part.rows * keys), (head * rows + row) * keys);
    }
    row += part.rows;
  }
  return { layer, heads, rows, keys, data };
}

/** Rows `[start, end)` of every layer; negative counts from the end. */
export function sliceRows(taps: readonly TappedRows[], start: number, end?: number): TappedRows[] {
  return taps.map(({ layer, heads, rows, keys, data }) => {
    const from = start < 0 ? rows + start : start;
    const count = (end ?? rows) - from;
    const out = new Float32Array(heads.length * count * keys);
    for (let head = 0; head < heads.length; head++) {
      const at = (head * rows + from) * keys;
      out.set(data.subarray(at, at + count * keys), head * count * keys);
    }
    return { layer, heads, rows: count, keys, data: out };
  });
}

/** One tap per layer that covers every set: heads united, ascending. */
export function uniteHeads(
  sets: readonly HeadSet[],
  headCount: number,
): { layer: number; heads: number[] }[] {
  const byLayer = new Map<number, Set<number>>();
  for (const { layer, heads } of sets) {
    const list = heads === 'all' ? Array.from({ length: headCount }, (_, i) => i) : heads;
    byLayer.set(layer, new Set([...(byLayer.get(layer) ?? []), ...list]));
  }
  return [...byLayer]
    .sort(([a], [b]) => a - b)
    .map(([layer, heads]) => ({ layer, heads: [...heads].sort((a, b) => a - b) }));
}
