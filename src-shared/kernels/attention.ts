/**
 * Attention rows to maps (METHOD §1): mean over the kept query rows, then over the chosen heads. Sums are float64.
 */

/** Rows of one layer as tapped: softmax over all keys, sliced to the visual tokens; `[heads, rows, keys]`. */
export interface AttentionRows {
  readonly layer: number;
  /** Head numbers, in the order of the first axis of `data`. */
  readonly heads: readonly number[];
  readonly rows: number;
  readonly keys: number;
  readonly data: Float32Array;
}

/** Heads of one layer to average over. */
export interface HeadPick {
  readonly layer: number;
  readonly heads: readonly number[] | 'all';
}

/** Mean over rows of one head (its index on the first axis), `[keys]`. Throws RangeError without rows. */
export function headMap(tap: AttentionRows, headIndex: number): Float64Array {
  if (tap.rows < 1) throw new RangeError('there are no attention rows to average (empty answer)');
  if (tap.data.length !== tap.heads.length * tap.rows * tap.keys) {
    throw new RangeError(
      `layer ${tap.layer}: ${tap.data.length} values for [${tap.heads.length}, ${tap.rows}, ${tap.keys}]`,
    );
  }
  const out = new Float64Array(tap.keys);
  const start = headIndex * tap.rows * tap.keys;
  for (let row = 0; row < tap.rows; row++) {
    for (let key = 0; key < tap.keys; key++) out[key]! += tap.data[start + row * tap.keys + key]!;
  }
  for (let key = 0; key < tap.keys; key++) out[key]! /= tap.rows;
  return out;
}

/**
 * One map `[keys]`: the mean over rows, then over the picked heads of all layers alike. Without `picks` every tapped
 * head counts. Throws RangeError when a picked head was not tapped, when nothing is picked, or without rows.
 */
export function attentionMap(taps: readonly AttentionRows[], picks?: readonly HeadPick[]): Float32Array {
  const wanted = picks ?? taps.map((tap) => ({ layer: tap.layer, heads: 'all' as const }));
  const maps = wanted.flatMap((pick) => {
    const tap = taps.find((t) => t.layer === pick.layer);
    if (!tap) throw new RangeError(`layer ${pick.layer} was not tapped`);
    const heads = pick.heads === 'all' ? tap.heads : pick.heads;
    return heads.map((head) => {
      const index = tap.heads.indexOf(head);
      if (index < 0) throw new RangeError(`head ${head} of layer ${pick.layer} was not tapped`);
      return headMap(tap, index);
    });
  });
  const first = maps[0];
  if (!first) throw new RangeError('no heads to average');
  if (maps.some((map) => map.length !== first.length)) throw new RangeError('taps differ in their keys');
  return Float32Array.from(first, (_, key) => maps.reduce((sum, map) => sum + map[key]!, 0) / maps.length);
}
