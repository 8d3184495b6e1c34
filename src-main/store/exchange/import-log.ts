/**
 * What was imported when, and which samples came with it: their ids follow one another, so a few ranges name a million. A
 * project from before has samples of no import that is known.
 */
import { resolve } from 'node:path';
import { type ReadableDb, type WritableDb, read, write } from '../db.ts';

export interface ImportCounts {
  readonly added: number;
  readonly skipped: number;
  readonly failed: number;
}

/** One import as the project remembers it. */
export interface ImportNote extends ImportCounts {
  readonly id: number;
  readonly questionsFile: string;
  readonly imagesDir: string;
  readonly startedAt: string;
  /** Of its samples, those that are still there. */
  readonly samples: number;
}

/** Notes that an import begins; its pictures' folder as the root is kept, so that a project can move. @returns its id */
export function beginImport(db: WritableDb, questionsFile: string, rootId: number): number {
  return write(
    db,
    'INSERT INTO import (questions_file, images_dir, started_at) SELECT ?, path, ? FROM root WHERE id = ?',
  ).run(questionsFile, new Date().toISOString(), rootId).lastId;
}

/** Notes how far an import is; `first` and `last` are the ids it has just added, null when none. */
export function noteImported(
  db: WritableDb,
  id: number,
  { added, skipped, failed }: ImportCounts,
  ids: { readonly first: number; readonly last: number } | null,
): void {
  write(db, 'UPDATE import SET added = ?, skipped = ?, failed = ? WHERE id = ?').run(
    added,
    skipped,
    failed,
    id,
  );
  if (ids === null) return;
  const { changes } = write(
    db,
    'UPDATE import_range SET last_id = ? WHERE import_id = ? AND last_id = ?',
  ).run(ids.last, id, ids.first - 1);
  if (changes > 0) return;
  write(db, 'INSERT INTO import_range (import_id, first_id, last_id) VALUES (?, ?, ?)').run(
    id,
    ids.first,
    ids.last,
  );
}

/** Forgets an import that has no samples (any more). */
export function forgetImport(db: WritableDb, id: number): void {
  write(db, 'DELETE FROM import_range WHERE import_id = ?').run(id);
  write(db, 'DELETE FROM import WHERE id = ?').run(id);
}

/** Imports that have samples, newest first. @param projectPath the project's folder */
export function listImports(db: ReadableDb, projectPath: string): ImportNote[] {
  return read<ImportNote>(
    db,
    `SELECT i.id, i.questions_file AS questionsFile, i.images_dir AS imagesDir, i.started_at AS startedAt, i.added,
       i.skipped, i.failed, (SELECT COUNT(*) FROM import_range r JOIN sample_state t
         ON t.sample_id BETWEEN r.first_id AND r.last_id WHERE r.import_id = i.id) AS samples
     FROM import i ORDER BY i.id DESC`,
  )
    .all()
    .filter(({ samples }) => samples > 0)
    .map((note) => ({ ...note, imagesDir: resolve(projectPath, note.imagesDir) }));
}

/** Ids of all samples of an import that are there, ascending. */
export function importedIds(db: ReadableDb, id: number): number[] {
  return read<{ id: number }>(
    db,
    `SELECT s.id FROM import_range r JOIN sample s ON s.id BETWEEN r.first_id AND r.last_id
     WHERE r.import_id = ? ORDER BY s.id`,
  )
    .all(id)
    .map((row) => row.id);
}
