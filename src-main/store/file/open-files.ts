/**
 * An open project's connections: the one that works, and one beside it that only holds the files. SQLite writes its log
 * into the database when the last connection is closed; in a file that somebody else wrote over meanwhile that would mix
 * two databases. So then the one that may write is closed first, the other one, which may not, last.
 */
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import type { FoveaError } from '../../../src-shared/contract/errors.ts';
import { sweepTemporary } from '../../files/temporary.ts';
import { type Automatic, backUpBeforeMigration } from '../backup/backup.ts';
import { BACKUPS } from '../backup/copies.ts';
import { attachMaps, connect, MAPS_FILE, PROJECT_FILE } from './connect.ts';
import { endWith, guardCommits, onCommit, type ReadableDb, type WritableDb } from '../db.ts';
import { badProject, storeError } from '../errors.ts';
import { APPLICATION_ID } from './header.ts';
import { fileIdentity, type FileIdentity } from './identity.ts';
import { openJournal } from '../journal/journal.ts';
import { setStaleLogAside } from './leftover-log.ts';
import { prepareMapsFile } from './maps-file.ts';
import { migrate } from './migrate.ts';
import { fillGrams } from '../search/text.ts';
import { requireSchema } from './schema-check.ts';
import { moveAside } from './set-aside.ts';

const CHECK_WHOLE_FILE_BELOW = 32 << 20;
const newest = projectMigrations.at(-1)?.version ?? 0;

/** An open project. Close it, once or more; its `db` is useless afterwards. */
export interface Project {
  /** Absolute path of the folder. */
  readonly path: string;
  /** Where its databases are open: the folder itself, or a private copy of what cannot be opened there. */
  readonly databases: string;
  readonly db: WritableDb;
  /** Why nothing can be written to it: every write throws this. Null: it can. */
  readonly readOnly: FoveaError | null;
  /** True when `maps.db` was missing or damaged and an empty one took its place: label again to fill it. */
  readonly mapsRecreated: boolean;
  /** The copy that was made before this opening brought the schema up to date, or why none was. */
  readonly beforeMigration: Automatic;
  /** Where the log went that lay beside the database and belonged to another one; null: there was none. */
  readonly logAside: string | null;
  /** What keeps the journal of decisions from being written, in words; decisions are in the database all the same. */
  readonly journalProblem: () => string | null;
  /** When its files are not the project's any more, `db` answers everything with `project_replaced` from here on. */
  close(): void;
}

/** Opens the databases of a folder for reading and writing. Throws what SQLite and the disk say, as FoveaError. */
export function openFiles(folder: string): Project {
  const file = join(folder, PROJECT_FILE);
  for (const place of [dirname(folder), folder, join(folder, BACKUPS)]) sweepTemporary(place);
  const logAside = setStaleLogAside(folder, file);
  const db = connect(file, false);
  let holder: Database.Database | null = null;
  try {
    const beforeMigration = copyBeforeMigration(db, folder);
    migrate(db, projectMigrations, APPLICATION_ID);
    db.pragma('journal_mode = WAL');
    checkContent(db, file);
    requireSchema(db, projectMigrations, file);
    const mapsRecreated = prepareMapsFile(join(folder, MAPS_FILE)) !== 'ready';
    attachMaps(db, folder);
    db.pragma('maps.synchronous = NORMAL');
    holder = hold(folder);
    const identity = fileIdentity(db, [
      { schema: 'main', file },
      { schema: 'maps', file: join(folder, MAPS_FILE) },
    ]);
    guardCommits(db as WritableDb, identity);
    mkdirSync(join(folder, 'cache'), { recursive: true });
    const journal = openJournal(db as ReadableDb, folder);
    onCommit(db as WritableDb, journal);
    fillGrams(db as WritableDb);
    const end = (): void => {
      journal.close();
      if (db.open) closeBoth(db as WritableDb, holder!, identity, folder);
    };
    return {
      path: folder,
      databases: folder,
      db: db as WritableDb,
      readOnly: null,
      mapsRecreated,
      beforeMigration,
      logAside,
      journalProblem: () => journal.problem,
      close: end,
    };
  } catch (thrown) {
    holder?.close();
    db.close();
    throw storeError(thrown, file);
  }
}

/** A connection that reads, and locks the files as long as it is open. */
function hold(folder: string): Database.Database {
  const holder = connect(join(folder, PROJECT_FILE), true);
  try {
    attachMaps(holder, folder);
    holder.prepare('SELECT (SELECT 1 FROM project) + (SELECT COUNT(*) FROM maps.sqlite_schema)').get();
    return holder;
  } catch (thrown) {
    holder.close();
    throw thrown;
  }
}

function closeBoth(db: WritableDb, holder: Database.Database, identity: FileIdentity, folder: string): void {
  try {
    identity.check();
  } catch (thrown) {
    const why = storeError(thrown, folder);
    const logs = identity.ownLogs();
    db.close();
    holder.close();
    endWith(db, why);
    // A log that stays beside another database would be read into it.
    moveAside(folder, logs, 'log-of-replaced');
    return;
  }
  holder.close();
  db.close();
}

/** Nobody goes back from a migration without the database as it was. */
function copyBeforeMigration(db: Database.Database, folder: string): Automatic {
  const version = db.pragma('user_version', { simple: true }) as number;
  return version === 0 || version === newest ? null : backUpBeforeMigration(db, folder, newest);
}

function checkContent(db: Database.Database, file: string): void {
  if (statSync(file).size <= CHECK_WHOLE_FILE_BELOW) {
    const answer = db.pragma('quick_check(1)', { simple: true });
    if (answer !== 'ok') throw badProject(`the database is damaged: ${String(answer)}`, file);
  }
  const rows = db.prepare('SELECT COUNT(*) AS n FROM project').get() as { n: number };
  if (rows.n !== 1) throw badProject('the database holds no project', file);
}
