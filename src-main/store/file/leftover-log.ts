/**
 * A write-ahead log that a crash left beside a database belongs to it, and SQLite reads it in. When somebody put another
 * database there meanwhile, say a copy over a project that was killed, SQLite does the same: nothing of its own in the two
 * files says whether they belong together. So each log begins by naming what the database said before it (`log_generation`,
 * written by `db.ts`), and one that names something else is set aside.
 */
import {
  chmodSync,
  copyFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { temporaryBeside } from '../../files/temporary.ts';
import { LOGS } from './identity.ts';
import { isOpenHere } from './open-here.ts';
import { moveAside } from './set-aside.ts';

/** Larger databases of older versions are checked only where the times of the files say that they need it. */
const CHECK_BELOW = 32 << 20;
/** A checkpoint follows what was logged last at once; a database that is newer by more came from elsewhere. */
const CHECKPOINT_MS = 5000;
/** Two looks that do not fit are looked at again. */
const TRIES = 3;
const PAUSE_MS = 30;
/** Versions in a database's head: 2 while a write-ahead log is in use, 1 in a copy that stands alone. */
const [VERSIONS_AT, STANDS_ALONE] = [18, 1];

/** @returns the folder in `folder` where the log is now; null when it may stay, or there is none */
export function setStaleLogAside(folder: string, file: string): string | null {
  // Looking would drop this process's locks; the log of what it has open is its own.
  if (isOpenHere(file)) return null;
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
  for (let tries = 1; ; tries++) {
    const tie = readTie(file);
    if (tie === null) break;
    if (isTied(file, tie)) return false;
    if (tries === TRIES) return isSoundAlone(folder, file);
    // Somebody may have begun another log between the two looks.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
  // Of an older version, or not to be read at all.
  const { size, mtimeMs } = statSync(file);
  if (size > CHECK_BELOW && mtimeMs <= loggedAt + CHECKPOINT_MS) return false;
  return !isSound(file) && isSoundAlone(folder, file);
}

/** What database and log say together of the log's origin, and where the database alone says it. */
interface Tie {
  readonly now: Buffer;
  readonly before: Buffer;
  /** Offset and size of the page, in bytes. */
  readonly at: number;
  readonly bytes: number;
}

function readTie(file: string): Tie | null {
  let db: Database.Database | null = null;
  try {
    db = new Database(file, { readonly: true });
    const row = db.prepare('SELECT now, before FROM log_generation').get() as
      Pick<Tie, 'now' | 'before'> | undefined;
    // One row: all of it lies in the table's first page.
    const root = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'log_generation'").pluck().get();
    const bytes = db.pragma('page_size', { simple: true }) as number;
    return row ? { ...row, at: (Number(root) - 1) * bytes, bytes } : null;
  } catch {
    return null;
  } finally {
    db?.close();
  }
}

/** The database goes on to what the log says, or was there already when the log was written into it. */
function isTied(file: string, { now, before, at, bytes }: Tie): boolean {
  const fd = openSync(file, 'r');
  try {
    const page = Buffer.alloc(bytes);
    readSync(fd, page, 0, bytes, at);
    return page.includes(now) || page.includes(before);
  } finally {
    closeSync(fd);
  }
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
  const dir = temporaryBeside(join(folder, 'log-check'));
  mkdirSync(dir);
  try {
    const copy = join(dir, 'alone.db');
    copyFileSync(file, copy);
    chmodSync(copy, 0o600);
    return isSound(copy);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
