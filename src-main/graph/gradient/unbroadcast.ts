/** The adjoint of what was broadcast: every copy of an element adds to it. */
import type { GraphBuilder } from '../builder.ts';
import { sameShape } from '../dims.ts';
import type { Value } from '../types.ts';

/** `dy` summed over the axes along which `like` was repeated to `dy`'s shape; in the shape of `like`. */
export function unbroadcast(b: GraphBuilder, dy: Value, like: Value): Value {
  if (sameShape(dy.shape, like.shape)) return dy;
  const added = dy.shape.length - like.shape.length;
  const repeated = like.shape.flatMap((dim, i) =>
    dim === 1 && dy.shape[i + added] !== 1 ? [i + added] : [],
  );
  const narrow = repeated.length > 0 ? b.sum(dy, repeated, true) : dy;
  if (added === 0) return narrow;
  return b.sum(
    narrow,
    Array.from({ length: added }, (_, i) => i),
  );
}
