/** Filters under a name, kept in the project for everyone who opens it. */
import { z } from 'zod';
import {
  type SampleFilter,
  type SampleSort,
  type SavedFilter,
  sampleFilterSchema,
  sampleSortSchema,
} from '../../../src-shared/contract/procedures.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { MOST } from '../../../src-shared/contract/limits.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';

interface Row {
  readonly id: number;
  readonly name: string;
  readonly body: string;
}

const bodySchema = z.object({ filter: sampleFilterSchema, sort: sampleSortSchema });

/** By name. One that this version does not understand is left out, and stays in the project. */
export function listSavedFilters(db: ReadableDb): SavedFilter[] {
  return read<Row>(db, 'SELECT id, name, body FROM saved_filter ORDER BY fold(name), id')
    .all()
    .flatMap(({ id, name, body }) => {
      const parsed = bodySchema.safeParse(parseJson(body));
      return parsed.success ? [{ id, name, ...parsed.data }] : [];
    });
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** Saves; a filter of the same name is replaced. Throws `conflict` where there are as many as one can look through. */
export function saveFilter(
  db: WritableDb,
  name: string,
  filter: SampleFilter,
  sort: SampleSort,
): SavedFilter {
  const count = 'SELECT COUNT(*) AS n FROM saved_filter WHERE name <> ?';
  if ((read<{ n: number }>(db, count).get(name)?.n ?? 0) >= MOST.savedFilters) {
    throw new FoveaError('conflict', `${MOST.savedFilters} filters are saved, and that is the most`, {
      where: name,
      next: 'Delete those that are not needed any more',
    });
  }
  const { id } = write<{ id: number }>(
    db,
    `INSERT INTO saved_filter (name, body, created_at) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET body = excluded.body RETURNING id`,
  ).get(name, JSON.stringify({ filter, sort }), new Date().toISOString())!;
  return { id, name, filter, sort };
}

/** Gives a filter another name. Throws `conflict` when another one has it, and `not_found`. */
export function renameSavedFilter(db: WritableDb, id: number, name: string): SavedFilter {
  return transact(db, () => {
    const other = read(db, 'SELECT 1 FROM saved_filter WHERE name = ? AND id <> ?').get(name, id);
    if (other) {
      throw new FoveaError('conflict', 'another filter has this name', {
        where: name,
        next: 'Choose another name',
      });
    }
    write(db, 'UPDATE saved_filter SET name = ? WHERE id = ?').run(name, id);
    const renamed = listSavedFilters(db).find((filter) => filter.id === id);
    if (!renamed) throw new FoveaError('not_found', 'this filter has been deleted', { where: name });
    return renamed;
  });
}

/** One that is gone already is no error. */
export function removeSavedFilter(db: WritableDb, id: number): void {
  write(db, 'DELETE FROM saved_filter WHERE id = ?').run(id);
}
