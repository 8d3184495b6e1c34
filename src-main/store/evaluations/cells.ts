/** The samples behind a cell of an evaluation's table: those of a method, a slice and an outcome. */
import type { EvaluationCell, SliceBy } from '../../../src-shared/contract/evaluation.ts';
import { type ReadableDb, read } from '../db.ts';
import { type Sql, plain } from '../sql.ts';

/** Of result `r` and what the picture alone gave, `a`; right is a score of one half or more. */
const WHICH: Readonly<Record<EvaluationCell['which'], string>> = {
  asked: 'true',
  right: 'r.score >= 0.5',
  wrong: 'r.score < 0.5',
  fixed: 'r.score >= 0.5 AND a.score < 0.5',
  broken: 'r.score < 0.5 AND a.score >= 0.5',
  failed: 'r.error IS NOT NULL',
};

/** Columns of `evaluation_sample s`; a tag is one of several. */
const COLUMNS: Readonly<Record<Exclude<SliceBy, 'tag'>, string>> = {
  language: 's.language',
  size: 's.size',
  place: 's.place',
  dataset: 's.dataset',
  length: 's.length',
};

/** Up to `limit` of them, by number, and how many there are. */
export function cellSamples(
  db: ReadableDb,
  evaluationId: number,
  { method, which, slice }: EvaluationCell,
  limit: number,
): { readonly ids: number[]; readonly total: number } {
  const part = slice ? sliceSql(slice.by, slice.value) : plain('true');
  const rows = read<{ id: number }>(
    db,
    `SELECT r.sample_id AS id FROM evaluation_result r
     JOIN evaluation_sample s ON s.evaluation_id = r.evaluation_id AND s.image_id = r.image_id AND s.sample_id = r.sample_id
     LEFT JOIN evaluation_result a ON a.evaluation_id = r.evaluation_id AND a.image_id = r.image_id
       AND a.sample_id = r.sample_id AND a.method = 'alone'
     WHERE r.evaluation_id = ? AND r.method = ? AND (${WHICH[which]}) AND (${part.sql}) ORDER BY r.sample_id`,
  ).all(evaluationId, method, ...part.params);
  return { ids: rows.slice(0, limit).map(({ id }) => id), total: rows.length };
}

function sliceSql(by: SliceBy, value: string): Sql {
  if (by === 'tag') {
    return value === ''
      ? plain("s.tags = '[]'")
      : { sql: 'EXISTS (SELECT 1 FROM json_each(s.tags) t WHERE t.value = ?)', params: [value] };
  }
  return value === '' ? plain(`${COLUMNS[by]} IS NULL`) : { sql: `${COLUMNS[by]} = ?`, params: [value] };
}
