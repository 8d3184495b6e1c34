/**
 * Waiting for another writer without blocking. SQLite's own wait holds the thread: in the one that answers everybody all
 * reading would stand still meanwhile. So there SQLite hardly waits, and what finds the project busy is asked again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { commitsOf, type ReadableDb } from './db.ts';

/** Less than a frame: most writers are done by then. */
const ANSWERING_MS = 10;
const AGAIN_MS = 40;
/** What a person waits for a save before hearing that the project is busy. */
const SAVE_MS = 5000;
/** A job has time: it gives up after a backup or an import of another program would be over. */
const JOB_MS = 120_000;

/** From here on statements of this connection give up at once where another program writes. */
export function hardlyWait(db: ReadableDb): void {
  db.pragma(`busy_timeout = ${ANSWERING_MS}`);
}

/** Whether `thrown` says that another program writes, and nothing else. */
export function isBusy(thrown: unknown): boolean {
  return (
    thrown instanceof FoveaError &&
    thrown.code === 'project_busy' &&
    thrown.cause instanceof Database.SqliteError
  );
}

/**
 * One write (a statement, a transaction, or work that may be done twice by halves), begun again until nobody else writes: a
 * transaction has done nothing where it was busy.
 * @throws FoveaError `project_busy` after two minutes, and whatever `write` throws
 */
export async function patiently<T>(write: () => T | Promise<T>, ms = JOB_MS): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    try {
      return await write();
    } catch (thrown) {
      if (!isBusy(thrown) || performance.now() > end) throw thrown;
    }
    await sleep(AGAIN_MS);
  }
}

/**
 * A whole call, asked again while the project is busy, as long as nothing was committed since: a call is never done twice
 * by halves. @throws FoveaError `project_busy` after five seconds, and whatever `call` throws
 */
export async function askedAgain<T>(
  db: ReadableDb | null,
  call: () => Promise<T> | T,
  ms = SAVE_MS,
): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const before = db && commitsOf(db);
    try {
      return await call();
    } catch (thrown) {
      if (!db || !isBusy(thrown) || commitsOf(db) !== before || performance.now() > end) throw thrown;
    }
    await sleep(AGAIN_MS);
  }
}
