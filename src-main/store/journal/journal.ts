/**
 * The journal of decisions, `decisions.jsonl` beside the database: every revision once more, as plain text, on disk before
 * it is answered as saved. A database that is lost or put back to an older day loses no decision with it. What cannot be
 * written is written with the next decision, and said meanwhile: the decision itself is in the database.
 */
import { join } from 'node:path';
import { type ReadableDb, read } from '../db.ts';
import { storeError } from '../errors.ts';
import { JournalFile } from './file.ts';
import { keyOf, type JournalLine } from './line.ts';
import { journalLines } from './revisions.ts';

export const JOURNAL_FILE = 'decisions.jsonl';

export interface Journal {
  /** In words what keeps the journal from being written, or null. */
  readonly problem: string | null;
  /** Number of the newest revision; asked at both ends of a transaction, inside it. */
  newest(): number;
  /** Adds the revisions in `(after, upTo]`, which are committed; never throws. */
  add(after: number, upTo: number): void;
  close(): void;
}

/** Opens the journal of a project folder and adds what it lacks: a crash may have come between commit and line. */
export function openJournal(db: ReadableDb, folder: string): Journal {
  const file = new JournalFile(join(folder, JOURNAL_FILE));
  /** Revisions from here on may be missing; null: none is. */
  let missing: number | null = null;
  let problem: string | null = null;
  const newest = (): number =>
    read<{ id: number | null }>(db, 'SELECT MAX(id) AS id FROM review').get()?.id ?? 0;
  const attempt = (after: number, body: () => void): void => {
    try {
      body();
      missing = problem = null;
    } catch (thrown) {
      missing = Math.min(after, missing ?? after);
      problem = storeError(thrown, JOURNAL_FILE).message;
    }
  };
  attempt(0, () => catchUp(db, file, newest()));
  return {
    get problem() {
      return problem;
    },
    newest,
    add(after, upTo) {
      if (upTo <= after && missing === null) return;
      const from = Math.min(after, missing ?? after);
      attempt(from, () => file.append(journalLines(db, from, upTo)));
    },
    close: () => file.close(),
  };
}

function catchUp(db: ReadableDb, file: JournalFile, newest: number): void {
  const tail = file.exists ? file.tail() : [];
  const known = new Set(tail.map(keyOf));
  const oldest = tail.reduce((least, { revision }) => Math.min(least, revision), newest + 1);
  const from = tail.length === 0 ? 0 : Math.min(oldest - 1, newest);
  if (from >= newest && tail.length > 0) return;
  if (lacking(db, from, newest, known).next().done !== true) file.append(lacking(db, from, newest, known));
}

function* lacking(
  db: ReadableDb,
  from: number,
  newest: number,
  known: ReadonlySet<string>,
): Generator<JournalLine> {
  for (const line of journalLines(db, from, newest)) if (!known.has(keyOf(line))) yield line;
}
