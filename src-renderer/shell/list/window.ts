/** Which rows of a long list to draw: fixed row height, a few extra rows on both sides of what is visible. */
export interface ListWindow {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
}

export function visibleRows(
  scrollTop: number,
  height: number,
  rowHeight: number,
  total: number,
  extra = 6,
): ListWindow {
  const first = Math.max(0, Math.min(total, Math.floor(scrollTop / rowHeight) - extra));
  const end = Math.min(total, Math.max(first, Math.ceil((scrollTop + height) / rowHeight) + extra));
  return { first, end };
}

/** The scroll position that shows `row` with a row of context, moving as little as possible. */
export function scrollToRow(
  row: number,
  scrollTop: number,
  height: number,
  rowHeight: number,
  total: number,
): number {
  const top = Math.max(0, (row - 1) * rowHeight);
  const bottom = Math.min(total * rowHeight, (row + 2) * rowHeight);
  if (top < scrollTop) return top;
  if (bottom > scrollTop + height) return bottom - height;
  return scrollTop;
}

/** Where a key leads from `at` in a list of which `page` rows are in sight, or null when it leads nowhere. */
export function moveInList(key: string, at: number, page: number, total: number): number | null {
  const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -total, End: total }[key];
  if (by === undefined || total === 0) return null;
  return Math.min(total - 1, Math.max(0, at + by));
}

/** Browsers cannot scroll further than about 33 million pixels; 100,000 rows of 44 px are 4.4 million. */
export const MAX_LIST_PIXELS = 30_000_000;
