/** The short list of reasons for rejecting that a project offers. What was decided keeps its own words whatever becomes of it. */
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';

/** By their digits, from 1 on. */
export function listRejectReasons(db: ReadableDb): string[] {
  return read<{ words: string }>(db, 'SELECT words FROM reject_reason ORDER BY place')
    .all()
    .map(({ words }) => words);
}

/** Offers these in place of what was offered, equal words once. @returns what is offered now */
export function setRejectReasons(db: WritableDb, reasons: readonly string[]): string[] {
  const once = [...new Set(reasons)];
  transact(db, () => {
    write(db, 'DELETE FROM reject_reason').run();
    once.forEach((words, i) => {
      write(db, 'INSERT INTO reject_reason (place, words) VALUES (?, ?)').run(i + 1, words);
    });
  });
  return once;
}
