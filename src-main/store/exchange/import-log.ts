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

/** Samples that an import added one after the other. */
export interface AddedRun {
  readonly first: number;
  readonly last: number;
  /** The row of the file that `first` came from, from 0, where each next one came from the next row; null: it did not. */
  readonly firstRow: number | null;
}

/** Notes how far an import is, and what it has just added. */
export function noteImported(
  db: WritableDb,
  id: number,
  { added, skipped, failed }: ImportCounts,
  runs: readonly AddedRun[],
): void {
  write(db, 'UPDATE import SET added = ?, skipped = ?, failed = ? WHERE id = ?').run(
    added,
    skipped,
    failed,
    id,
  );
  for (const { first, last, firstRow } of runs) {
    const { changes } = write(
      db,
      `UPDATE import_range SET last_id = ? WHERE import_id = ? AND last_id = ?
         AND first_row IS CASE WHEN ? IS NULL THEN NULL ELSE ? - (? - first_id) END`,
    ).run(last, id, first - 1, firstRow, firstRow, first);
    if (changes > 0) continue;
    write(db, 'INSERT INTO import_range (import_id, first_id, last_id, first_row) VALUES (?, ?, ?, ?)').run(
      id,
      first,
      last,
      firstRow,
    );
  }
}

/** A file whose samples are here, with the rows that they came from. */
export class ImportedRows {
  readonly #ranges: readonly { readonly first: number; readonly last: number; readonly row: number }[];

  /** @param questionsFile as it was imported */
  constructor(db: ReadableDb, questionsFile: string) {
    this.#ranges = read<{ first: number; last: number; row: number }>(
      db,
      `SELECT r.first_id AS first, r.last_id AS last, r.first_row AS row FROM import_range r
       JOIN import i ON i.id = r.import_id WHERE i.questions_file = ? AND r.first_row IS NOT NULL ORDER BY r.first_row`,
    ).all(questionsFile);
  }

  /** The sample that was made of a row, whether it is still there or not; null: none was, or several were. */
  sampleOf(row: number): number | null {
    const ranges = this.#ranges;
    let [low, high] = [0, ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ranges[middle]!.row <= row) low = middle + 1;
      else high = middle;
    }
    const found = ranges[low - 1];
    if (!found) return null;
    const id = found.first + (row - found.row);
    return id <= found.last ? id : null;
  }
}

/** Files whose samples came one from each row, the newest import first. */
export function importedFiles(db: ReadableDb): string[] {
  return read<{ file: string }>(
    db,
    `SELECT i.questions_file AS file FROM import i WHERE EXISTS (
       SELECT 1 FROM import_range r WHERE r.import_id = i.id AND r.first_row IS NOT NULL)
     GROUP BY i.questions_file ORDER BY MAX(i.id) DESC`,
  )
    .all()
    .map(({ file }) => file);
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
