/** What of a graph builder its helpers use: they are imported by it, and know it only as this. */
import type { Shape } from './dims.ts';
import type { AttributeValue, DType } from './dtypes.ts';
import type { OpName } from './ops/index.ts';
import type { Value } from './types.ts';
import type { FileRange, WeightRef } from './weights.ts';

/** Arithmetic of two values, and of one, element by element. */
export type BinaryOp = 'Add' | 'Sub' | 'Mul' | 'Div' | 'Max' | 'Min' | 'Pow' | 'Less';
export type UnaryOp = 'Neg' | 'Sigmoid' | 'Erf' | 'Sqrt' | 'Exp' | 'Log' | 'Reciprocal' | 'Abs' | 'Round';

export interface Emitter {
  input(name: string, dtype: DType, shape: Shape): Value;
  weight(name: string, ref: WeightRef, shape: readonly number[]): Value;
  emit(op: OpName, inputs: readonly Value[], attributes?: Readonly<Record<string, AttributeValue>>): Value;
  binary(op: BinaryOp, a: Value, b: Value): Value;
  unary(op: UnaryOp, x: Value): Value;
  sum(x: Value, axes: readonly number[], keep?: boolean): Value;
  max(x: Value, axes: readonly number[], keep?: boolean): Value;
  min(x: Value, axes: readonly number[], keep?: boolean): Value;
  transpose(x: Value, perm: readonly number[]): Value;
  gather(data: Value, indices: Value, axis?: number): Value;
  concat(values: readonly Value[], axis: number): Value;
  slice(x: Value, axis: number, start: number, end?: number): Value;
  linear(x: Value, weight: Value, bias?: Value): Value;
  scalar(value: number): Value;
  byte(value: number): Value;
  index(value: number): Value;
  int64s(values: readonly number[]): Value;
  floats(shape: readonly number[], values: Float32Array): Value;
  output(name: string, value: Value): void;
  /** One of the arrays that a quantised weight is made of. */
  part(
    name: string,
    what: string,
    dtype: 'uint8' | 'int8' | 'float32' | 'int64',
    shape: readonly number[],
    file: FileRange,
  ): Value;
}
