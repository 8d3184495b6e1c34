/** What is known of a tensor before a graph runs: element type and shape. */
import type { Shape } from './dims.ts';

export type DType =
  'float32' | 'float64' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'int8' | 'uint8' | 'bool';

export interface ValueType {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Of an int64 vector that holds a shape (what `Shape` gives): that shape, as far as it is known before a run. */
  readonly lengths?: Shape;
}

/** ONNX's numbers of the dtypes (onnx.proto, TensorProto.DataType). */
export const ONNX_DTYPE: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
};

export type AttributeValue = number | string | readonly number[];
