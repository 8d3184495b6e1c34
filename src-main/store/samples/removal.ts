/**
 * Takes samples out of a project with all that was made of them: labels, maps, scores, flags, notes, what batches and jobs
 * know of them, and decisions. That decisions were there, and that their samples were removed, stays in the journal.
 */
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';
import { IMPORT_ORDER, type SampleSort } from '../../../src-shared/contract/procedures.ts';
import { orderOf, orderSql } from './order.ts';
import { type SampleScope, scopeSql } from './scope.ts';
import { writeSearch } from '../search/text.ts';

/** One commit; some 50 ms. */
export const REMOVAL_CHUNK = 1000;

/** What would go. */
export interface RemovalCounts {
  readonly samples: number;
  /** Of them, those with a decision that stands. */
  readonly decided: number;
  readonly labelled: number;
  /** With a flag, a note, a tag that a person gave or took, or a verdict on an answer. */
  readonly marked: number;
}

/** Ids of all samples of a scope: ascending, or in the order of a list, that of the scope's ids where they were listed. */
export function idsOfScope(db: ReadableDb, scope: SampleScope, sort: SampleSort | null = null): number[] {
  const { sql, params } = scopeSql(db, scope);
  const order = orderSql(orderOf(sort ?? IMPORT_ORDER, scope.ids ?? scope.filter.ids));
  return read<{ id: number }>(
    db,
    `SELECT t.sample_id AS id FROM sample_state t WHERE ${sql} ORDER BY ${order.sql}`,
  )
    .all(...params, ...order.params)
    .map(({ id }) => id);
}

/** Ids of samples by the data's own id; those that nothing is called by come second. */
export function idsNamed(
  db: ReadableDb,
  names: readonly string[],
): { readonly ids: number[]; readonly unknown: string[] } {
  const ids = new Set<number>();
  const unknown: string[] = [];
  for (const name of names) {
    const found = read<{ id: number }>(db, 'SELECT id FROM sample WHERE external_id = ?').all(name);
    for (const { id } of found) ids.add(id);
    if (found.length === 0) unknown.push(name);
  }
  return { ids: [...ids].sort((a, b) => a - b), unknown };
}

export function countRemoval(db: ReadableDb, ids: readonly number[]): RemovalCounts {
  const counts = { samples: 0, decided: 0, labelled: 0, marked: 0 };
  for (const chunk of chunksOf(ids)) {
    const row = read<RemovalCounts>(
      db,
      `SELECT COUNT(*) AS samples, COUNT(t.review_id) AS decided, COUNT(t.prediction_id) AS labelled,
         COUNT(CASE WHEN EXISTS (SELECT 1 FROM sample_flag f WHERE f.sample_id = t.sample_id)
           OR EXISTS (SELECT 1 FROM tag_change g WHERE g.sample_id = t.sample_id)
           OR EXISTS (SELECT 1 FROM answer_verdict a WHERE a.sample_id = t.sample_id)
           OR EXISTS (SELECT 1 FROM sample_note n WHERE n.sample_id = t.sample_id) THEN 1 END) AS marked
       FROM json_each(?) j JOIN sample_state t ON t.sample_id = j.value`,
    ).get(JSON.stringify(chunk))!;
    for (const name of Object.keys(counts) as (keyof RemovalCounts)[]) counts[name] += row[name];
  }
  return counts;
}

/** At most {@link REMOVAL_CHUNK} ids at a time. */
export function* chunksOf(ids: readonly number[]): Generator<number[]> {
  for (let at = 0; at < ids.length; at += REMOVAL_CHUNK) yield ids.slice(at, at + REMOVAL_CHUNK);
}

/** Removes these samples in one transaction. @param ids ascending, of one chunk. @returns how many were there */
export function removeSamples(db: WritableDb, ids: readonly number[]): number {
  return transact(db, () => {
    write(db, 'INSERT OR IGNORE INTO being_removed SELECT value FROM json_each(?)').run(JSON.stringify(ids));
    const going = 'SELECT sample_id FROM being_removed';
    const images = read<{ id: number }>(
      db,
      `SELECT DISTINCT image_id AS id FROM sample WHERE id IN (${going})`,
    ).all();
    const predictions = `SELECT id FROM prediction WHERE sample_id IN (${going})`;
    write(
      db,
      `DELETE FROM maps.map_set WHERE key IN (SELECT maps_key FROM prediction WHERE sample_id IN (${going}))`,
    ).run();
    for (const table of [
      'dealt',
      'sample_benchmark',
      'outside_answer',
      'sample_tag',
      'tag_change',
      'answer_verdict',
      'sample_state',
      'sample_run',
      'sample_flag',
      'sample_note',
      'proposal',
      'evaluation_result',
      'evaluation_sample',
      'job_item',
      'batch_item',
    ])
      write(db, `DELETE FROM ${table} WHERE sample_id IN (${going})`).run();
    write(
      db,
      `DELETE FROM review_score WHERE review_id IN (SELECT id FROM review WHERE sample_id IN (${going}))`,
    ).run();
    write(db, `DELETE FROM review WHERE sample_id IN (${going})`).run();
    write(db, `DELETE FROM prediction_score WHERE prediction_id IN (${predictions})`).run();
    write(db, `DELETE FROM answer_outcome WHERE prediction_id IN (${predictions})`).run();
    write(db, `DELETE FROM prediction WHERE sample_id IN (${going})`).run();
    const { changes } = write(db, `DELETE FROM sample WHERE id IN (${going})`).run();
    // A picture that nothing asks about any more is none of the project's.
    write(
      db,
      `DELETE FROM image WHERE id IN (SELECT value FROM json_each(?))
         AND NOT EXISTS (SELECT 1 FROM sample WHERE image_id = image.id)`,
    ).run(JSON.stringify(images.map(({ id }) => id)));
    writeSearch(
      db,
      ids.map((id) => [id, null] as const),
    );
    write(db, 'DELETE FROM being_removed').run();
    return changes;
  });
}

/** Forgets imports of which no sample is left. */
export function forgetEmptyImports(db: WritableDb): void {
  const empty = `SELECT i.id FROM import i WHERE NOT EXISTS (
    SELECT 1 FROM import_range r JOIN sample s ON s.id BETWEEN r.first_id AND r.last_id WHERE r.import_id = i.id)`;
  transact(db, () => {
    write(db, `DELETE FROM import_range WHERE import_id IN (${empty})`).run();
    write(db, `DELETE FROM import WHERE id IN (${empty})`).run();
  });
}
