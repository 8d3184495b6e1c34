/**
 * How panes share the page: a few grids of equal intent, whose columns and rows a person may pull to any size. Shares
 * are of the space that panes have, and sum to one.
 */

/** Panes to choose from; six is what fits a large screen. */
export const PANE_COUNTS = [1, 2, 3, 4, 5, 6] as const;
export type PaneCount = (typeof PANE_COUNTS)[number];

const GRIDS: Readonly<Record<PaneCount, readonly [rows: number, cols: number]>> = {
  1: [1, 1],
  2: [1, 2],
  3: [1, 3],
  4: [2, 2],
  5: [2, 3],
  6: [2, 3],
};

/** Rows and columns of panes. */
export function gridOf(count: PaneCount): readonly [rows: number, cols: number] {
  return GRIDS[count];
}

/** Where a pane stands, from 0, and over how many rows. Of five the first has a column of its own. */
export function placeOf(count: PaneCount, pane: number): { row: number; col: number; rows: number } {
  if (count === 5)
    return pane === 0
      ? { row: 0, col: 0, rows: 2 }
      : { row: (pane - 1) >> 1, col: 1 + ((pane - 1) % 2), rows: 1 };
  const cols = gridOf(count)[1];
  return { row: Math.floor(pane / cols), col: pane % cols, rows: 1 };
}

/** The first column that borders between rows cross. */
export function rowBordersFrom(count: PaneCount): number {
  return count === 5 ? 1 : 0;
}

/** The next larger layout; the smallest after the largest. */
export function nextCount(count: PaneCount): PaneCount {
  return PANE_COUNTS[(PANE_COUNTS.indexOf(count) + 1) % PANE_COUNTS.length]!;
}

/** The least share a column or row of `parts` may have, so that no pane is lost. */
export function leastShare(parts: number): number {
  return 0.3 / parts;
}

export function equalShares(parts: number): number[] {
  return Array.from({ length: parts }, () => 1 / parts);
}

/** Moves the border after part `at` by `delta` of the whole; its two neighbours give and take, down to their least. */
export function moveBorder(shares: readonly number[], at: number, delta: number): number[] {
  const [before, after] = [shares[at]!, shares[at + 1]!];
  const least = Math.min(leastShare(shares.length), before, after);
  const moved = Math.min(after - least, Math.max(least - before, delta));
  return shares.map((share, i) => (i === at ? share + moved : i === at + 1 ? share - moved : share));
}

/** Where the border after part `at` stands: share of the whole before it. */
export function borderAt(shares: readonly number[], at: number): number {
  return shares.slice(0, at + 1).reduce((sum, share) => sum + share, 0);
}

/** Stored shares when they are sound for `parts`, else equal ones. */
export function soundShares(shares: readonly number[] | undefined, parts: number): readonly number[] {
  const sound =
    shares?.length === parts &&
    shares.every((share) => share >= leastShare(parts) - 1e-6) &&
    Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-6;
  return sound ? shares : equalShares(parts);
}
