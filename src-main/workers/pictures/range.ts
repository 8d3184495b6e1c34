/** Which bytes of a file a request asks for. */

/**
 * One range of RFC 9110, §14: from (inclusive) to (exclusive). Null: the whole file, also for what is no single range of bytes.
 * `outside`: none of it is in the file.
 */
export function byteRange(
  header: string | undefined,
  size: number,
): readonly [from: number, to: number] | 'outside' | null {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (!found) return null;
  const [, first = '', last = ''] = found;
  if (first === '' && last === '') return null;
  if (first === '')
    return Number(last) === 0 || size === 0 ? 'outside' : [Math.max(0, size - Number(last)), size];
  const from = Number(first);
  const to = last === '' ? size : Math.min(size, Number(last) + 1);
  if (last !== '' && Number(last) < from) return null;
  return from < size ? [from, to] : 'outside';
}
