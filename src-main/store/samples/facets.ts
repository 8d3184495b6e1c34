/**
 * What there is to filter by, counted as faceted search does: beside each choice stands how many samples it would show
 * under everything else the filter asks for. Choices that would show none stay, with a zero.
 */
import { NO_FILTER, type Facets, type SampleFilter } from '../../../src-shared/contract/procedures.ts';
import type { Localisation } from '../../../src-shared/kernels/outcomes/answer-outcome.ts';
import { type ReadableDb, read } from '../db.ts';
import { hasNearDuplicates, NEAR_DUPLICATE_SAMPLES } from '../embeddings/near-duplicates.ts';
import { whereSql } from './where.ts';
import { NAME_CHARACTERS } from '../shown-text.ts';
import { plain, type Sql } from '../sql.ts';

/** Batches shown at most: nobody looks for older ones by number. */
const MOST_BATCHES = 20;
/** Tags shown at most; a data set with more has made up its own ids. */
const MOST_TAGS = 200;

/** Parts that are a column of `sample_state`. */
const COLUMNS = {
  languages: 'language',
  splits: 'split',
  reviewers: 'reviewer',
  dropRules: 'drop_rule',
  reasons: 'reason',
  outcomes: 'outcome',
} as const;
type Part = keyof typeof COLUMNS;
const PARTS = Object.keys(COLUMNS) as Part[];

/** @param filter what is in force; every part is counted without its own choices */
export function facets(db: ReadableDb, filter: SampleFilter = NO_FILTER): Facets {
  const found = ofProject(db);
  if (whereSql(db, filter).sql === whereSql(db, NO_FILTER).sql) return found;
  const columns = countColumns(db, filter);
  const tags = countTags(db, whereSql(db, { ...filter, tags: [] }));
  const flags = countFlags(db, whereSql(db, { ...filter, flags: [] }));
  const again = <T extends { readonly samples: number }>(
    choices: readonly T[],
    counts: ReadonlyMap<string, number>,
    nameOf: (choice: T) => string,
  ): T[] => choices.map((choice) => ({ ...choice, samples: counts.get(nameOf(choice)) ?? 0 }));
  const nameOf = ({ name }: { readonly name: string }): string => name;
  return {
    ...found,
    languages: again(found.languages, columns.languages, nameOf),
    splits: again(found.splits, columns.splits, nameOf),
    tags: again(found.tags, tags, nameOf),
    reviewers: again(found.reviewers, columns.reviewers, nameOf),
    reasons: again(found.reasons, columns.reasons, nameOf),
    dropRules: again(found.dropRules, columns.dropRules, ({ rule }) => rule),
    outcomes: again(found.outcomes, columns.outcomes, ({ outcome }) =>
      outcome === 'unscored' ? '' : outcome,
    ),
    flags: again(found.flags, flags, ({ flag }) => flag),
    localised: countLocalised(db, whereSql(db, { ...filter, localised: 'any' })),
    withNotes: countNotes(db, whereSql(db, { ...filter, notes: 'any' })),
    nearDuplicates: countNearDuplicates(db, whereSql(db, { ...filter, nearDuplicates: 'any' })),
  };
}

/** Under a filter, by part and name; the empty name is "none given". Parts without choices share one pass. */
function countColumns(
  db: ReadableDb,
  filter: SampleFilter,
): Readonly<Record<Part, ReadonlyMap<string, number>>> {
  const counts = {
    languages: new Map(),
    splits: new Map(),
    reviewers: new Map(),
    reasons: new Map(),
    dropRules: new Map(),
    outcomes: new Map(),
  };
  const count = (parts: readonly Part[], { sql, params }: Sql): void => {
    if (parts.length === 0) return;
    const names = parts.map((part) => `COALESCE(t.${COLUMNS[part]}, '')`);
    const rows = read<Record<string, string | number>>(
      db,
      `SELECT ${names.map((name, i) => `${name} AS n${i}`).join(', ')}, COUNT(*) AS samples
       FROM sample_state t WHERE ${sql} GROUP BY ${names.join(', ')}`,
    ).all(...params);
    for (const row of rows) {
      parts.forEach((part, i) => {
        const of: Map<string, number> = counts[part];
        of.set(String(row[`n${i}`]), (of.get(String(row[`n${i}`])) ?? 0) + Number(row.samples));
      });
    }
  };
  count(
    PARTS.filter((part) => filter[part].length === 0),
    whereSql(db, filter),
  );
  for (const part of PARTS.filter((part) => filter[part].length > 0))
    count([part], whereSql(db, { ...filter, [part]: [] }));
  return counts;
}

function countTags(db: ReadableDb, { sql, params }: Sql): Map<string, number> {
  const rows = read<{ name: string; samples: number }>(
    db,
    `SELECT g.tag AS name, COUNT(*) AS samples FROM sample_tag g JOIN sample_state t ON t.sample_id = g.sample_id
     WHERE ${sql} GROUP BY g.tag
     UNION ALL SELECT '', COUNT(*) FROM sample_state t WHERE t.tag IS NULL AND ${sql}`,
  ).all(...params, ...params);
  return new Map(rows.map(({ name, samples }) => [name, samples]));
}

function countFlags(db: ReadableDb, { sql, params }: Sql): Map<string, number> {
  const rows = read<{ flag: string; samples: number }>(
    db,
    `SELECT g.flag, COUNT(*) AS samples FROM sample_flag g JOIN sample_state t ON t.sample_id = g.sample_id
     WHERE ${sql} GROUP BY g.flag`,
  ).all(...params);
  return new Map(rows.map(({ flag, samples }) => [flag, samples]));
}

/** Null without a sample that has both truth boxes and scored answers. */
function countLocalised(db: ReadableDb, { sql, params }: Sql): Facets['localised'] {
  if (!read(db, 'SELECT 1 FROM sample_state WHERE localised IS NOT NULL LIMIT 1').get()) return null;
  const rows = read<{ localised: Localisation; n: number }>(
    db,
    `SELECT t.localised, COUNT(*) AS n FROM sample_state t WHERE t.localised IS NOT NULL AND ${sql} GROUP BY t.localised`,
  ).all(...params);
  const of = (name: Localisation): number => rows.find(({ localised }) => localised === name)?.n ?? 0;
  return { used: of('used'), unused: of('unused'), missed: of('missed') };
}

function countNotes(db: ReadableDb, { sql, params }: Sql): number {
  return read<{ n: number }>(
    db,
    `SELECT COUNT(*) AS n FROM sample_state t
     WHERE t.sample_id IN (SELECT sample_id FROM sample_note) AND ${sql}`,
  ).get(...params)!.n;
}

function countNearDuplicates(db: ReadableDb, { sql, params }: Sql): number | null {
  if (!hasNearDuplicates(db)) return null;
  return read<{ n: number }>(
    db,
    `SELECT COUNT(*) AS n FROM sample_state t WHERE t.sample_id IN (${NEAR_DUPLICATE_SAMPLES}) AND ${sql}`,
  ).get(...params)!.n;
}

/** Every choice with its count in the whole project. */
function ofProject(db: ReadableDb): Facets {
  const counted = <T>(sql: string): T[] => read<T>(db, sql).all();
  const byColumn = (column: 'language' | 'split'): Facets['tags'] =>
    counted(
      `SELECT COALESCE(${column}, '') AS name, COUNT(*) AS samples FROM sample_state
       WHERE ${column} IS NULL OR length(${column}) <= ${NAME_CHARACTERS} GROUP BY ${column}
       ORDER BY ${column} IS NULL, samples DESC, ${column} LIMIT ${MOST_TAGS}`,
    );
  const tags = projectTags(db);
  const untagged = read<{ n: number }>(db, 'SELECT COUNT(*) AS n FROM sample_state WHERE tag IS NULL').get()!
    .n;
  return {
    languages: byColumn('language'),
    splits: byColumn('split'),
    tags: tags.length > 0 && untagged > 0 ? [...tags, { name: '', samples: untagged }] : tags,
    reviewers: counted(
      `SELECT reviewer AS name, COUNT(*) AS samples FROM sample_state WHERE reviewer IS NOT NULL
       GROUP BY reviewer ORDER BY samples DESC, reviewer`,
    ),
    reasons: counted(
      `SELECT reason AS name, COUNT(*) AS samples FROM sample_state WHERE reason IS NOT NULL
       GROUP BY reason ORDER BY samples DESC, reason LIMIT ${MOST_TAGS}`,
    ),
    dropRules: counted(
      `SELECT drop_rule AS rule, COUNT(*) AS samples FROM sample_state WHERE drop_rule IS NOT NULL
       GROUP BY drop_rule ORDER BY samples DESC`,
    ),
    outcomes: counted(
      `SELECT COALESCE(outcome, 'unscored') AS outcome, COUNT(*) AS samples FROM sample_state
       GROUP BY sample_state.outcome ORDER BY sample_state.outcome DESC`,
    ),
    localised: countLocalised(db, plain('true')),
    flags: counted('SELECT flag, COUNT(*) AS samples FROM sample_flag GROUP BY flag ORDER BY flag'),
    batches: counted(
      `SELECT b.id, b.created_at AS createdAt, COUNT(*) AS samples FROM batch b
       JOIN batch_item i ON i.batch_id = b.id AND i.outcome = 'accepted'
       GROUP BY b.id ORDER BY b.id DESC LIMIT ${MOST_BATCHES}`,
    ),
    withNotes: read<{ n: number }>(db, 'SELECT COUNT(DISTINCT sample_id) AS n FROM sample_note').get()!.n,
    nearDuplicates: countNearDuplicates(db, plain('true')),
  };
}

/** Its tags, the most used first; not those that are no names. */
export function projectTags(db: ReadableDb): Facets['tags'] {
  return read<Facets['tags'][number]>(
    db,
    `SELECT tag AS name, COUNT(*) AS samples FROM sample_tag WHERE length(tag) <= ${NAME_CHARACTERS}
     GROUP BY tag ORDER BY samples DESC, tag LIMIT ${MOST_TAGS}`,
  ).all();
}
