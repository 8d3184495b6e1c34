/** Room for a large import: fewer pages are written twice. */
import { transact, type WritableDb } from './db.ts';

/** Of the log, before it is copied into the database: 40 MB. */
const LOG_PAGES = 10_000;

/** Gives the log more room until the returned function is called, which brings all of it to the disk. */
export function makeRoom(db: WritableDb): () => void {
  const before = db.pragma('wal_autocheckpoint', { simple: true }) as number;
  db.pragma(`wal_autocheckpoint = ${LOG_PAGES}`);
  return () => {
    db.pragma(`wal_autocheckpoint = ${before}`);
    db.pragma('shrink_memory');
    db.pragma('wal_checkpoint(PASSIVE)');
  };
}

/**
 * A transaction whose commit does not wait for the disk. Whoever commits after it the usual way, and giving the room back,
 * waits for both: nothing that was answered as saved ever stands on what a power cut could still take.
 */
export function transactInBulk<T>(db: WritableDb, body: () => T): T {
  db.pragma('main.synchronous = NORMAL');
  try {
    return transact(db, body);
  } finally {
    db.pragma('main.synchronous = FULL');
  }
}
