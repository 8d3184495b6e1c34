/**
 * How panes share the page: a few grids without an empty place, of which the picture's shape chooses unless a person did,
 * and whose columns and rows a person may pull to any size. Shares are of the space that panes have, and sum to one.
 */
import { fit, type Size } from '../canvas/viewport.ts';

/** Panes to choose from; six is what fits a large screen. */
export const PANE_COUNTS = [1, 2, 3, 4, 5, 6] as const;
export type PaneCount = (typeof PANE_COUNTS)[number];

/** How panes are arranged: `auto` as makes the picture largest. */
export const ARRANGEMENTS = ['auto', 'row', 'column', 'grid'] as const;
export type Arrangement = (typeof ARRANGEMENTS)[number];
export const ARRANGEMENT_WORDS: Readonly<Record<Arrangement, string>> = {
  auto: 'By the shape of the picture',
  row: 'In a row',
  column: 'In a column',
  grid: 'In rows and columns',
};

/** Where a pane stands, from 0, and over how many rows and columns. */
export interface PanePlace {
  readonly row: number;
  readonly col: number;
  readonly rows: number;
  readonly cols: number;
}

export interface PaneGrid {
  readonly kind: Exclude<Arrangement, 'auto'>;
  readonly rows: number;
  readonly cols: number;
  /** One per pane. */
  readonly places: readonly PanePlace[];
}

function regular(kind: PaneGrid['kind'], rows: number, cols: number): PaneGrid {
  const places = Array.from({ length: rows * cols }, (_, i) => ({
    row: Math.floor(i / cols),
    col: i % cols,
    rows: 1,
    cols: 1,
  }));
  return { kind, rows, cols, places };
}

/** A grid some of whose places reach over two rows or columns. */
function irregular(rows: number, cols: number, places: readonly (readonly [...number[]])[]): PaneGrid {
  return {
    kind: 'grid',
    rows,
    cols,
    places: places.map(([row, col, down = 1, across = 1]) => ({
      row: row!,
      col: col!,
      rows: down,
      cols: across,
    })),
  };
}

/** For each count the one that is taken unless another shows more; of five the first pane has a column, or row, of its own. */
const GRIDS: Readonly<Record<PaneCount, readonly PaneGrid[]>> = {
  1: [regular('row', 1, 1)],
  2: [regular('row', 1, 2), regular('column', 2, 1)],
  3: [
    regular('row', 1, 3),
    regular('column', 3, 1),
    irregular(2, 2, [
      [0, 0],
      [0, 1],
      [1, 0, 1, 2],
    ]),
  ],
  4: [regular('grid', 2, 2), regular('row', 1, 4), regular('column', 4, 1)],
  5: [
    irregular(2, 3, [
      [0, 0, 2, 1],
      [0, 1],
      [0, 2],
      [1, 1],
      [1, 2],
    ]),
    irregular(3, 2, [
      [0, 0, 1, 2],
      [1, 0],
      [1, 1],
      [2, 0],
      [2, 1],
    ]),
    regular('row', 1, 5),
    regular('column', 5, 1),
  ],
  6: [regular('grid', 2, 3), regular('grid', 3, 2), regular('row', 1, 6), regular('column', 6, 1)],
};

/** Every grid of a count, the usual one first. */
export function gridsOf(count: PaneCount): readonly PaneGrid[] {
  return GRIDS[count];
}

/** Header and legend of a pane, CSS pixels. */
const PANE_CHROME = 50;
/** Another grid than the usual one has to show this much more: samples of almost one shape keep their panes in place. */
const WORTH_MOVING = 1.15;

/**
 * The grid that panes stand in.
 * @param picture of the sample on screen, source pixels
 * @param room of all panes, CSS pixels; null while either is not known
 */
export function gridFor(
  count: PaneCount,
  arrangement: Arrangement,
  picture: Size | null,
  room: Size | null,
): PaneGrid {
  const all = gridsOf(count);
  const asked = all.filter(({ kind }) => arrangement === 'auto' || kind === arrangement);
  const [usual, ...others] = asked.length > 0 ? asked : all;
  if (!picture || !room) return usual!;
  let [best, most] = [usual!, pictureArea(usual!, picture, room) * WORTH_MOVING];
  for (const grid of others) {
    const area = pictureArea(grid, picture, room);
    if (area > most) [best, most] = [grid, area];
  }
  return best;
}

/** Screen that fitted pictures take in all panes together, in CSS pixels squared. */
export function pictureArea({ rows, cols, places }: PaneGrid, picture: Size, room: Size): number {
  return places.reduce((sum, place) => {
    const width = (room.width * place.cols) / cols;
    const height = Math.max(1, (room.height * place.rows) / rows - PANE_CHROME);
    const { scale } = fit(picture, { width, height });
    return sum + scale * picture.width * scale * picture.height;
  }, 0);
}

/** From which place to which (exclusive) the border after column or row `at` goes: not across a pane. */
export function borderSpan(
  { rows, cols, places }: PaneGrid,
  axis: 'cols' | 'rows',
  at: number,
): readonly [from: number, to: number] {
  const length = axis === 'cols' ? rows : cols;
  const crossed = (i: number): boolean =>
    places.some(({ row, col, rows: down, cols: across }) =>
      axis === 'cols'
        ? row <= i && i < row + down && col <= at && at + 1 < col + across
        : col <= i && i < col + across && row <= at && at + 1 < row + down,
    );
  const free = Array.from({ length }, (_, i) => i).filter((i) => !crossed(i));
  return [free[0] ?? 0, (free.at(-1) ?? -1) + 1];
}

/** Under which name a grid's shares are kept. The usual grid of a count has the count's. */
export function shareKey(count: PaneCount, grid: PaneGrid): string {
  return grid === gridsOf(count)[0] ? String(count) : `${count} ${grid.rows}x${grid.cols}`;
}

/** The next larger layout; the smallest after the largest. */
export function nextCount(count: PaneCount): PaneCount {
  return PANE_COUNTS[(PANE_COUNTS.indexOf(count) + 1) % PANE_COUNTS.length]!;
}

/** What comes after an arrangement when one after the other is tried. */
export function nextArrangement(arrangement: Arrangement): Arrangement {
  return ARRANGEMENTS[(ARRANGEMENTS.indexOf(arrangement) + 1) % ARRANGEMENTS.length]!;
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
