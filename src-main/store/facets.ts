/** What there is to filter by, counted. */
import type { Facets } from '../../src-shared/contract/procedures.ts';
import { type ReadableDb, read } from './db.ts';

/** Tags shown at most; a data set with more has made up its own ids. */
const MOST_TAGS = 200;

export function facets(db: ReadableDb): Facets {
  const counted = <T>(sql: string): T[] => read<T>(db, sql).all();
  return {
    tags: counted(
      `SELECT tag AS name, COUNT(*) AS samples FROM sample_tag GROUP BY tag ORDER BY samples DESC, tag LIMIT ${MOST_TAGS}`,
    ),
    reviewers: counted(
      `SELECT reviewer AS name, COUNT(*) AS samples FROM sample_state WHERE reviewer IS NOT NULL
       GROUP BY reviewer ORDER BY samples DESC, reviewer`,
    ),
    dropRules: counted(
      `SELECT drop_rule AS rule, COUNT(*) AS samples FROM sample_state WHERE drop_rule IS NOT NULL
       GROUP BY drop_rule ORDER BY samples DESC`,
    ),
    flags: counted('SELECT flag, COUNT(*) AS samples FROM sample_flag GROUP BY flag ORDER BY flag'),
    withNotes: read<{ n: number }>(db, 'SELECT COUNT(DISTINCT sample_id) AS n FROM sample_note').get()!.n,
  };
}
