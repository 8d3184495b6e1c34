/** Room for a large import: fewer pages are read and written twice. */
import { transact, type WritableDb } from './db.ts';

const CACHE_KIB = 24 << 10;
/** Of the log, before it is copied into the database: 40 MB. */
const LOG_PAGES = 10_000;

/** Gives the connection more room until the returned function is called, which brings all of it to the disk. */
export function makeRoom(db: WritableDb): () => void {
  const before = ['cache_size', 'wal_autocheckpoint'].map(
    (name) => `${name} = ${String(db.pragma(name, { simple: true }))}`,
  );
  db.pragma(`cache_size = -${CACHE_KIB}`);
  db.pragma(`wal_autocheckpoint = ${LOG_PAGES}`);
  return () => {
    for (const setting of before) db.pragma(setting);
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
