/**
 * A page of the whole project in any order. Rows with a value and rows without one are two walks along an index each; how
 * far a page lies from the nearer end is what it takes, some 20 ns a row. What `order.ts` says of order holds here.
 */
import type { SortKey } from '../../../src-shared/contract/procedures.ts';
import { type ReadableDb, read } from '../db.ts';
import { KEYS } from './order.ts';

/** Every order but that of the filter's own ids. */
interface AnyOrder {
  readonly by: Exclude<SortKey, 'listed'>;
  readonly descending: boolean;
}

/** One stretch of a list: rows that meet `where`, along an index, all their keys in one direction. */
interface Stretch {
  readonly index: string;
  readonly where: string;
  readonly order: string;
  /** The same rows from the last to the first. */
  readonly back: string;
}

/** Indexes of each order: its values upwards, rows without one among them, and its values downwards. */
const INDEXES: Readonly<
  Record<Exclude<SortKey, 'listed' | 'imported'>, readonly [up: string, down: string]>
> = {
  disagreement: ['sample_state_disagreement', 'sample_state_disagreement_down'],
  uncertainty: ['sample_state_uncertainty', 'sample_state_uncertainty_down'],
  dropped: ['sample_state_dropped', 'sample_state_dropped_down'],
  roiSize: ['sample_state_roi_size', 'sample_state_roi_size_down'],
  language: ['sample_state_language', 'sample_state_language_down'],
  tag: ['sample_state_tag', 'sample_state_tag_down'],
  state: ['sample_state_rank', 'sample_state_rank_down'],
  reviewed: ['sample_state_reviewed', 'sample_state_reviewed_down'],
  outcome: ['sample_state_outcome', 'sample_state_outcome_down'],
};

/** How many samples there are. */
export function countAll(db: ReadableDb): number {
  // Without a condition SQLite adds up what the pages of its smallest index hold.
  return read<{ n: number }>(db, 'SELECT COUNT(*) AS n FROM sample_state').get()!.n;
}

/** Ids of `limit` samples of the whole project from `offset` on. */
export function pageOfAll(db: ReadableDb, sort: AnyOrder, offset: number, limit: number): number[] {
  const stretches = stretchesOf(sort);
  const total = countAll(db);
  const size = Math.min(limit, total - offset);
  if (size <= 0) return [];
  const behind = total - offset - size;
  if (offset <= behind) return take(db, stretches, 'order', offset, size);
  return take(db, stretches.toReversed(), 'back', behind, size).reverse();
}

function stretchesOf({ by, descending }: AnyOrder): Stretch[] {
  const [down, up] = ['DESC', 'ASC'];
  if (by === 'imported') {
    const [there, back] = descending ? [down, up] : [up, down];
    const order = (way: string): string => `t.sample_id ${way}`;
    return [{ index: 'sample_state_walk', where: 'true', order: order(there), back: order(back) }];
  }
  const keys = KEYS[by];
  const [there, back] = descending ? [down, up] : [up, down];
  const along = (way: string): string => keys.map((key) => `${key} ${way}, `).join('');
  const valued: Stretch = {
    index: INDEXES[by][descending ? 1 : 0],
    where: `${keys[0]} IS NOT NULL`,
    order: `${along(there)}t.sample_id ASC`,
    back: `${along(back)}t.sample_id DESC`,
  };
  // A state is never missing.
  if (by === 'state') return [{ ...valued, where: 'true' }];
  const without: Stretch = {
    index: INDEXES[by][0],
    where: `${keys[0]} IS NULL`,
    order: `${along(up)}t.sample_id ASC`,
    back: `${along(down)}t.sample_id DESC`,
  };
  return [valued, without];
}

/** `size` ids, `skip` rows from where the first stretch begins, walking each as `way` says. */
function take(
  db: ReadableDb,
  stretches: readonly Stretch[],
  way: 'order' | 'back',
  skip: number,
  size: number,
): number[] {
  const ids: number[] = [];
  let left = skip;
  for (const stretch of stretches) {
    const from = `FROM sample_state t INDEXED BY ${stretch.index} WHERE ${stretch.where}`;
    const rows = read<{ id: number }>(
      db,
      `SELECT t.sample_id AS id ${from} ORDER BY ${stretch[way]} LIMIT ? OFFSET ?`,
    ).all(size - ids.length, left);
    for (const { id } of rows) ids.push(id);
    if (ids.length === size) break;
    // The page begins behind this stretch, or goes on behind it.
    left = rows.length > 0 ? 0 : left - read<{ n: number }>(db, `SELECT COUNT(*) AS n ${from}`).get()!.n;
  }
  return ids;
}
