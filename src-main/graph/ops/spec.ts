/**
 * What an entry of the op table says: arity, attributes and how output types follow from input types. The builder,
 * the verifier and the ONNX writer know ops only through this; adding an op adds an entry and nothing else.
 */
import type { Dim, Shape } from '../dims.ts';
import { showShape } from '../dims.ts';
import type { AttributeValue, DType, ValueType } from '../dtypes.ts';

export interface AttributeSpec {
  readonly kind: 'int' | 'float' | 'ints' | 'string';
  readonly required?: boolean;
}

/** What inference may look at. */
export interface InferContext {
  readonly inputs: readonly ValueType[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly symbol: Dim | undefined;
  /** Values of an int64 input that is a constant of the graph; undefined when only run time knows it. */
  constant(input: number): readonly number[] | undefined;
}

export interface OpSpec {
  /** Operator set the op comes from; absent: ONNX's own (and what ONNX Runtime adds to it). */
  readonly domain?: 'com.microsoft';
  /** Fewest and most inputs. */
  readonly inputs: readonly [min: number, max: number];
  readonly attributes: Readonly<Record<string, AttributeSpec>>;
  /** Types of the outputs; throws {@link OpError} when the inputs do not fit. */
  infer(context: InferContext): readonly ValueType[];
}

/** An op given what it cannot take: a fault in the graph's maker, not in a person's input. */
export class OpError extends Error {
  override readonly name = 'OpError';
}

/** What is computed with: float32, and float64 where gradients are checked. */
export const REAL = ['float32', 'float64'] as const satisfies readonly DType[];

export function int(context: InferContext, name: string, fallback: number): number {
  const value = context.attributes[name];
  return typeof value === 'number' ? value : fallback;
}

export function ints(context: InferContext, name: string): readonly number[] {
  const value = context.attributes[name];
  if (!Array.isArray(value)) throw new OpError(`attribute ${name} must be a list`);
  return value as readonly number[];
}

/** The i-th input, which must exist. */
export function input(context: InferContext, i: number): ValueType {
  const value = context.inputs[i];
  if (value === undefined) throw new OpError(`input ${i} is missing`);
  return value;
}

/** The i-th input, which must have one of the dtypes. */
export function typed(context: InferContext, i: number, ...dtypes: DType[]): ValueType {
  const value = input(context, i);
  if (!dtypes.includes(value.dtype)) {
    throw new OpError(`input ${i} is ${value.dtype}, must be ${dtypes.join(' or ')}`);
  }
  return value;
}

/** An axis counted from the front; negative counts from the back. */
export function axisOf(shape: Shape, axis: number): number {
  const at = axis < 0 ? axis + shape.length : axis;
  if (at < 0 || at >= shape.length) throw new OpError(`axis ${axis} is outside ${showShape(shape)}`);
  return at;
}
