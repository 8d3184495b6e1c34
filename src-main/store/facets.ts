/** What there is to filter by, counted. */
import type { Facets } from '../../src-shared/contract/procedures.ts';
import { type ReadableDb, read } from './db.ts';

/** Batches shown at most: nobody looks for older ones by number. */
const MOST_BATCHES = 20;
/** Tags shown at most; a data set with more has made up its own ids. */
const MOST_TAGS = 200;

export function facets(db: ReadableDb): Facets {
  const counted = <T>(sql: string): T[] => read<T>(db, sql).all();
  const byColumn = (column: 'language' | 'split'): Facets['tags'] =>
    counted(
      `SELECT COALESCE(${column}, '') AS name, COUNT(*) AS samples FROM sample_state GROUP BY ${column}
       ORDER BY ${column} IS NULL, samples DESC, ${column} LIMIT ${MOST_TAGS}`,
    );
  const tags = counted<Facets['tags'][number]>(
    `SELECT tag AS name, COUNT(*) AS samples FROM sample_tag GROUP BY tag ORDER BY samples DESC, tag LIMIT ${MOST_TAGS}`,
  );
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
    dropRules: counted(
      `SELECT drop_rule AS rule, COUNT(*) AS samples FROM sample_state WHERE drop_rule IS NOT NULL
       GROUP BY drop_rule ORDER BY samples DESC`,
    ),
    flags: counted('SELECT flag, COUNT(*) AS samples FROM sample_flag GROUP BY flag ORDER BY flag'),
    batches: counted(
      `SELECT b.id, b.created_at AS createdAt, COUNT(*) AS samples FROM batch b
       JOIN batch_item i ON i.batch_id = b.id AND i.outcome = 'accepted'
       GROUP BY b.id ORDER BY b.id DESC LIMIT ${MOST_BATCHES}`,
    ),
    withNotes: read<{ n: number }>(db, 'SELECT COUNT(DISTINCT sample_id) AS n FROM sample_note').get()!.n,
  };
}
