/** Rules of the ops that move elements: adjoints go back to where the elements came from. */
import type { GraphBuilder } from '../../builder.ts';
import type { Dim } from '../../dims.ts';
import { addDims } from '../../dims.ts';
import type { Value } from '../../types.ts';
import type { GradientRule, RuleContext } from '../rule.ts';
import { inputOf, intOf } from '../rule.ts';
import { unbroadcast } from '../unbroadcast.ts';

const fromFront = (axis: number, { shape }: Value): number => (axis < 0 ? axis + shape.length : axis);

/** The length of one axis as int64 `[1]`. */
function lengthOf(b: GraphBuilder, x: Value, axis: number): Value {
  const length = x.shape[axis];
  return typeof length === 'number' ? b.int64s([length]) : b.gather(b.shapeOf(x), b.int64s([axis]));
}

/** `dy` between zeros: it came from the places from `start` on, `before` of them int64 `[1]`. */
function between(context: RuleContext, x: Value, axis: number, before: Value, after: Value): Value {
  const { b, dy } = context;
  const fill = b.number(dy, 0);
  const widths = b.concat([before, after], 0);
  return b.emit('Pad', [dy, widths, fill, b.int64s([axis])], {}, { symbol: x.shape[axis] as Dim });
}

/** Where a bound of a slice lies on an axis of a length: negative counts from the end, beyond either end is that end. */
function placeOf(b: GraphBuilder, bound: Value, length: Value): Value {
  const zero = b.int64s([0]);
  const counted = b.where(b.binary('Less', bound, zero), b.binary('Add', bound, length), bound);
  return b.binary('Max', zero, b.binary('Min', counted, length));
}

function slice(context: RuleContext): Value {
  const { b } = context;
  const x = inputOf(context, 0);
  const axis = fromFront(b.integers(inputOf(context, 3))?.[0] ?? 0, x);
  const length = lengthOf(b, x, axis);
  const start = placeOf(b, inputOf(context, 1), length);
  const end = b.binary('Max', start, placeOf(b, inputOf(context, 2), length));
  return between(context, x, axis, start, b.binary('Sub', length, end));
}

/** A constant order of all entries of an axis, turned round; undefined of anything else. */
function inverse(indices: readonly number[] | undefined, length: Dim | undefined): number[] | undefined {
  if (indices === undefined || indices.length !== length) return undefined;
  const back = indices.map((_, i) =>
    indices.findIndex((index) => (index < 0 ? index + indices.length : index) === i),
  );
  return back.includes(-1) ? undefined : back;
}

/** Adjoints of rows that were looked up, added at their rows. */
function gather(context: RuleContext): Value {
  const { b, dy } = context;
  const [x, indices] = [inputOf(context, 0), inputOf(context, 1)];
  const axis = fromFront(intOf(context, 'axis', 0), x);
  const back = inverse(b.integers(indices), x.shape[axis]);
  if (back) return b.gather(dy, b.int64s(back), axis);

  // With the axis in front: x `[n, …]`, dy `[indices…, …]`.
  const rank = x.shape.length;
  const front = [axis, ...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis)];
  const looked = indices.shape.map((_, i) => axis + i);
  const others = dy.shape.flatMap((_, i) => (looked.includes(i) ? [] : [i]));
  const updates = axis === 0 ? dy : b.transpose(dy, [...looked, ...others]);
  const known = x.shape.every((dim) => typeof dim === 'number');
  const shape = known
    ? b.int64s(front.map((i) => Number(x.shape[i])))
    : b.gather(b.shapeOf(x), b.int64s(front));
  const zeros = b.expand(b.number(dy, 0), shape);
  const places = b.emit('Unsqueeze', [indices, b.int64s([indices.shape.length])]);
  const added = b.emit('ScatterND', [zeros, places, updates], { reduction: 'add' });
  if (axis === 0) return added;
  return b.transpose(
    added,
    front.map((_, i) => front.indexOf(i)),
  );
}

/** One maker per joined value: its own part of `dy`. */
function concat(context: RuleContext): (() => Value)[] {
  const { b, dy, inputs } = context;
  const axis = fromFront(intOf(context, 'axis', 0), dy);
  return inputs.map((x, i) => () => {
    const before = inputs.slice(0, i);
    const length = x.shape[axis] as Dim;
    const known = before.reduce<Dim>((sum, other) => addDims(sum, other.shape[axis] as Dim), 0);
    if (typeof known === 'number' && typeof length === 'number')
      return b.slice(dy, axis, known, known + length);
    const start = before
      .map((other) => lengthOf(b, other, axis))
      .reduce((sum, other) => b.binary('Add', sum, other), b.int64s([0]));
    return b.sliceAt(dy, axis, start, b.binary('Add', start, lengthOf(b, x, axis)), length);
  });
}

const reshaped: GradientRule = (context) => [
  () => context.b.reshapeTo(context.dy, context.b.shapeOf(inputOf(context, 0))),
  null,
];

export const LAYOUT_RULES = {
  Identity: ({ dy }) => [() => dy],
  Reshape: reshaped,
  Unsqueeze: reshaped,
  Transpose: ({ b, dy, node }) => {
    const perm = node.attributes['perm'] as readonly number[];
    const back = perm.map((_, i) => perm.indexOf(i));
    return [() => b.transpose(dy, back)];
  },
  Concat: concat,
  Slice: (context) => [() => slice(context), null, null, null],
  Gather: (context) => [() => gather(context), null],
  Expand: (context) => [() => unbroadcast(context.b, context.dy, inputOf(context, 0)), null],
} as const satisfies Record<string, GradientRule>;
