/** Ops that work on each element by itself, with NumPy broadcasting. */
import { broadcast, showShape } from '../dims.ts';
import type { DType } from '../dtypes.ts';
import { ONNX_DTYPE } from '../dtypes.ts';
import type { InferContext, OpSpec } from './spec.ts';
import { input, int, OpError, REAL, typed } from './spec.ts';

function broadcastInputs(context: InferContext, a: number, b: number) {
  const left = input(context, a);
  const right = input(context, b);
  if (left.dtype !== right.dtype) throw new OpError(`inputs are ${left.dtype} and ${right.dtype}`);
  const shape = broadcast(left.shape, right.shape);
  if (shape === null)
    throw new OpError(`${showShape(left.shape)} does not broadcast with ${showShape(right.shape)}`);
  return { dtype: left.dtype, shape };
}

const binary: OpSpec = {
  inputs: [2, 2],
  attributes: {},
  infer(context) {
    typed(context, 0, ...REAL, 'int64');
    return [broadcastInputs(context, 0, 1)];
  },
};

const comparison: OpSpec = {
  inputs: [2, 2],
  attributes: {},
  infer(context) {
    typed(context, 0, ...REAL, 'int64');
    return [{ dtype: 'bool', shape: broadcastInputs(context, 0, 1).shape }];
  },
};

const unary: OpSpec = {
  inputs: [1, 1],
  attributes: {},
  infer: (context) => [typed(context, 0, ...REAL)],
};

export const ELEMENTWISE = {
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  Max: binary,
  Min: binary,
  Pow: binary,
  Less: comparison,
  Neg: unary,
  Sigmoid: unary,
  Erf: unary,
  Sqrt: unary,
  Exp: unary,
  Log: unary,
  Reciprocal: unary,
  Abs: unary,
  /** To the nearest whole number, ties to the even one. */
  Round: unary,
  BitwiseXor: {
    inputs: [2, 2],
    attributes: {},
    infer(context) {
      typed(context, 0, 'uint8');
      return [broadcastInputs(context, 0, 1)];
    },
  },
  Where: {
    inputs: [3, 3],
    attributes: {},
    infer(context) {
      const condition = typed(context, 0, 'bool');
      const branches = broadcastInputs(context, 1, 2);
      const shape = broadcast(condition.shape, branches.shape);
      if (shape === null) throw new OpError(`condition ${showShape(condition.shape)} does not broadcast`);
      return [{ dtype: branches.dtype, shape }];
    },
  },
  Cast: {
    inputs: [1, 1],
    attributes: { to: { kind: 'int', required: true } },
    infer(context) {
      const to = int(context, 'to', 0);
      const dtype = (Object.keys(ONNX_DTYPE) as DType[]).find((name) => ONNX_DTYPE[name] === to);
      if (dtype === undefined) throw new OpError(`cannot cast to ${to}`);
      return [{ dtype, shape: input(context, 0).shape }];
    },
  },
} as const satisfies Record<string, OpSpec>;
