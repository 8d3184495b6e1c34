/** What would go out, in a few words a sample: to deal it out to splits, and to say how it is balanced before it is written. */
import { sampleStateSchema, type SampleState } from '../../../src-shared/contract/domain.ts';
import { type ReadableDb, read } from '../db.ts';
import { type SampleScope, scopeSql } from '../samples/scope.ts';

export interface ExportRow {
  readonly id: number;
  readonly imageId: number;
  /** Of the picture's bytes, in hexadecimal; null where nobody looked. */
  readonly sha256: string | null;
  readonly state: SampleState;
  /** That came with the data. */
  readonly answer: string | null;
  readonly language: string | null;
  /** The first in the order of the alphabet. */
  readonly tag: string | null;
  readonly split: string | null;
  /** The first in the order of the alphabet. */
  readonly flag: string | null;
}

/** How many samples of a scope are in each state. @param scope null: all samples */
export function countByState(db: ReadableDb, scope: SampleScope | null): Record<SampleState, number> {
  const { sql, params } = scope ? scopeSql(db, scope) : { sql: 'true', params: [] };
  const counts = Object.fromEntries(sampleStateSchema.options.map((state) => [state, 0]));
  const rows = read<{ state: SampleState; samples: number }>(
    db,
    `SELECT t.state, COUNT(*) AS samples FROM sample_state t WHERE ${sql} GROUP BY t.state`,
  ).all(...params);
  for (const { state, samples } of rows) counts[state] = samples;
  return counts as Record<SampleState, number>;
}

/** In the order of the samples' numbers. @param scope null: all samples */
export function exportRows(
  db: ReadableDb,
  scope: SampleScope | null,
  states: readonly SampleState[],
): ExportRow[] {
  const { sql, params } = scope ? scopeSql(db, scope) : { sql: 'true', params: [] };
  return read<ExportRow>(
    db,
    `SELECT t.sample_id AS id, s.image_id AS imageId, hex(i.sha256) AS sha256, t.state, s.reference_answer AS answer,
       t.language, t.tag, t.split,
       (SELECT MIN(f.flag) FROM sample_flag f WHERE f.sample_id = t.sample_id) AS flag
     FROM sample_state t JOIN sample s ON s.id = t.sample_id JOIN image i ON i.id = s.image_id
     WHERE ${sql} AND t.state IN (SELECT value FROM json_each(?)) ORDER BY t.sample_id`,
  )
    .all(...params, JSON.stringify(states))
    .map((row) => (row.sha256 === '' ? { ...row, sha256: null } : row));
}
