/** Ops that move elements without computing: reshape, transpose, concatenate, slice, gather. */
import type { Dim } from '../dims.ts';
import { addDims, broadcast, missingDim, sameCount, sameShape, showShape } from '../dims.ts';
import type { InferContext, OpSpec } from './spec.ts';
import { axisOf, input, int, ints, OpError, typed } from './spec.ts';

/** The shape that an input holds: a constant, or the shape of some value. */
function lengthsOf(context: InferContext, i: number): readonly Dim[] {
  const lengths = context.constant(i) ?? input(context, i).lengths;
  if (lengths === undefined) throw new OpError(`input ${i} must be a constant, or the shape of some value`);
  return lengths;
}

export const LAYOUT = {
  /** A second name for a value: an input or constant that is also an output. */
  Identity: { inputs: [1, 1], attributes: {}, infer: (context) => [input(context, 0)] },
  /** Target lengths, a constant or the shape of some value: positive, 0 = copy the input's at that place, one -1 = whatever is left. */
  Reshape: {
    inputs: [2, 2],
    attributes: {},
    infer(context) {
      const x = input(context, 0);
      const shape: Dim[] = lengthsOf(context, 1).map((length, i) => {
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
      const held = data.lengths && context.constant(1)?.map((i) => data.lengths?.at(i));
      const lengths =
        held?.every((dim) => dim !== undefined) && indices.shape.length === 1 ? held : undefined;
      return [{ dtype: data.dtype, shape, ...(lengths ? { lengths } : {}) }];
    },
  },
  /** A value's lengths as int64 `[rank]`. */
  Shape: {
    inputs: [1, 1],
    attributes: {},
    infer(context) {
      const { shape } = input(context, 0);
      return [{ dtype: 'int64', shape: [shape.length], lengths: shape }];
    },
  },
  /** Broadcast with a shape. */
  Expand: {
    inputs: [2, 2],
    attributes: {},
    infer(context) {
      const x = input(context, 0);
      const lengths = lengthsOf(context, 1);
      const shape = broadcast(x.shape, lengths);
      if (shape === null)
        throw new OpError(`${showShape(x.shape)} does not broadcast with ${showShape(lengths)}`);
      return [{ dtype: x.dtype, shape }];
    },
  },
  /** Axes of length 1 at constant places of the output, counted from the front, ascending. */
  Unsqueeze: {
    inputs: [2, 2],
    attributes: {},
    infer(context) {
      const x = input(context, 0);
      const axes = context.constant(1);
      if (axes === undefined) throw new OpError('axes must be a constant');
      const shape = [...x.shape];
      for (const axis of axes) shape.splice(axis, 0, 1);
      return [{ dtype: x.dtype, shape }];
    },
  },
  /** Inputs: data, int64 `[2]` entries before and after, the scalar they are filled with, one axis. Needs the symbol. */
  Pad: {
    inputs: [4, 4],
    attributes: {},
    infer(context) {
      const x = input(context, 0);
      typed(context, 1, 'int64');
      typed(context, 2, x.dtype);
      const axes = context.constant(3);
      if (axes?.length !== 1) throw new OpError('pads one constant axis at a time');
      if (context.symbol === undefined) throw new OpError('needs the length it pads to');
      return [{ dtype: x.dtype, shape: x.shape.with(axisOf(x.shape, axes[0] as number), context.symbol) }];
    },
  },
  /** Inputs: data, int64 `[…, 1]` places on its first axis, what is put there; `reduction` add: added, however often. */
  ScatterND: {
    inputs: [3, 3],
    attributes: { reduction: { kind: 'string', required: true } },
    infer(context) {
      const data = input(context, 0);
      const places = typed(context, 1, 'int64');
      const updates = typed(context, 2, data.dtype);
      const shape = [...places.shape.slice(0, -1), ...data.shape.slice(1)];
      if (places.shape.at(-1) !== 1 || !sameShape(updates.shape, shape))
        throw new OpError(
          `${showShape(updates.shape)} at ${showShape(places.shape)} does not fit ${showShape(data.shape)}`,
        );
      return [{ dtype: data.dtype, shape: data.shape }];
    },
  },
} as const satisfies Record<string, OpSpec>;
