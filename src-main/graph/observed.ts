/**
 * What products of whole numbers (rows.ts) would make of a linear layer, beside the layer itself: outputs of a graph that is
 * run once, on real inputs, to find out which layers bear them.
 */
import type { Emitter } from './emitter.ts';
import { scaledRows } from './rows.ts';
import type { Value } from './types.ts';

/** The outputs of one layer, or of some of its rows. */
export const OBSERVED = ['inputs', 'columns', 'difference', 'size'] as const;

/** Names an output. */
export const observedName = (what: (typeof OBSERVED)[number], label: string): string => `${what}:${label}`;

/**
 * Adds outputs for x `[M, K]` · w `[N, K]`ᵀ:
 * - `inputs` and `columns`, `[K]`: the largest size of each input feature, and of the weights it meets;
 * - `difference` and `size`, `[M]`: the sum of squares of what rounding changes of a row of the product, and of the row.
 * @param label names them; unlike any other's of the graph
 */
export function observe(
  b: Emitter,
  x: Value,
  w: Value,
  label: string,
  factors: Float32Array | undefined,
): void {
  const put = (what: (typeof OBSERVED)[number], value: Value): void =>
    b.output(observedName(what, label), value);
  put('inputs', b.max(b.unary('Abs', x), [0]));
  put('columns', b.max(b.unary('Abs', w), [0]));
  const own = factors ? b.floats([1, factors.length], factors) : null;
  const product = b.linear(
    nearby(b, own ? b.binary('Mul', x, own) : x),
    nearby(b, own ? b.binary('Div', w, own) : w),
  );
  const exact = b.linear(x, w);
  const difference = b.binary('Sub', product, exact);
  put('difference', b.sum(b.binary('Mul', difference, difference), [1]));
  put('size', b.sum(b.binary('Mul', exact, exact), [1]));
}

/** Each row's numbers at the nearest that 8 bits can say. */
function nearby(b: Emitter, rows: Value): Value {
  const { scaled, scales } = scaledRows(b, rows);
  return b.binary('Mul', b.unary('Round', scaled), scales);
}
