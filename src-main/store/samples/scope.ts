/** Which samples something is about: those under a filter, just some of them, or all but some. */
import type { SampleFilter } from '../../../src-shared/contract/procedures.ts';
import type { ReadableDb } from '../db.ts';
import { whereSql } from './where.ts';
import type { Sql } from '../sql.ts';

export interface SampleScope {
  readonly filter: SampleFilter;
  /** Just these of the filter; null: all of it. */
  readonly ids: readonly number[] | null;
  /** But these. */
  readonly except: readonly number[];
}

/** The condition a row of `sample_state t` meets when it is in the scope. */
export function scopeSql(db: ReadableDb, { filter, ids, except }: SampleScope): Sql {
  const parts = [whereSql(db, filter)];
  if (ids !== null) parts.push(among('IN', ids));
  if (except.length > 0) parts.push(among('NOT IN', except));
  return {
    sql: parts.map(({ sql }) => sql).join(' AND '),
    params: parts.flatMap(({ params }) => params),
  };
}

function among(how: 'IN' | 'NOT IN', ids: readonly number[]): Sql {
  return { sql: `t.sample_id ${how} (SELECT value FROM json_each(?))`, params: [JSON.stringify(ids)] };
}
