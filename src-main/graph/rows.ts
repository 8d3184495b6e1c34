/**
 * Products of whole numbers: inputs are rounded to 8 bits with a scale for each row, weights are int8 with a scale for
 * each of theirs, and what comes out is both scales times an exact int32. Processors have units for it that do many times
 * what float32 gets. A row's scale is its largest number over 127, so that no number is clipped and one token's outlier
 * costs no other token anything.
 */
import type { Emitter } from './emitter.ts';
import type { Value } from './types.ts';
import type { Placement, RowRef, Smoothing } from './weights.ts';

/** Where zero lies in a uint8. */
const ZERO_POINT = 128;
/** The largest whole number of a row, its sign aside: the range is symmetric, so that zero is met exactly. */
const LARGEST = 127;
/** Scale of a row of zeros: anything but 0, which it would be divided by. */
const LEAST_SCALE = 1e-30;

/** Rows as whole numbers. */
interface Rounded {
  /** uint8 `[M, K]` around {@link ZERO_POINT}. */
  readonly values: Value;
  /** float32 `[M, 1]`. */
  readonly scales: Value;
}

/** Inputs that are rounded already, by graph, so that layers that share an input round it once. */
const known = new WeakMap<Emitter, Map<string, Rounded>>();

/** float32 `x / scale` of each row, from −127 to 127, and the scales `[M, 1]`. */
export function scaledRows(b: Emitter, x: Value): { readonly scaled: Value; readonly scales: Value } {
  // Two passes that only read cost less than one that writes the sizes of all numbers.
  const largest = b.binary('Max', b.max(x, [1], true), b.unary('Neg', b.min(x, [1], true)));
  const scales = b.binary('Max', b.binary('Mul', largest, b.scalar(1 / LARGEST)), b.scalar(LEAST_SCALE));
  return { scaled: b.binary('Div', x, scales), scales };
}

function rounded(b: Emitter, x: Value, name: string, smoothing: Smoothing | undefined): Rounded {
  const inputs = known.get(b) ?? new Map<string, Rounded>();
  known.set(b, inputs);
  const key = `${x.name}\n${smoothing?.group ?? ''}`;
  const found = inputs.get(key);
  if (found) return found;
  const k = Number(x.shape[1]);
  const smooth = smoothing
    ? b.binary('Mul', x, b.part(name, 'smoothing', 'float32', [k], smoothing.factors))
    : x;
  const { scaled, scales } = scaledRows(b, smooth);
  const values = b.emit('QuantizeLinear', [scaled, b.scalar(1), b.byte(ZERO_POINT)]);
  const made = { values, scales };
  inputs.set(key, made);
  return made;
}

/**
 * x `[M, K]` · weightsᵀ → float32 `[M, N]`.
 * @param name of the weights, for the arrays that they are made of
 */
export function rowProduct(
  b: Emitter,
  x: Value,
  name: string,
  { shape: [n, k], values, scales, smoothing }: RowRef,
  { signedProducts = true }: Placement,
): Value {
  const rows = rounded(b, x, name, smoothing);
  // The op takes weights as [K, N]. They are turned once, when the session is made, and packed from there.
  const zero = b.byte(ZERO_POINT);
  const own = b.part(name, 'scales', 'float32', [n], scales);
  const [w, zeros] = signedProducts
    ? [b.part(name, 'values', 'int8', [n, k], values), [zero]]
    : [unsigned(b, b.part(name, 'values', 'uint8', [n, k], values)), [zero, zero]];
  const inputs = [rows.values, b.transpose(w, [1, 0]), b.scalar(1), own, ...zeros];
  return b.binary('Mul', b.emit('MatMulIntegerToFloat', inputs), rows.scales);
}

/** The bytes of an int8 as the uint8 that is 128 more. */
function unsigned(b: Emitter, bytes: Value): Value {
  return b.emit('BitwiseXor', [bytes, b.byte(ZERO_POINT)]);
}
