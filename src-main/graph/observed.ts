/**
 * What products of whole numbers (rows.ts) would make of a linear layer, beside the layer itself: outputs of a graph that runs on
 * real inputs to find out which layers bear them, and an input by which a layer gives what they make of it.
 */
import type { Emitter } from './emitter.ts';
import { scaledRows } from './rows.ts';
import type { Rows } from './pieces.ts';
import { rowsOf } from './pieces.ts';
import type { Value } from './types.ts';
import type { Observing, WeightRef } from './weights.ts';

/** The outputs of one layer, or of some of its rows. */
export const OBSERVED = ['inputs', 'columns', 'difference', 'size'] as const;

/** Names an output. */
export const observedName = (what: (typeof OBSERVED)[number], label: string): string => `${what}:${label}`;

/** Names the input of a layer, by its weights' name: float32 `[]`, 0: as it is, 1: as whole numbers make it. */
export const roundingName = (weights: string): string => `rounding:${weights}`;

/** The products of the pieces of a layer's weights, observed: x `[M, K]` · pieceᵀ each; one input rounds all of them. */
export function observedProducts(
  b: Emitter,
  x: Value,
  {
    tensor,
    file,
    pieces,
  }: { readonly tensor: string; readonly file: WeightRef; readonly pieces: readonly Rows[] },
  { factors }: Observing,
): Value[] {
  const rounding = b.input(roundingName(tensor), 'float32', []);
  return pieces.map((piece) => {
    const rows = rowsOf(file, piece);
    const label = `${tensor}[${piece.join(':')}]`;
    return observe(b, x, b.weight(label, rows, rows.shape), label, rounding, factors.get(tensor));
  });
}

/**
 * x `[M, K]` · w `[N, K]`ᵀ, with outputs:
 * - `inputs` and `columns`, `[K]`: the largest size of each input feature, and of the weights it meets;
 * - `difference` and `size`, `[M]`: the sum of squares of what rounding changes of a row of the product, and of the row.
 * @param label names them; unlike any other's of the graph
 * @param rounding how much of that change the product has ({@link roundingName})
 */
function observe(
  b: Emitter,
  x: Value,
  w: Value,
  label: string,
  rounding: Value,
  factors: Float32Array | undefined,
): Value {
  const put = (what: (typeof OBSERVED)[number], value: Value): void =>
    b.output(observedName(what, label), value);
  put('inputs', b.max(b.unary('Abs', x), [0]));
  put('columns', b.max(b.unary('Abs', w), [0]));
  const own = factors ? b.floats([1, factors.length], factors) : null;
  // Not `linear`, which would observe these too.
  const times = (rows: Value, weights: Value): Value => b.emit('Gemm', [rows, weights], { transB: 1 });
  const product = times(
    nearby(b, own ? b.binary('Mul', x, own) : x),
    nearby(b, own ? b.binary('Div', w, own) : w),
  );
  const exact = times(x, w);
  const difference = b.binary('Sub', product, exact);
  put('difference', b.sum(b.binary('Mul', difference, difference), [1]));
  put('size', b.sum(b.binary('Mul', exact, exact), [1]));
  return b.binary('Add', exact, b.binary('Mul', difference, rounding));
}

/** Each row's numbers at the nearest that 8 bits can say. */
function nearby(b: Emitter, rows: Value): Value {
  const { scaled, scales } = scaledRows(b, rows);
  return b.binary('Mul', b.unary('Round', scaled), scales);
}
