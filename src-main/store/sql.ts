/** A piece of SQL and the values of its question marks, in order. */
import type { SqlValue } from './db.ts';

export interface Sql {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

export function plain(sql: string): Sql {
  return { sql, params: [] };
}
