/** Rules of the ops that mix elements: products, reductions, softmax, RMS norm. */
import type { GraphBuilder } from '../../builder.ts';
import type { Value } from '../../types.ts';
import type { GradientRule, RuleContext } from '../rule.ts';
import { inputOf, intOf } from '../rule.ts';
import { unbroadcast } from '../unbroadcast.ts';

/** The last two axes changed over. */
function turned(b: GraphBuilder, x: Value): Value {
  const rank = x.shape.length;
  return b.transpose(
    x,
    x.shape.map((_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i)),
  );
}

/** A product of two matrices as they lie or turned; a turn that is not asked for is left out of the node. */
function product(b: GraphBuilder, [x, transA]: [Value, boolean], [w, transB]: [Value, boolean]): Value {
  return b.emit('Gemm', [x, w], { ...(transA ? { transA: 1 } : {}), ...(transB ? { transB: 1 } : {}) });
}

/** Y = op(X)·op(W) + bias: dop(X) = dY·op(W)ᵀ, dop(W) = op(X)ᵀ·dY, dbias = dY, its rows added up where it is one row. */
const gemm: GradientRule = (context) => {
  const { b, dy } = context;
  const [x, w] = [inputOf(context, 0), inputOf(context, 1)];
  const [turnX, turnW] = [intOf(context, 'transA', 0) === 1, intOf(context, 'transB', 0) === 1];
  return [
    () => (turnX ? product(b, [w, turnW], [dy, true]) : product(b, [dy, false], [w, !turnW])),
    () => (turnW ? product(b, [dy, true], [x, turnX]) : product(b, [x, !turnX], [dy, false])),
    () => unbroadcast(b, dy, inputOf(context, 2)),
  ];
};

/** The axes that a reduction went over, from the front. */
function axesOf(context: RuleContext): number[] {
  const x = inputOf(context, 0);
  const axes = context.b.integers(inputOf(context, 1)) ?? [];
  return axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis)).sort((a, c) => a - c);
}

/** `dy` of a reduction, repeated over the axes it went over. */
function repeated(context: RuleContext, dy: Value): Value {
  const { b } = context;
  const kept = intOf(context, 'keepdims', 1) === 1;
  const narrow = kept ? dy : b.emit('Unsqueeze', [dy, b.int64s(axesOf(context))]);
  return b.expand(narrow, b.shapeOf(inputOf(context, 0)));
}

/** How many elements a reduction makes one of: a constant, or a scalar that the run works out. */
function countOf(context: RuleContext): Value {
  const { b, dy } = context;
  const x = inputOf(context, 0);
  return axesOf(context)
    .map((axis) => {
      const length = x.shape[axis];
      if (typeof length === 'number') return b.number(dy, length);
      return b.cast(b.reshape(b.gather(b.shapeOf(x), b.int64s([axis])), []), dy.dtype);
    })
    .reduce((count, length) => b.binary('Mul', count, length), b.number(dy, 1));
}

/**
 * RMS norm, y = x̂·w with x̂ = x·r, r = 1/√(mean x² + ε): dw = Σ dy·x̂ over the rows; with g = dy·w,
 * dx = r·(g − x̂·mean(g·x̂)). The mean square is worked out again: the op gives y alone.
 */
const rmsNorm: GradientRule = (context) => {
  const { b, node, dy } = context;
  const [x, w] = [inputOf(context, 0), inputOf(context, 1)];
  const last = x.shape.length - 1;
  // The attribute is written as a float32.
  const epsilon = b.number(x, Math.fround(Number(node.attributes['epsilon'])));
  const square = b.binary('Add', b.mean(b.binary('Mul', x, x), [last], true), epsilon);
  const r = b.unary('Reciprocal', b.unary('Sqrt', square)); // […, 1]
  const unit = b.binary('Mul', x, r);
  return [
    () => {
      const g = b.binary('Mul', dy, w);
      const along = b.mean(b.binary('Mul', g, unit), [last], true); // […, 1]
      return b.binary('Mul', r, b.binary('Sub', g, b.binary('Mul', unit, along)));
    },
    () => unbroadcast(b, b.binary('Mul', dy, unit), w),
  ];
};

export const MATHS_RULES = {
  Gemm: gemm,
  MatMul: (context) => {
    const { b, dy } = context;
    const [a, c] = [inputOf(context, 0), inputOf(context, 1)];
    return [
      () => unbroadcast(b, b.matmul(dy, turned(b, c)), a),
      () => unbroadcast(b, b.matmul(turned(b, a), dy), c),
    ];
  },
  // dx = y·(dy − Σ dy·y) along the axis.
  Softmax: (context) => {
    const { b, dy, y } = context;
    return [
      () => {
        const along = b.sum(b.binary('Mul', dy, y), [intOf(context, 'axis', -1)], true);
        return b.binary('Mul', y, b.binary('Sub', dy, along));
      },
    ];
  },
  ReduceSum: (context) => [() => repeated(context, context.dy), null],
  ReduceMean: (context) => [
    () => repeated(context, context.b.binary('Div', context.dy, countOf(context))),
    null,
  ],
  SimplifiedLayerNormalization: rmsNorm,
} as const satisfies Record<string, GradientRule>;
