/** The list behind queue and gallery: samples under a filter, in an order. */
import type { AnswerOutcome, Localisation } from '../../../src-shared/kernels/outcomes/answer-outcome.ts';
import type { Dropped } from '../../../src-shared/kernels/types.ts';
import type { Flag, PictureMark, SampleRow, SampleState } from '../../../src-shared/contract/domain.ts';
import { IMPORT_ORDER, type SampleFilter, type SampleSort } from '../../../src-shared/contract/procedures.ts';
import { MOST } from '../../../src-shared/contract/limits.ts';
import { NOTE_SHOWN } from './annotation.ts';
import { type ReadableDb, isPart, read } from '../db.ts';
import { CHANGED_SAMPLES } from '../pictures/change.ts';
import { beforeSql, orderOf, orderSql } from './order.ts';
import { countAll, pageOfAll } from './page.ts';
import { foundBy, isNothingBut, whereSql } from './where.ts';
import { pageOfFound } from '../search/search.ts';

/** Characters of a field that a row of the list is sent with. */
const ROW_CHARACTERS = 2000;
/** Tags that a row of the list is sent with. */
const TAGS_SHOWN = 50;

/** Characters of an answer that a row of the list is sent with: more than its line has room for. */
const ANSWER_CHARACTERS = 120;
/** Answers without the white space around them: a model begins many with a space. */
const FIRST_ANSWER = 'trim(p.answer, char(32, 9, 10, 13))';
const CROP_ANSWER = "trim(p.second_stage ->> '$.answer', char(32, 9, 10, 13))";

interface Row {
  readonly id: number;
  readonly external_id: string;
  readonly image_id: number;
  readonly width: number;
  readonly height: number;
  readonly question: string;
  readonly language: string | null;
  readonly split: string | null;
  readonly state: SampleState;
  readonly prediction_id: number | null;
  readonly dropped_rule: Dropped['rule'] | null;
  readonly dropped_value: number | null;
  readonly dropped_limit: number | null;
  readonly disagreement: number | null;
  readonly uncertainty: number | null;
  readonly roi_size: number | null;
  readonly answer: string | null;
  readonly crop_answer: string | null;
  readonly answers_differ: number | null;
  readonly outcome: AnswerOutcome | null;
  readonly localised: Localisation | null;
  readonly reviewed_at: string | null;
  readonly flags: string | null;
  readonly tags: string;
  readonly notes: number;
  readonly note: string | null;
  readonly picture: PictureMark | null;
}

/** How many samples the filter lets through. */
export function countSamples(db: ReadableDb, filter: SampleFilter): number {
  if (isNothingBut(filter)) return countAll(db);
  const found = isNothingBut(filter, 'text') ? foundBy(db, filter) : null;
  if (found) return found.size;
  const { sql, params } = whereSql(db, filter);
  return read<{ n: number }>(db, `SELECT COUNT(*) AS n FROM sample_state t WHERE ${sql}`).get(...params)!.n;
}

/** Ids of `limit` samples of the list from `offset` on. */
export function listSampleIds(
  db: ReadableDb,
  filter: SampleFilter,
  offset: number,
  limit: number,
  sort: SampleSort = IMPORT_ORDER,
): number[] {
  const { by, descending } = sort;
  if (isNothingBut(filter) && by !== 'listed' && !isPart(db))
    return pageOfAll(db, { by, descending }, offset, limit);
  const found = isNothingBut(filter, 'text') ? foundBy(db, filter) : null;
  if (found && by === 'imported') return pageOfFound(found, descending, offset, limit);
  const where = whereSql(db, filter);
  const order = orderSql(orderOf(sort, filter.ids));
  // Without a state to look for, walking in queue order finds a page sooner than the index and a sort.
  const walk = by === 'imported' && filter.states.length === 0 ? 'NOT INDEXED' : '';
  return read<{ id: number }>(
    db,
    `SELECT t.sample_id AS id FROM sample_state t ${walk} WHERE ${where.sql} ORDER BY ${order.sql} LIMIT ? OFFSET ?`,
  )
    .all(...where.params, ...order.params, limit, offset)
    .map(({ id }) => id);
}

/** `limit` rows of the list from `offset` on. */
export function listSamples(
  db: ReadableDb,
  filter: SampleFilter,
  offset: number,
  limit: number,
  sort: SampleSort = IMPORT_ORDER,
): SampleRow[] {
  // The page is found on the narrow table first; only its rows are looked up in full.
  const ids = listSampleIds(db, filter, offset, limit, sort);
  const rows = read<Row>(
    db,
    `SELECT s.id, ${shown('external_id')}, s.image_id, i.width, i.height, ${shown('question')}, ${shown('language')},
            ${shown('split')}, t.state,
            t.prediction_id, substr(${FIRST_ANSWER}, 1, ${ANSWER_CHARACTERS}) AS answer,
            CASE WHEN p.second_stage ->> '$.crop' IS NOT NULL
              THEN substr(${CROP_ANSWER}, 1, ${ANSWER_CHARACTERS}) END AS crop_answer,
            ${FIRST_ANSWER} <> ${CROP_ANSWER} AS answers_differ,
            p.dropped_rule, p.dropped_value, p.dropped_limit, t.disagreement, t.uncertainty,
            t.outcome, t.localised, t.roi_size, t.reviewed_at, (SELECT group_concat(flag) FROM sample_flag f WHERE f.sample_id = s.id) AS flags,
            (SELECT json_group_array(tag) FROM (SELECT tag FROM sample_tag g
              WHERE g.sample_id = s.id AND length(tag) <= ${MOST.tag} ORDER BY tag LIMIT ${TAGS_SHOWN})) AS tags,
            (SELECT COUNT(*) FROM sample_note n WHERE n.sample_id = s.id) AS notes,
            (SELECT substr(text, 1, ${NOTE_SHOWN}) FROM sample_note n WHERE n.sample_id = s.id ORDER BY n.id DESC
              LIMIT 1) AS note,
            CASE WHEN EXISTS (SELECT 1 FROM picture_problem q WHERE q.image_id = i.id) THEN 'unshown'
              WHEN EXISTS (SELECT 1 FROM picture_version v WHERE v.image_id = i.id)
                AND s.id IN (${CHANGED_SAMPLES}) THEN 'changed' END AS picture
     FROM json_each(?) page
     JOIN sample s ON s.id = page.value
     JOIN image i ON i.id = s.image_id
     JOIN sample_state t ON t.sample_id = s.id
     LEFT JOIN prediction p ON p.id = t.prediction_id
     ORDER BY page.key`,
  ).all(JSON.stringify(ids));
  return rows.map(toSampleRow);
}

/** The sample's 0-based place in the list, or null when the filter hides it (or there is none). */
export function samplePosition(
  db: ReadableDb,
  filter: SampleFilter,
  id: number,
  sort: SampleSort = IMPORT_ORDER,
): number | null {
  const { sql, params } = whereSql(db, filter);
  const shown = read(db, `SELECT 1 FROM sample_state t WHERE ${sql} AND t.sample_id = ?`).get(...params, id);
  const before = beforeSql(db, orderOf(sort, filter.ids), id);
  if (!shown || !before) return null;
  return read<{ n: number }>(
    db,
    `SELECT COUNT(*) AS n FROM sample_state t WHERE ${sql} AND (${before.sql})`,
  ).get(...params, ...before.params)!.n;
}

/** Ids of all samples in queue order, `limit` at a time, after `after`. */
export function sampleIdsAfter(db: ReadableDb, after: number, limit: number): number[] {
  const rows = read<{ id: number }>(db, 'SELECT id FROM sample WHERE id > ? ORDER BY id LIMIT ?').all(
    after,
    limit,
  );
  return rows.map((row) => row.id);
}

/** A column's beginning, with a mark where there is more. */
function shown(column: string): string {
  const start = `substr(s.${column}, 1, ${ROW_CHARACTERS})`;
  return `${start} || CASE WHEN length(s.${column}) > ${ROW_CHARACTERS} THEN '…' ELSE '' END AS ${column}`;
}

function toSampleRow(row: Row): SampleRow {
  return {
    id: row.id,
    externalId: row.external_id,
    imageId: row.image_id,
    size: [row.width, row.height],
    question: row.question,
    language: row.language,
    split: row.split,
    state: row.state,
    predictionId: row.prediction_id,
    dropped: row.dropped_rule
      ? { rule: row.dropped_rule, value: row.dropped_value!, limit: row.dropped_limit! }
      : null,
    disagreement: row.disagreement,
    uncertainty: row.uncertainty,
    roiSize: row.roi_size,
    answer: row.answer,
    cropAnswer:
      row.crop_answer === null ? null : { text: row.crop_answer, differs: row.answers_differ === 1 },
    outcome: row.outcome,
    localised: row.localised,
    reviewedAt: row.reviewed_at,
    // The schema of the table lets nothing else in.
    tags: JSON.parse(row.tags) as string[],
    flags: (row.flags?.split(',') ?? []) as Flag[],
    notes: row.notes,
    note: row.note,
    picture: row.picture,
  };
}
