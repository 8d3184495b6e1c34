/**
 * Tags on samples: those of the data with what people added and took away since. Every change stays as a row of its own, in the order
 * it was made, and the latest word on a tag of a sample holds; what comes of it stands in `sample.tags` and `sample_tag`.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';

export interface TagWish {
  readonly tag: string;
  /** Whether the samples are to have it. */
  readonly on: boolean;
  readonly reviewer: string;
  /** When it was said; default: now. */
  readonly at?: string;
}

/**
 * Gives samples a tag or takes it from them; those that are so already stay as they are. Gives the samples that changed.
 * Throws `not_found` when one of them is not there; nothing changes then.
 */
export function changeTag(
  db: WritableDb,
  sampleIds: readonly number[],
  { tag, on, reviewer, at = new Date().toISOString() }: TagWish,
): number[] {
  return transact(db, () => {
    const ids = JSON.stringify(sampleIds);
    const missing = read<{ id: number }>(
      db,
      'SELECT value AS id FROM json_each(?) WHERE value NOT IN (SELECT id FROM sample) LIMIT 1',
    ).get(ids);
    if (missing) {
      throw new FoveaError('not_found', `there is no sample ${missing.id}`, {
        next: 'List the samples and take one of their ids',
      });
    }
    const changed = read<{ id: number }>(
      db,
      `SELECT DISTINCT value AS id FROM json_each(?)
       WHERE ${on ? 'NOT EXISTS' : 'EXISTS'} (SELECT 1 FROM sample_tag WHERE tag = ? AND sample_id = value)`,
    )
      .all(ids, tag)
      .map(({ id }) => id);
    if (changed.length > 0) put(db, JSON.stringify(changed), { tag, on, reviewer, at });
    return changed;
  });
}

function put(db: WritableDb, ids: string, { tag, on, reviewer, at }: Required<TagWish>): void {
  const these = '(SELECT value FROM json_each(?))';
  write(
    db,
    `INSERT INTO tag_change (sample_id, tag, added, reviewer, created_at)
     SELECT value, ?, ?, ?, ? FROM json_each(?) ORDER BY value`,
  ).run(tag, on ? 1 : 0, reviewer, at, ids);
  if (on) {
    write(db, 'INSERT OR IGNORE INTO sample_tag SELECT ?, value FROM json_each(?)').run(tag, ids);
    write(db, `UPDATE sample SET tags = json_insert(tags, '$[#]', ?) WHERE id IN ${these}`).run(tag, ids);
  } else {
    write(db, `DELETE FROM sample_tag WHERE tag = ? AND sample_id IN ${these}`).run(tag, ids);
    write(
      db,
      `UPDATE sample SET tags = (SELECT json_group_array(value) FROM
         (SELECT value FROM json_each(sample.tags) WHERE value <> ? ORDER BY key)) WHERE id IN ${these}`,
    ).run(tag, ids);
  }
  write(
    db,
    `UPDATE sample_state SET tag = (SELECT MIN(tag) FROM sample_tag g WHERE g.sample_id = sample_state.sample_id)
     WHERE sample_id IN ${these}`,
  ).run(ids);
}

/** Tags as the data has them now, with what people said of them: what they took away is left out, what they added comes last. */
export function withTagChanges(db: ReadableDb, sampleId: number, tags: readonly string[]): string[] {
  const said = read<{ tag: string; added: number }>(
    db,
    `SELECT tag, added FROM tag_change WHERE id IN
       (SELECT MAX(id) FROM tag_change WHERE sample_id = ? GROUP BY tag) ORDER BY id`,
  ).all(sampleId);
  const gone = new Set(said.filter(({ added }) => added === 0).map(({ tag }) => tag));
  const more = said.filter(({ tag, added }) => added === 1 && !tags.includes(tag)).map(({ tag }) => tag);
  return [...tags.filter((tag) => !gone.has(tag)), ...more];
}
