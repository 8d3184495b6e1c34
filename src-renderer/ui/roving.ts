/** One tab stop for many things in rows: arrow keys move among them, Home and End go to the first and the last. */

/** Where a key leads from `at`, or null when it leads nowhere. */
export function roveTo(key: string, at: number, count: number, columns: number): number | null {
  const to = {
    ArrowRight: (at + 1) % columns === 0 ? -1 : at + 1,
    ArrowLeft: at % columns === 0 ? -1 : at - 1,
    ArrowDown: at + columns,
    ArrowUp: at - columns,
    Home: 0,
    End: count - 1,
  }[key];
  return to === undefined || to < 0 || to >= count ? null : to;
}
