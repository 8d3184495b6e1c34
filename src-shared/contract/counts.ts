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

/** `512 B`, `1.5 MB`, `14.1 GB`; decimal units, as disks are sold and models published. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 100 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}
