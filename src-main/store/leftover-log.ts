/**
 * A write-ahead log that a crash left beside a database belongs to it, and SQLite reads it in. When somebody put another
 * database there meanwhile, say a copy over a project that was killed, SQLite does the same: nothing in the two files says
 * whether they belong together. So such a log is looked at first, and one that spoils the database is set aside.
 */
import {
  chmodSync,
  copyFileSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { LOGS } from './file-identity.ts';
import { moveAside } from './set-aside.ts';

/** Larger databases are checked only where the times of the files say that they need it. */
const CHECK_BELOW = 32 << 20;
/** A checkpoint follows what was logged last at once; a database that is newer by more came from elsewhere. */
const CHECKPOINT_MS = 5000;
/** Versions in a database's head: 2 while a write-ahead log is in use, 1 in a copy that stands alone. */
const [VERSIONS_AT, STANDS_ALONE] = [18, 1];

/** @returns the folder in `folder` where the log is now; null when it may stay, or there is none */
export function setStaleLogAside(folder: string, file: string): string | null {
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
  if (!log || log.size === 0 || !existsSync(file)) return null;
  return isStale(folder, file, log.mtimeMs)
    ? moveAside(
        folder,
        LOGS.map((ending) => file + ending),
        'log-of-another',
      )
    : null;
}

function isStale(folder: string, file: string, loggedAt: number): boolean {
  // A database whose log is in use has said so in its head before the first line of the log.
  if (standsAlone(file)) return true;
  const { size, mtimeMs } = statSync(file);
  if (size > CHECK_BELOW && mtimeMs <= loggedAt + CHECKPOINT_MS) return false;
  return !isSound(file) && isSoundAlone(folder, file);
}

function standsAlone(file: string): boolean {
  const fd = openSync(file, 'r');
  try {
    const head = Buffer.alloc(VERSIONS_AT + 2);
    readSync(fd, head, 0, head.length, 0);
    return head[VERSIONS_AT] === STANDS_ALONE && head[VERSIONS_AT + 1] === STANDS_ALONE;
  } finally {
    closeSync(fd);
  }
}

/** As it is, with its log; nothing is written, for a connection that only reads leaves the log where it is. */
function isSound(file: string): boolean {
  let db: Database.Database | null = null;
  try {
    db = new Database(file, { readonly: true });
    return db.pragma('integrity_check(1)', { simple: true }) === 'ok';
  } catch {
    return false;
  } finally {
    db?.close();
  }
}

function isSoundAlone(folder: string, file: string): boolean {
  const dir = mkdtempSync(join(folder, '.log-check-'));
  try {
    const copy = join(dir, 'alone.db');
    copyFileSync(file, copy);
    chmodSync(copy, 0o600);
    return isSound(copy);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
