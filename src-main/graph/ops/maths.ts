/** Ops that mix elements: matrix products, reductions, softmax and normalisations. */
import type { Dim } from '../dims.ts';
import type { DType } from '../dtypes.ts';
import { broadcast, sameShape, showShape } from '../dims.ts';
import type { InferContext, OpSpec } from './spec.ts';
import { axisOf, int, OpError, REAL, typed } from './spec.ts';

/** Normalises over the last axis with vectors of that length. */
function normalised(context: InferContext) {
  const x = typed(context, 0, ...REAL);
  if (int(context, 'axis', -1) !== -1) throw new OpError('normalises the last axis only');
  for (let i = 1; i < context.inputs.length; i++) {
    const weight = typed(context, i, x.dtype);
    if (weight.shape.length !== 1 || weight.shape[0] !== x.shape.at(-1)) {
      throw new OpError(`weight ${showShape(weight.shape)} does not fit ${showShape(x.shape)}`);
    }
  }
  return [x];
}

/** Over constant axes; `keepdims` 0 drops them. */
const reduction: OpSpec = {
  inputs: [2, 2],
  attributes: { keepdims: { kind: 'int', required: true } },
  infer(context) {
    const x = typed(context, 0, ...REAL);
    const axes = context.constant(1)?.map((axis) => axisOf(x.shape, axis));
    if (axes === undefined) throw new OpError('axes must be a constant');
    const keep = int(context, 'keepdims', 1) === 1;
    const shape = x.shape.flatMap((dim, i) => (axes.includes(i) ? (keep ? [1] : []) : [dim]));
    return [{ dtype: x.dtype, shape }];
  },
};

const normalisation = { axis: { kind: 'int' }, epsilon: { kind: 'float', required: true } } as const;

export const MATHS = {
  /** `x [M,K] · w [K,N] (+ bias [N] or [M,N])`; transA takes x as `[K,M]`, transB w as `[N,K]`, the way checkpoints store linear layers. */
  Gemm: {
    inputs: [2, 3],
    attributes: { transA: { kind: 'int' }, transB: { kind: 'int' } },
    infer(context) {
      const x = typed(context, 0, ...REAL);
      const w = typed(context, 1, x.dtype);
      if (x.shape.length !== 2 || w.shape.length !== 2) throw new OpError('takes two matrices');
      const [m, inner] = (int(context, 'transA', 0) ? x.shape.toReversed() : x.shape) as [Dim, Dim];
      const [k, n] = (int(context, 'transB', 0) ? w.shape.toReversed() : w.shape) as [Dim, Dim];
      if (inner !== k) throw new OpError(`${showShape(x.shape)} does not fit ${showShape(w.shape)}`);
      const shape: Dim[] = [m, n];
      if (context.inputs.length === 3) {
        const bias = typed(context, 2, x.dtype);
        if (!sameShape(bias.shape, [n]) && !sameShape(bias.shape, shape))
          throw new OpError(`bias ${showShape(bias.shape)} is neither [${n}] nor ${showShape(shape)}`);
      }
      return [{ dtype: x.dtype, shape }];
    },
  },
  /**
   * `x [M,K]` · weights `[N,K]`ᵀ with weights in blocks (`BlockRef`); the fourth input are zero points. ONNX Runtime's own
   * op; at accuracy_level 4 the products are int8's, x being quantised per block on the way, at 0 they are float32's.
   */
  MatMulNBits: {
    domain: 'com.microsoft',
    inputs: [3, 4],
    attributes: {
      K: { kind: 'int', required: true },
      N: { kind: 'int', required: true },
      bits: { kind: 'int', required: true },
      block_size: { kind: 'int', required: true },
      accuracy_level: { kind: 'int' },
    },
    infer(context) {
      const x = typed(context, 0, 'float32');
      const [n, k, bits, block] = ['N', 'K', 'bits', 'block_size'].map((name) => int(context, name, 0)) as [
        number,
        number,
        number,
        number,
      ];
      const blocks = Math.ceil(k / block);
      const values = [n, blocks, (block * bits) / 8];
      if (x.shape.length !== 2 || x.shape[1] !== k)
        throw new OpError(`${showShape(x.shape)} is not [M, ${k}]`);
      if (!sameShape(typed(context, 1, 'uint8').shape, values))
        throw new OpError(`the weights are not ${showShape(values)}`);
      if (!sameShape(typed(context, 2, 'float32').shape, [n * blocks]))
        throw new OpError(`the scales are not [${n * blocks}]`);
      const zeros = [n, Math.ceil((blocks * bits) / 8)];
      if (context.inputs.length === 4 && !sameShape(typed(context, 3, 'uint8').shape, zeros))
        throw new OpError(`the zero points are not ${showShape(zeros)}`);
      return [{ dtype: 'float32', shape: [x.shape[0] as Dim, n] }];
    },
  },
  /**
   * `x [M,K]` · weights `[N,K]`ᵀ with weights that are indices into a table (`TableRef`): quant_type 0 is FP4, 1 is NF4.
   * ONNX Runtime's own op, CPU and CUDA; it makes floats of the weights at every run.
   */
  MatMulBnb4: {
    domain: 'com.microsoft',
    inputs: [3, 3],
    attributes: {
      K: { kind: 'int', required: true },
      N: { kind: 'int', required: true },
      block_size: { kind: 'int', required: true },
      quant_type: { kind: 'int', required: true },
    },
    infer(context) {
      const x = typed(context, 0, 'float32');
      const [n, k, block] = ['N', 'K', 'block_size'].map((name) => int(context, name, 0)) as [
        number,
        number,
        number,
      ];
      if (x.shape.length !== 2 || x.shape[1] !== k)
        throw new OpError(`${showShape(x.shape)} is not [M, ${k}]`);
      const values = [Math.ceil((n * k) / 2)];
      if (!sameShape(typed(context, 1, 'uint8').shape, values))
        throw new OpError(`the weights are not ${showShape(values)}`);
      const scales = [Math.ceil((n * k) / block)];
      if (!sameShape(typed(context, 2, 'float32').shape, scales))
        throw new OpError(`the scales are not ${showShape(scales)}`);
      return [{ dtype: 'float32', shape: [x.shape[0] as Dim, n] }];
    },
  },
  /** `x / scale` rounded to the nearest whole number, ties to the even one, plus the zero point, within uint8; two scalars. */
  QuantizeLinear: {
    inputs: [3, 3],
    attributes: {},
    infer(context) {
      const x = typed(context, 0, 'float32');
      const scalars = [typed(context, 1, 'float32'), typed(context, 2, 'uint8')];
      if (scalars.some(({ shape }) => shape.length !== 0)) throw new OpError('takes scalars');
      return [{ dtype: 'uint8', shape: x.shape }];
    },
  },
  /**
   * `(x […,K] − its zero point) · (w [K,N] − its zero point)` as whole numbers, times x's scale and those of w's columns.
   * Inputs: x uint8, w int8 or uint8, scales `[]` and `[N]`, zero points `[]`; w's is 0 where it is absent. ONNX
   * Runtime's own op, CPU only.
   */
  MatMulIntegerToFloat: {
    domain: 'com.microsoft',
    inputs: [5, 6],
    attributes: {},
    infer(context) {
      const x = typed(context, 0, 'uint8');
      const w = typed(context, 1, 'int8', 'uint8');
      if (x.shape.length < 2 || w.shape.length !== 2 || x.shape.at(-1) !== w.shape[0])
        throw new OpError(`${showShape(x.shape)} does not fit ${showShape(w.shape)}`);
      const n = w.shape[1] as Dim;
      const expected: [dtype: DType, shape: readonly Dim[]][] = [
        ['float32', []],
        ['float32', [n]],
        ['uint8', []],
        [w.dtype, []],
      ];
      for (let i = 2; i < context.inputs.length; i++) {
        const [dtype, shape] = expected[i - 2] as (typeof expected)[number];
        if (!sameShape(typed(context, i, dtype).shape, shape))
          throw new OpError(`input ${i} is not ${showShape(shape)}`);
      }
      return [{ dtype: 'float32', shape: x.shape.with(-1, n) }];
    },
  },
  /** `[…, M, K] · […, K, N]` with broadcast batches. */
  MatMul: {
    inputs: [2, 2],
    attributes: {},
    infer(context) {
      const a = typed(context, 0, ...REAL);
      const b = typed(context, 1, a.dtype);
      const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
      if (a.shape.length < 2 || b.shape.length < 2 || batch === null || a.shape.at(-1) !== b.shape.at(-2)) {
        throw new OpError(`${showShape(a.shape)} does not fit ${showShape(b.shape)}`);
      }
      return [{ dtype: a.dtype, shape: [...batch, a.shape.at(-2) as Dim, b.shape.at(-1) as Dim] }];
    },
  },
  Softmax: {
    inputs: [1, 1],
    attributes: { axis: { kind: 'int', required: true } },
    infer(context) {
      const x = typed(context, 0, ...REAL);
      axisOf(x.shape, int(context, 'axis', -1));
      return [x];
    },
  },
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceMax: reduction,
  ReduceMin: reduction,
  /** Inputs: x, scale, bias. */
  LayerNormalization: { inputs: [3, 3], attributes: normalisation, infer: normalised },
  /** RMS norm, inputs x and scale: x / sqrt(mean(x²) + epsilon) · scale. An ONNX Runtime op in the default domain. */
  SimplifiedLayerNormalization: { inputs: [2, 2], attributes: normalisation, infer: normalised },
} as const satisfies Record<string, OpSpec>;
