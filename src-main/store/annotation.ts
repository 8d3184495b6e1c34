/** Flags and notes on samples: what people want to remember. They are no decisions and change none. */
import type { Flag } from '../../src-shared/contract/domain.ts';
import type { Note } from '../../src-shared/contract/procedures.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from './db.ts';
import { getSample } from './sample.ts';

/** Sets or takes away flags of samples; those that are so already stay as they are. Throws `not_found`. */
export function setFlags(
  db: WritableDb,
  sampleIds: readonly number[],
  flags: readonly Flag[],
  on: boolean,
  reviewer: string,
): void {
  transact(db, () => {
    const now = new Date().toISOString();
    for (const sampleId of sampleIds) {
      getSample(db, sampleId);
      for (const flag of flags) {
        if (on) {
          write(
            db,
            `INSERT INTO sample_flag (sample_id, flag, reviewer, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
          ).run(sampleId, flag, reviewer, now);
        } else {
          write(db, 'DELETE FROM sample_flag WHERE sample_id = ? AND flag = ?').run(sampleId, flag);
        }
      }
    }
  });
}

/** The flags of a sample. */
export function flagsOf(db: ReadableDb, sampleId: number): Flag[] {
  return read<{ flag: Flag }>(db, 'SELECT flag FROM sample_flag WHERE sample_id = ? ORDER BY flag')
    .all(sampleId)
    .map(({ flag }) => flag);
}

/** Adds a note and gives it. Throws `not_found`, and `bad_input` for one without words. */
export function addNote(db: WritableDb, sampleId: number, text: string, reviewer: string): Note {
  if (text.trim() === '') throw new FoveaError('bad_input', 'the note is empty', { next: 'Write something' });
  return transact(db, () => {
    getSample(db, sampleId);
    const createdAt = new Date().toISOString();
    const { lastId } = write(
      db,
      'INSERT INTO sample_note (sample_id, text, reviewer, created_at) VALUES (?, ?, ?, ?)',
    ).run(sampleId, text.trim(), reviewer, createdAt);
    return { id: lastId, sampleId, text: text.trim(), reviewer, createdAt };
  });
}

/** Deletes a note; one that is gone already is no error. Gives the sample it was on, or null. */
export function removeNote(db: WritableDb, id: number): number | null {
  return (
    write<{ sample_id: number }>(db, 'DELETE FROM sample_note WHERE id = ? RETURNING sample_id').get(id)
      ?.sample_id ?? null
  );
}

/** The notes of a sample, oldest first. */
export function notesOf(db: ReadableDb, sampleId: number): Note[] {
  return read<Note>(
    db,
    `SELECT id, sample_id AS sampleId, text, reviewer, created_at AS createdAt FROM sample_note
     WHERE sample_id = ? ORDER BY id`,
  ).all(sampleId);
}
