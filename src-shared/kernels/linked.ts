/**
 * Groups of what is linked, directly or by way of others (union–find). Each group is known by the smallest number in it;
 * `groups[i]` leads there and is `i` for whoever is alone, or the first.
 */

/** The smallest number of the group that `of` is in; shortens the way there for the next. */
export function groupOf(groups: Int32Array, of: number): number {
  let i = of;
  while (groups[i] !== i) {
    groups[i] = groups[groups[i]!]!;
    i = groups[i]!;
  }
  return i;
}

/** Makes one group of two. */
export function link(groups: Int32Array, a: number, b: number): void {
  const [x, y] = [groupOf(groups, a), groupOf(groups, b)];
  if (x < y) groups[y] = x;
  else groups[x] = y;
}
