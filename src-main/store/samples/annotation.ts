/** Flags and notes on samples: what people want to remember. They are no decisions and change none. */
import type { Flag } from '../../../src-shared/contract/domain.ts';
import type { Note } from '../../../src-shared/contract/procedures.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';
import { getSample } from './sample.ts';

/** Characters of a note that a list shows. */
export const NOTE_SHOWN = 300;

/**
 * Sets or takes away flags of samples; those that are so already stay as they are. Gives the samples that changed.
 * Throws `not_found`.
 */
export function setFlags(
  db: WritableDb,
  sampleIds: readonly number[],
  flags: readonly Flag[],
  on: boolean,
  reviewer: string,
): number[] {
  return transact(db, () => {
    const now = new Date().toISOString();
    return sampleIds.filter((sampleId) => {
      getSample(db, sampleId);
      const changes = flags.map((flag) =>
        on
          ? write(
              db,
              `INSERT INTO sample_flag (sample_id, flag, reviewer, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
            ).run(sampleId, flag, reviewer, now).changes
          : write(db, 'DELETE FROM sample_flag WHERE sample_id = ? AND flag = ?').run(sampleId, flag).changes,
      );
      return changes.some((changed) => changed > 0);
    });
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

export interface NoteDraft {
  readonly sampleId: number;
  /** The note that is edited; null for a new one. */
  readonly id: number | null;
  /** Its text before the edit. */
  readonly was: string;
  readonly text: string;
  readonly reviewer: string;
}

/**
 * Writes a note that is being edited: in its place while nobody else changed it, else as a note of its own. No words
 * remove it. Repeating a call whose answer was lost does nothing more. Throws `not_found` for an unknown sample.
 */
export function writeNote(db: WritableDb, { sampleId, id, was, text, reviewer }: NoteDraft): Note | null {
  const words = text.trim();
  return transact(db, () => {
    const notes = notesOf(db, sampleId);
    const before = notes.find((note) => note.id === id);
    if (words === '') {
      if (before?.text === was) removeNote(db, before.id);
      return null;
    }
    if (before?.text === words) return before;
    if (before?.text !== was) {
      const same = notes.find((note) => note.text === words && note.reviewer === reviewer);
      return same ?? addNote(db, sampleId, words, reviewer);
    }
    const createdAt = new Date().toISOString();
    write(db, 'UPDATE sample_note SET text = ?, created_at = ? WHERE id = ?').run(
      words,
      createdAt,
      before.id,
    );
    return { ...before, text: words, createdAt };
  });
}

/** Deletes a note; one that is gone already is no error. Gives the sample it was on, or null. */
export function removeNote(db: WritableDb, id: number): number | null {
  return (
    write<{ sample_id: number }>(db, 'DELETE FROM sample_note WHERE id = ? RETURNING sample_id').get(id)
      ?.sample_id ?? null
  );
}

/** Whose note it is; null when there is none. */
export function noteAuthor(db: ReadableDb, id: number): string | null {
  return (
    read<{ reviewer: string }>(db, 'SELECT reviewer FROM sample_note WHERE id = ?').get(id)?.reviewer ?? null
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

/** What a list shows of a sample's notes. */
export function noteSummary(db: ReadableDb, sampleId: number): { notes: number; note: string | null } {
  const notes = notesOf(db, sampleId);
  return { notes: notes.length, note: notes.at(-1)?.text.slice(0, NOTE_SHOWN) ?? null };
}
