/** A filter as SQL over `sample_state t`. Values are always parameters; names come from the tables below only. */
import { NO_FILTER, type Measure, type SampleFilter } from '../../../src-shared/contract/procedures.ts';
import type { ReadableDb } from '../db.ts';
import { CHANGED_SAMPLES, UNSHOWN_SAMPLES } from '../pictures/change.ts';
import { NEAR_DUPLICATE_SAMPLES } from '../embeddings/near-duplicates.ts';
import { type Found, findText, foundSql, withIds, withNote } from '../search/search.ts';
import { foldText } from '../search/text.ts';
import { type Sql, plain } from '../sql.ts';

/** Columns of `sample_state` that hold a measure. */
export const MEASURES: Readonly<Record<Measure, string>> = {
  disagreement: 'disagreement',
  uncertainty: 'uncertainty',
  roiSize: 'roi_size',
  roiX: 'roi_x',
  roiY: 'roi_y',
  iou: 'iou',
};

/** Samples that a labelling job of the active run gave up on; those it managed since have a prediction. */
export const FAILED = `SELECT i.sample_id FROM job j JOIN job_item i ON i.job_id = j.id AND i.state = 'failed'
  WHERE j.type = 'label' AND j.run_id IS (SELECT active_run_id FROM project)`;

const LABELLING: Readonly<Record<SampleFilter['labelling'], string>> = {
  any: '',
  labelled: 't.prediction_id IS NOT NULL',
  failed: `t.prediction_id IS NULL AND t.sample_id IN (${FAILED})`,
  waiting: `t.prediction_id IS NULL AND t.sample_id NOT IN (${FAILED})`,
};

const PICTURES: Readonly<Record<SampleFilter['pictures'], string>> = {
  any: '',
  changed: `t.sample_id IN (${CHANGED_SAMPLES})`,
  unshown: `t.sample_id IN (${UNSHOWN_SAMPLES})`,
};

/** The condition a sample's row meets when the filter lets it through. */
export function whereSql(db: ReadableDb, filter: SampleFilter): Sql {
  const parts: Sql[] = [
    oneOf('t.state', filter.states),
    oneOfOrNone('t.language', filter.languages),
    oneOfOrNone('t.split', filter.splits),
    oneOf('t.drop_rule', filter.dropRules),
    oneOf('t.reviewer', filter.reviewers),
    oneOf('t.reason', filter.reasons),
    oneOfOrNone(
      't.outcome',
      filter.outcomes.map((outcome) => (outcome === 'unscored' ? '' : outcome)),
    ),
    tagged(filter.tags),
    flagged(filter.flags),
    plain(LABELLING[filter.labelling]),
    plain(PICTURES[filter.pictures]),
  ];
  if (filter.dropped !== 'any') parts.push(plain(`t.dropped = ${filter.dropped === 'dropped' ? 1 : 0}`));
  if (filter.notes !== 'any') {
    const is = filter.notes === 'with' ? 'EXISTS' : 'NOT EXISTS';
    parts.push(plain(`${is} (SELECT 1 FROM sample_note n WHERE n.sample_id = t.sample_id)`));
  }
  if (filter.nearDuplicates !== 'any') {
    const is = filter.nearDuplicates === 'with' ? 'IN' : 'NOT IN';
    parts.push(plain(`t.sample_id ${is} (${NEAR_DUPLICATE_SAMPLES})`));
  }
  if (filter.localised !== 'any') parts.push({ sql: 't.localised = ?', params: [filter.localised] });
  if (filter.agreement !== 'any') parts.push({ sql: 't.agreement = ?', params: [filter.agreement] });
  if (filter.batch !== null) {
    parts.push({
      sql: `t.sample_id IN (SELECT i.sample_id FROM batch b JOIN batch_item i ON i.batch_id = b.id
        WHERE b.id = ? AND (i.outcome = 'accepted' OR (b.state = 'auditing' AND i.outcome IS NULL)))`,
      params: [filter.batch],
    });
  }
  for (const [measure, range] of Object.entries(filter.ranges)) {
    const column = MEASURES[measure as Measure];
    parts.push({ sql: `t.${column} >= ? AND t.${column} < ?`, params: [...range] });
  }
  if (filter.ids.length > 0) {
    parts.push({
      sql: 't.sample_id IN (SELECT value FROM json_each(?))',
      params: [JSON.stringify(filter.ids)],
    });
  }
  const found = foundBy(db, filter);
  if (found) parts.push(foundSql(found, 't.sample_id'));
  const used = parts.filter(({ sql }) => sql !== '');
  return {
    sql: ['true', ...used.map(({ sql }) => `(${sql})`)].join(' AND '),
    params: used.flatMap(({ params }) => params),
  };
}

/** Whether the filter asks for nothing, or for nothing but its `part`. */
export function isNothingBut(filter: SampleFilter, part?: keyof SampleFilter): boolean {
  return Object.entries(NO_FILTER).every(([name, nothing]) => {
    const asked = filter[name as keyof SampleFilter];
    if (name === part || asked === nothing) return true;
    if (name === 'text') return filter.text.trim() === '';
    return typeof asked === 'object' && asked !== null && Object.keys(asked).length === 0;
  });
}

/** The samples whose text, or one of whose notes, holds the filter's text; null where it has none. */
export function foundBy(db: ReadableDb, filter: SampleFilter): Found | null {
  const query = filter.text.trim();
  if (foldText(query) === '') return null;
  return withIds(findText(db, query), withNote(db, query));
}

function oneOf(column: string, values: readonly string[]): Sql {
  if (values.length === 0) return plain('');
  return { sql: `${column} IN (${marks(values)})`, params: values };
}

function oneOfOrNone(column: string, values: readonly string[]): Sql {
  const named = oneOf(
    column,
    values.filter((value) => value !== ''),
  );
  if (!values.includes('')) return named;
  const none = `${column} IS NULL`;
  return { sql: named.sql === '' ? none : `${named.sql} OR ${none}`, params: named.params };
}

function tagged(tags: readonly string[]): Sql {
  const named = tags.filter((tag) => tag !== '');
  const has: Sql =
    named.length === 0
      ? plain('')
      : {
          sql: `t.sample_id IN (SELECT sample_id FROM sample_tag WHERE tag IN (${marks(named)}))`,
          params: named,
        };
  if (!tags.includes('')) return has;
  return { sql: has.sql === '' ? 't.tag IS NULL' : `${has.sql} OR t.tag IS NULL`, params: has.params };
}

function flagged(flags: readonly string[]): Sql {
  if (flags.length === 0) return plain('');
  return {
    sql: `t.sample_id IN (SELECT sample_id FROM sample_flag WHERE flag IN (${marks(flags)}))`,
    params: flags,
  };
}

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}
