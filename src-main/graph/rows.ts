/**
 * Products of whole numbers: inputs are rounded with a scale for each row, weights are whole numbers with a scale for each of
 * theirs, and what comes out is both scales times an exact int32. Processors have units for 8 bits that do many times what
 * float32 gets. A row's scale is its largest number over the largest whole one, so that no number is clipped and one
 * token's outlier costs no other token anything. Two digits of 8 bits on both sides are as near as makes no difference
 * (1e-4 where one digit is off by 1e-2), for three products and twice the bytes.
 */
import type { Emitter } from './emitter.ts';
import type { Value } from './types.ts';
import type { Digits, Placement, RowRef, Smoothing } from './weights.ts';
import { DIGIT_BASE, LARGEST_WHOLE } from './weights.ts';

/** Where zero lies in a uint8. */
const ZERO_POINT = 128;
/** Scale of a row of zeros: anything but 0, which it would be divided by. */
const LEAST_SCALE = 1e-30;

/** Rows as whole numbers. */
interface Rounded {
  /** uint8 `[M, K]` around {@link ZERO_POINT}: the only digit, or both, first ones first. */
  readonly digits: readonly [Value] | readonly [Value, Value];
  /** float32 `[M, 1]`. */
  readonly scales: Value;
}

/** Inputs that are rounded already, by graph, so that layers that share an input round it once. */
const known = new WeakMap<Emitter, Map<string, Rounded>>();

/** float32 `x / scale` of each row, from −largest to largest, and the scales `[M, 1]`. */
export function scaledRows(
  b: Emitter,
  x: Value,
  digits: Digits = 1,
): { readonly scaled: Value; readonly scales: Value } {
  // Two passes that only read cost less than one that writes the sizes of all numbers.
  const largest = b.binary('Max', b.max(x, [1], true), b.unary('Neg', b.min(x, [1], true)));
  const scales = b.binary(
    'Max',
    b.binary('Mul', largest, b.scalar(1 / LARGEST_WHOLE[digits])),
    b.scalar(LEAST_SCALE),
  );
  return { scaled: b.binary('Div', x, scales), scales };
}

function rounded(
  b: Emitter,
  x: Value,
  name: string,
  count: Digits,
  smoothing: Smoothing | undefined,
): Rounded {
  const inputs = known.get(b) ?? new Map<string, Rounded>();
  known.set(b, inputs);
  const key = `${x.name}\n${count}\n${smoothing?.group ?? ''}`;
  const found = inputs.get(key);
  if (found) return found;
  const k = Number(x.shape[1]);
  const smooth = smoothing
    ? b.binary('Mul', x, b.part(name, 'smoothing', 'float32', [k], smoothing.factors))
    : x;
  const { scaled, scales } = scaledRows(b, smooth, count);
  const whole = (value: Value): Value => b.emit('QuantizeLinear', [value, b.scalar(1), b.byte(ZERO_POINT)]);
  const digitsOf = (): Rounded['digits'] => {
    if (count === 1) return [whole(scaled)];
    const first = b.unary('Round', b.binary('Mul', scaled, b.scalar(1 / DIGIT_BASE)));
    const rest = b.binary('Sub', scaled, b.binary('Mul', first, b.scalar(DIGIT_BASE)));
    return [whole(first), whole(rest)];
  };
  const made = { digits: digitsOf(), scales };
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
  { shape: [n, k], digits: count, values, scales, smoothing }: RowRef,
  { signedProducts = true }: Placement,
): Value {
  const { digits, scales: rowScales } = rounded(b, x, name, count, smoothing);
  const zero = b.byte(ZERO_POINT);
  const own = b.part(name, 'scales', 'float32', [n], scales);
  const stored = b.part(name, 'values', signedProducts ? 'int8' : 'uint8', [n, count * k], values);
  /** @param times what the products count */
  const product = (rows: Value, weights: Value, times: number): Value => {
    // The op takes weights as [K, N]. They are turned once, when the session is made, and packed from there.
    const turned = b.transpose(signedProducts ? weights : unsigned(b, weights), [1, 0]);
    const zeros = signedProducts ? [zero] : [zero, zero];
    return b.emit('MatMulIntegerToFloat', [rows, turned, b.scalar(times), own, ...zeros]);
  };
  const [first, second] = digits;
  if (!second) return b.binary('Mul', product(first, stored, 1), rowScales);
  // Second digits times second digits are below what rounding leaves. Both digits of the inputs meet the weights' first in
  // one product, so that those are held once and read once, which is what takes time for a few rows.
  const both = b.concat(
    [first, second].map((digit) => b.emit('Unsqueeze', [digit, b.int64s([0])])),
    0,
  );
  const withHigh = product(both, b.slice(stored, 1, 0, k), DIGIT_BASE);
  const [high, crossed] = [0, 1].map((at) => b.gather(withHigh, b.index(at))) as [Value, Value];
  const low = product(first, b.slice(stored, 1, k, 2 * k), DIGIT_BASE);
  const sum = b.binary('Add', b.binary('Mul', high, b.scalar(DIGIT_BASE)), b.binary('Add', crossed, low));
  return b.binary('Mul', sum, rowScales);
}

/** The bytes of an int8 as the uint8 that is 128 more. */
function unsigned(b: Emitter, bytes: Value): Value {
  return b.emit('BitwiseXor', [bytes, b.byte(ZERO_POINT)]);
}
