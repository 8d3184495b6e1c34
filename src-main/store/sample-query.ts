/** The queue: samples under a filter, in the order they were imported. */
import type { Dropped } from '../../src-shared/kernels/types.ts';
import type { SampleRow, SampleState } from '../../src-shared/contract/domain.ts';
import type { SampleFilter } from '../../src-shared/contract/procedures.ts';
import { type ReadableDb, type SqlValue, read } from './db.ts';

interface Row {
  readonly id: number;
  readonly external_id: string;
  readonly image_id: number;
  readonly question: string;
  readonly language: string | null;
  readonly split: string | null;
  readonly state: SampleState;
  readonly dropped_rule: Dropped['rule'] | null;
  readonly dropped_value: number | null;
  readonly dropped_limit: number | null;
}

/** How many samples the filter lets through. */
export function countSamples(db: ReadableDb, filter: SampleFilter): number {
  const { sql, params } = where(filter);
  return read<{ n: number }>(db, `SELECT COUNT(*) AS n FROM sample_state t WHERE ${sql}`).get(...params)!.n;
}

/** `limit` rows of the filtered queue from `offset` on. */
export function listSamples(
  db: ReadableDb,
  filter: SampleFilter,
  offset: number,
  limit: number,
): SampleRow[] {
  const { sql, params } = where(filter);
  // Without a state to look for, walking in queue order finds a page sooner than the index and a sort.
  const walk = filter.states.length === 0 ? 'NOT INDEXED' : '';
  // The page is found on the narrow table first; only its rows are looked up in full.
  const rows = read<Row>(
    db,
    `SELECT s.id, s.external_id, s.image_id, s.question, s.language, s.split, t.state,
            p.dropped_rule, p.dropped_value, p.dropped_limit
     FROM (SELECT t.sample_id FROM sample_state t ${walk} WHERE ${sql} ORDER BY t.sample_id LIMIT ? OFFSET ?) page
     JOIN sample s ON s.id = page.sample_id
     JOIN sample_state t ON t.sample_id = page.sample_id
     LEFT JOIN prediction p ON p.id = t.prediction_id
     ORDER BY s.id`,
  ).all(...params, limit, offset);
  return rows.map((row) => ({
    id: row.id,
    externalId: row.external_id,
    imageId: row.image_id,
    question: row.question,
    language: row.language,
    split: row.split,
    state: row.state,
    dropped: row.dropped_rule
      ? { rule: row.dropped_rule, value: row.dropped_value!, limit: row.dropped_limit! }
      : null,
  }));
}

/** The sample's 0-based place in the filtered queue, or null when the filter hides it (or there is none). */
export function samplePosition(db: ReadableDb, filter: SampleFilter, id: number): number | null {
  const { sql, params } = where(filter);
  const shown = read(db, `SELECT 1 FROM sample_state t WHERE ${sql} AND t.sample_id = ?`).get(...params, id);
  if (!shown) return null;
  return read<{ n: number }>(
    db,
    `SELECT COUNT(*) AS n FROM sample_state t WHERE ${sql} AND t.sample_id < ?`,
  ).get(...params, id)!.n;
}

/** Ids of all samples in queue order, `limit` at a time, after `after`. */
export function sampleIdsAfter(db: ReadableDb, after: number, limit: number): number[] {
  const rows = read<{ id: number }>(db, 'SELECT id FROM sample WHERE id > ? ORDER BY id LIMIT ?').all(
    after,
    limit,
  );
  return rows.map((row) => row.id);
}

function where(filter: SampleFilter): { sql: string; params: SqlValue[] } {
  const parts = ['true'];
  const params: SqlValue[] = [];
  const oneOf = (column: string, values: readonly string[]): void => {
    if (values.length === 0) return;
    parts.push(`t.${column} IN (${values.map(() => '?').join(', ')})`);
    params.push(...values);
  };
  oneOf('state', filter.states);
  oneOf('language', filter.languages);
  oneOf('split', filter.splits);
  if (filter.dropped !== 'any') parts.push(`t.dropped = ${filter.dropped === 'dropped' ? 1 : 0}`);
  if (filter.text.trim() !== '') {
    parts.push('instr(t.search, fold(?)) > 0');
    params.push(filter.text.trim());
  }
  return { sql: parts.join(' AND '), params };
}
