/** The next sample of a list that waits for a decision, wherever in the list one is. */
import type { SampleFilter, SampleSort } from '../../../src-shared/contract/procedures.ts';
import { type ReadableDb, read } from '../db.ts';
import { beforeSql, orderOf } from './order.ts';
import { countSamples, listSampleIds } from './query.ts';
import { whereSql } from './where.ts';

/**
 * @param from the sample one is at, in the list or not; null: the beginning, or with `back` the end
 * @returns null when none waits; `from` itself when no other one does. `wrapped` says that the way led over the end
 */
export function nextUndecided(
  db: ReadableDb,
  filter: SampleFilter,
  sort: SampleSort,
  from: number | null,
  back: boolean,
): { readonly id: number; readonly wrapped: boolean } | null {
  if (filter.states.length > 0 && !filter.states.includes('pending')) return null;
  const waiting: SampleFilter = { ...filter, states: ['pending'] };
  const total = countSamples(db, waiting);
  if (total === 0) return null;
  const { before, here } = placeAmong(db, waiting, sort, from);
  // Places of those that wait: `before` of them stand before `from`, which is the one at that place where it waits itself.
  const place = from === null ? (back ? total - 1 : 0) : back ? before - 1 : before + (here ? 1 : 0);
  const wrapped = place < 0 || place >= total;
  const [id] = listSampleIds(db, waiting, (place + total) % total, 1, sort);
  return id === undefined ? null : { id, wrapped };
}

function placeAmong(
  db: ReadableDb,
  filter: SampleFilter,
  sort: SampleSort,
  id: number | null,
): { readonly before: number; readonly here: boolean } {
  const earlier = id === null ? null : beforeSql(db, orderOf(sort, filter.ids), id);
  if (id === null || earlier === null) return { before: 0, here: false };
  const { sql, params } = whereSql(db, filter);
  const { n } = read<{ n: number }>(
    db,
    `SELECT COUNT(*) AS n FROM sample_state t WHERE ${sql} AND (${earlier.sql})`,
  ).get(...params, ...earlier.params)!;
  const here = read(db, `SELECT 1 FROM sample_state t WHERE ${sql} AND t.sample_id = ?`).get(...params, id);
  return { before: n, here: here !== undefined };
}
