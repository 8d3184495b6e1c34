/** How many of what, as a person reads it: the one place that knows plurals and thousands, for page and command line. */

/** `12,000` */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/**
 * `1 sample`, `12,000 samples`.
 * @param many where it is not the one with an s
 */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
