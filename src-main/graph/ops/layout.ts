/** Ops that move elements without computing: reshape, transpose, concatenate, slice, gather. */
import type { Dim } from '../dims.ts';
import { addDims, missingDim, sameCount, showShape } from '../dims.ts';
import type { OpSpec } from './spec.ts';
import { axisOf, input, int, ints, OpError, typed } from './spec.ts';

export const LAYOUT = {
  /** A second name for a value: an input or constant that is also an output. */
  Identity: { inputs: [1, 1], attributes: {}, infer: (context) => [input(context, 0)] },
  /** Target lengths: positive, 0 = copy the input's at that place, one -1 = whatever is left. */
  Reshape: {
    inputs: [2, 2],
    attributes: {},
    infer(context) {
      const x = input(context, 0);
      const target = context.constant(1);
      if (target === undefined) throw new OpError('target shape must be a constant');
      const shape: Dim[] = target.map((length, i) => {
        const dim = length === 0 ? x.shape[i] : length;
        if (dim === undefined)
          throw new OpError(`place ${i} copies a length that ${showShape(x.shape)} lacks`);
        return dim;
      });
      const open = shape.indexOf(-1);
      if (open >= 0) {
        const rest = missingDim(
          x.shape,
          shape.filter((_, i) => i !== open),
        );
        if (rest === null) throw new OpError(`${showShape(x.shape)} cannot become ${showShape(shape)}`);
        shape[open] = rest;
      }
      if (!sameCount(x.shape, shape))
        throw new OpError(`${showShape(x.shape)} cannot become ${showShape(shape)}`);
      return [{ dtype: x.dtype, shape }];
    },
  },
  Transpose: {
    inputs: [1, 1],
    attributes: { perm: { kind: 'ints', required: true } },
    infer(context) {
      const x = input(context, 0);
      const perm = ints(context, 'perm');
      if ([...perm].sort((a, b) => a - b).some((p, i) => p !== i) || perm.length !== x.shape.length) {
        throw new OpError(`perm ${showShape(perm)} does not fit ${showShape(x.shape)}`);
      }
      return [{ dtype: x.dtype, shape: perm.map((p) => x.shape[p] as Dim) }];
    },
  },
  Concat: {
    inputs: [1, 256],
    attributes: { axis: { kind: 'int', required: true } },
    infer(context) {
      const first = input(context, 0);
      const axis = axisOf(first.shape, int(context, 'axis', 0));
      let length: Dim = 0;
      for (const x of context.inputs) {
        const fits =
          x.dtype === first.dtype &&
          x.shape.length === first.shape.length &&
          x.shape.every((dim, i) => i === axis || dim === first.shape[i]);
        if (!fits)
          throw new OpError(`${showShape(x.shape)} cannot join ${showShape(first.shape)} on axis ${axis}`);
        length = addDims(length, x.shape[axis] as Dim);
      }
      return [{ dtype: first.dtype, shape: first.shape.with(axis, length) }];
    },
  },
  /** Inputs: data, starts, ends, axes. Constant bounds on a known length infer; others need the node's symbol. */
  Slice: {
    inputs: [4, 4],
    attributes: {},
    infer(context) {
      const x = input(context, 0);
      for (const i of [1, 2, 3]) typed(context, i, 'int64');
      const axes = context.constant(3);
      if (axes?.length !== 1) throw new OpError('slices one constant axis at a time');
      const axis = axisOf(x.shape, axes[0] as number);
      return [{ dtype: x.dtype, shape: x.shape.with(axis, sliceLength(x.shape[axis] as Dim)) }];

      function sliceLength(length: Dim): Dim {
        if (context.symbol !== undefined) return context.symbol;
        const start = context.constant(1)?.[0];
        const end = context.constant(2)?.[0];
        if (start === undefined || end === undefined) throw new OpError('run-time bounds need a symbol');
        if (typeof length === 'string') {
          if (start < 0 && end > 2 ** 31) return -start;
          throw new OpError(`cannot know ${start}:${end} of ${length}`);
        }
        const at = (bound: number) => Math.min(length, Math.max(0, bound < 0 ? bound + length : bound));
        return Math.max(0, at(end) - at(start));
      }
    },
  },
  /** Rows of `data` along `axis` by int64 `indices`. */
  Gather: {
    inputs: [2, 2],
    attributes: { axis: { kind: 'int' } },
    infer(context) {
      const data = input(context, 0);
      const indices = typed(context, 1, 'int64');
      const axis = axisOf(data.shape, int(context, 'axis', 0));
      const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
      return [{ dtype: data.dtype, shape }];
    },
  },
} as const satisfies Record<string, OpSpec>;
