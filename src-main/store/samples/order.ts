/**
 * The order of a list as SQL over `sample_state t`, and what stands before a given row in it. Rows without a value
 * come last in both directions; equals stand in the order they were imported.
 */
import type { SampleSort, SortKey } from '../../../src-shared/contract/procedures.ts';
import { type ReadableDb, type SqlValue, read } from '../db.ts';
import type { Sql } from '../sql.ts';

const STATE_RANK =
  "CASE t.state WHEN 'unlabelled' THEN 0 WHEN 'pending' THEN 1 WHEN 'accepted' THEN 2 WHEN 'corrected' THEN 3 ELSE 4 END";

/** What each order compares, on `sample_state t`. */
export const KEYS: Readonly<Record<Exclude<SortKey, 'listed'>, readonly string[]>> = {
  imported: [],
  disagreement: ['t.disagreement'],
  uncertainty: ['t.uncertainty'],
  dropped: ['t.drop_rule', 't.drop_value'],
  roiSize: ['t.roi_size'],
  language: ['t.language'],
  tag: ['t.tag'],
  state: [STATE_RANK],
  reviewed: ['t.reviewed_at'],
  // By name: downwards fixed, broken, both wrong, both right, then those without a crop.
  outcome: ['t.outcome'],
};

/** What an ORDER BY is made of. */
export interface Order {
  readonly keys: readonly string[];
  readonly descending: boolean;
  /** Parameters of one mention of each key. */
  readonly params: readonly SqlValue[];
}

/** @param ids of the filter, for the order `listed` */
export function orderOf(sort: SampleSort, ids: readonly number[]): Order {
  const { descending } = sort;
  if (sort.by !== 'listed') return { keys: KEYS[sort.by], descending, params: [] };
  const place = '(SELECT key FROM json_each(?) WHERE value = t.sample_id)';
  return { keys: [place], descending, params: [JSON.stringify(ids)] };
}

/** The ORDER BY of the list, without the words. */
export function orderSql({ keys, descending, params }: Order): Sql {
  const direction = descending ? 'DESC' : 'ASC';
  // Import order has no value that could be missing: turning it round turns the ids.
  if (keys.length === 0) return { sql: `t.sample_id ${direction}`, params: [] };
  const terms = keys.map((key) => `${key} ${direction} NULLS LAST`);
  return { sql: [...terms, 't.sample_id'].join(', '), params };
}

/** The condition that holds for rows before sample `id`; null when there is no such sample. */
export function beforeSql(db: ReadableDb, order: Order, id: number): Sql | null {
  const { keys, descending, params } = order;
  if (keys.length === 0) return { sql: `t.sample_id ${descending ? '>' : '<'} ?`, params: [id] };
  const columns = keys.map((key, i) => `${key} AS k${i}`).join(', ');
  const row = read<Record<string, string | number | null>>(
    db,
    `SELECT ${columns} FROM sample_state t WHERE t.sample_id = ?`,
  ).get(...params, id);
  if (!row) return null;
  // One alternative per key: equal in all keys before it, earlier in this one; at last the id decides.
  const alternatives: Sql[] = [];
  const equal: Sql[] = [];
  for (const [i, key] of keys.entries()) {
    const value = row[`k${i}`]!;
    const earlier: Sql =
      value === null
        ? { sql: `${key} IS NOT NULL`, params }
        : { sql: `${key} ${descending ? '>' : '<'} ?`, params: [...params, value] };
    alternatives.push(all([...equal, earlier]));
    equal.push(
      value === null ? { sql: `${key} IS NULL`, params } : { sql: `${key} = ?`, params: [...params, value] },
    );
  }
  alternatives.push(all([...equal, { sql: 't.sample_id < ?', params: [id] }]));
  return {
    sql: alternatives.map(({ sql }) => `(${sql})`).join(' OR '),
    params: alternatives.flatMap((part) => part.params),
  };
}

function all(parts: readonly Sql[]): Sql {
  return { sql: parts.map(({ sql }) => sql).join(' AND '), params: parts.flatMap(({ params }) => params) };
}
