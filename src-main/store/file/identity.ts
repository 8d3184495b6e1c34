/**
 * Whether the files of an open database are still the ones that were opened. A sync tool, git or a restore puts another
 * file in their place, or writes another's bytes into them, and SQLite goes on as if nothing were. The first is told by
 * device and inode. The second by time and size: with a write-ahead log only a checkpoint writes into the file itself, and
 * SQLite says whether one did. So a file that changed without one was written by somebody else, however like ours it looks.
 * No file with locks on it is opened here: closing a second handle drops the locks that SQLite holds on the first.
 */
import { type BigIntStats, closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type Database from 'better-sqlite3';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { CommitGuard } from '../db.ts';

/** So far back the clock is set by itself; a backup is older. */
const CLOCK_NS = 60_000_000_000n;
/** Windows notes the time of a write when it likes to: there only a shorter or older file is told. */
const TIMES_ARE_EXACT = process.platform !== 'win32';
/** Another process's checkpoint writes first and says so last; nothing written for so long: it was none. */
const QUIET_MS = 1500;
const MOST_MS = 10_000;
const LOG_HEADER_BYTES = 32;

/** What SQLite keeps beside a database in WAL mode; both stay as long as one connection is open. */
export const LOGS = ['-wal', '-shm'] as const;

/** A database of a connection, by the name it has there. */
export interface OpenFile {
  readonly schema: 'main' | 'maps';
  readonly file: string;
}

export interface FileIdentity extends CommitGuard {
  /** @throws FoveaError `project_replaced` as soon as a file is another one, changed by others, or gone */
  check(): void;
  /** Of the files beside the databases, those that still are this connection's. */
  ownLogs(): string[];
}

/** @param db in WAL mode, with all of `files` attached; what they are now is what they have to stay */
export function fileIdentity(db: Database.Database, files: readonly OpenFile[]): FileIdentity {
  const databases = files.map((file) => new WatchedDatabase(db, file));
  const logs = files.flatMap(({ file }) => LOGS.map((ending) => new WatchedFile(file + ending)));
  const check = (): void => {
    for (const database of databases) database.check();
    for (const log of logs) log.check();
  };
  check();
  const main = databases.find(({ schema }) => schema === 'main');
  return {
    check,
    logBegins: () => main?.logBegins ?? false,
    isAsLooked: () => main?.isAsLooked() ?? false,
    ownLogs: () => logs.filter((log) => log.isOwn()).map(({ path }) => path),
  };
}

class WatchedFile {
  readonly path: string;
  /** As it was at the last look; the files beside a database come with the first read or write. */
  protected seen: BigIntStats | null = null;

  constructor(path: string) {
    this.path = path;
  }

  check(): void {
    const now = this.look();
    if (now) this.seen = now;
  }

  isOwn(): boolean {
    const now = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    return now !== undefined && this.seen !== null && isSameFile(this.seen, now);
  }

  protected look(): BigIntStats | undefined {
    const now = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    if (this.seen && !now) throw replaced(this.path, 'is gone');
    if (this.seen && now && !isSameFile(this.seen, now)) throw replaced(this.path, 'is another file now');
    return now;
  }
}

class WatchedDatabase extends WatchedFile {
  readonly schema: OpenFile['schema'];
  /** All of the log lies in the database: whoever writes next begins it anew. */
  logBegins = false;
  readonly #progress: Database.Statement;
  /** Changes with every commit of another connection. */
  readonly #version: Database.Statement;
  #versionSeen: unknown = null;
  /** How far checkpoints had come at the last look. */
  #checkpoint: string | null = null;
  /** What was written over once does not become right by what SQLite does later. */
  #spoilt = false;

  constructor(db: Database.Database, { schema, file }: OpenFile) {
    super(file);
    this.schema = schema;
    // Writes nothing, takes no lock: the answer is all it is for.
    this.#progress = db.prepare(`PRAGMA ${schema}.wal_checkpoint(NOOP)`).raw();
    this.#version = db.prepare(`PRAGMA ${schema}.data_version`).pluck();
  }

  /** Nobody else has committed since the last look. */
  isAsLooked(): boolean {
    return this.#version.get() === this.#versionSeen;
  }

  override check(): void {
    if (this.#spoilt) throw this.#overwritten();
    const before = this.seen;
    // Asked before the file is looked at: a checkpoint that comes between explains the next look.
    const checkpoint = this.#checkpointNow();
    const now = this.look();
    if (!now) return;
    if (before && isChanged(before, now) && !this.#explains(before, now)) {
      this.#spoilt = true;
      throw this.#overwritten();
    }
    this.seen = now;
    this.#checkpoint = checkpoint;
  }

  /** Whether SQLite itself wrote what is new; waits for another process that is at it. */
  #explains(before: BigIntStats, now: BigIntStats): boolean {
    // A database is never made smaller here, nor older.
    if (now.size < before.size || now.mtimeNs + CLOCK_NS < before.mtimeNs) return false;
    if (!TIMES_ARE_EXACT) return true;
    const known = this.#checkpoint;
    const start = performance.now();
    let [last, since] = [now.mtimeNs, start];
    for (;;) {
      const found = this.#checkpointNow();
      if (known === null || found === null || found !== known) return true;
      const time = performance.now();
      const { mtimeNs } = this.look() ?? now;
      if (mtimeNs !== last) [last, since] = [mtimeNs, time];
      if (time - since > QUIET_MS || time - start > MOST_MS) return false;
      pause(10);
    }
  }

  /** Changes whenever a checkpoint has written: which log it is, and how much of it lies in the database. Null: unknown. */
  #checkpointNow(): string | null {
    try {
      // Asked first: a commit that comes between is then one that came after the look.
      this.#versionSeen = this.#version.get();
      const [, length, done] = this.#progress.get() as [busy: number, length: number, done: number];
      this.logBegins = length >= 0 && length === done;
      // Without a log every transaction writes into the file.
      return length < 0 ? null : `${readHead(`${this.path}-wal`)} ${done}`;
    } catch {
      // A statement of this connection is still being read, or another one is at the log: nobody knows where it stands.
      this.logBegins = false;
      return null;
    }
  }

  #overwritten(): FoveaError {
    return replaced(this.path, `was written by another program (${this.schema})`);
  }
}

/** The head of a log, which is new whenever it is begun anew. SQLite keeps no locks on it. */
function readHead(log: string): string {
  let fd: number;
  try {
    fd = openSync(log, 'r');
  } catch {
    return '';
  }
  try {
    const head = Buffer.alloc(LOG_HEADER_BYTES);
    return head.toString('hex', 0, readSync(fd, head, 0, head.length, 0));
  } finally {
    closeSync(fd);
  }
}

function isSameFile(before: BigIntStats, now: BigIntStats): boolean {
  return before.dev === now.dev && before.ino === now.ino;
}

function isChanged(before: BigIntStats, now: BigIntStats): boolean {
  return before.size !== now.size || before.mtimeNs !== now.mtimeNs;
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function replaced(file: string, what: string): FoveaError {
  return new FoveaError(
    'project_replaced',
    `${basename(file)} ${what}: nothing can be saved in this project any more`,
    {
      where: file,
      next: 'Open the project again; what is not saved yet is kept until then, and saved in it',
    },
  );
}
