/**
 * A project is a folder: `project.db` (what people decide), `maps.db` (attached as `maps`, can be computed again) and
 * `cache/`. A new one is made under a temporary name and renamed, so a half-made project is never seen.
 */
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../db/migrations/index.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { type Automatic, backUpBeforeMigration } from './backup/backup.ts';
import { type ReadableDb, type WritableDb, guardCommits, onCommit, requireSameFiles } from './db.ts';
import { badProject, storeError } from './errors.ts';
import { APPLICATION_ID, checkHeader } from './file-header.ts';
import { identityCheck } from './file-identity.ts';
import { openJournal } from './journal/journal.ts';
import { prepareMapsFile } from './maps-file.ts';
import { migrate } from './migrate.ts';

export const PROJECT_FILE = 'project.db';
export const MAPS_FILE = 'maps.db';

/** How long a statement waits for another process's write before it fails with `project_busy`. */
const BUSY_MS = 5000;
const CHECK_WHOLE_FILE_BELOW = 32 << 20;
const newest = projectMigrations.at(-1)?.version ?? 0;

/** An open project. Close it once; its `db` is useless afterwards. */
export interface Project {
  /** Absolute path of the folder. */
  readonly path: string;
  readonly db: WritableDb;
  /** True when `maps.db` was missing or damaged and an empty one took its place: label again to fill it. */
  readonly mapsRecreated: boolean;
  /** The copy that was made before this opening brought the schema up to date, or why none was. */
  readonly beforeMigration: Automatic;
  /** What keeps the journal of decisions from being written, in words; decisions are in the database all the same. */
  readonly journalProblem: () => string | null;
  close(): void;
}

/** Whether the folder holds a project (of any version, sound or not). */
export function isProject(path: string): boolean {
  return existsSync(join(path, PROJECT_FILE));
}

/**
 * Opens a project for reading and writing. Throws `not_found`, `bad_project`, `project_too_new`, `read_only`,
 * `project_busy`, `io`; nothing is written before those are ruled out.
 */
export function openProject(path: string): Project {
  const folder = resolve(path);
  const file = join(folder, PROJECT_FILE);
  if (!existsSync(file)) {
    throw new FoveaError('not_found', 'there is no Fovea project here', {
      where: folder,
      next: 'Give the folder that holds project.db, or make one with fovea demo or fovea import',
    });
  }
  checkHeader(file, newest);
  requireWritable(folder);
  requireWritable(file);
  const db = connect(file, false);
  try {
    const beforeMigration = copyBeforeMigration(db, folder);
    migrate(db, projectMigrations, APPLICATION_ID);
    db.pragma('journal_mode = WAL');
    checkContent(db, file);
    const mapsRecreated = prepareMapsFile(join(folder, MAPS_FILE)) !== 'ready';
    attachMaps(db, folder);
    db.pragma('maps.synchronous = NORMAL');
    guardCommits(db as WritableDb, identityCheck([file, join(folder, MAPS_FILE)]));
    mkdirSync(join(folder, 'cache'), { recursive: true });
    const journal = openJournal(db as ReadableDb, folder);
    onCommit(db as WritableDb, journal);
    return {
      path: folder,
      db: db as WritableDb,
      mapsRecreated,
      beforeMigration,
      journalProblem: () => journal.problem,
      close() {
        journal.close();
        db.close();
      },
    };
  } catch (thrown) {
    db.close();
    throw storeError(thrown, file);
  }
}

/**
 * Makes a project at `path` (missing or an empty folder) and opens it. `populate` fills it before anyone can see it;
 * when it throws, nothing is left behind. Throws `bad_input`, `read_only`, `no_space`, `io`.
 */
export async function createProject(
  path: string,
  name: string,
  populate: (project: Project) => Promise<void> = async () => {},
): Promise<Project> {
  const folder = resolve(path);
  requireFree(folder);
  const parent = dirname(folder);
  const temporary = join(parent, `.${basename(folder)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    mkdirSync(parent, { recursive: true });
    requireWritable(parent);
    mkdirSync(temporary);
    writeEmptyProject(temporary, name);
    const project = openProject(temporary);
    try {
      await populate(project);
    } finally {
      project.close();
    }
    if (existsSync(folder)) rmdirSync(folder);
    renameSync(temporary, folder);
  } catch (thrown) {
    rmSync(temporary, { recursive: true, force: true });
    throw storeError(thrown, folder);
  }
  return openProject(folder);
}

/**
 * Runs `body` on a second, read-only connection that sees the project as it is now, whatever is written meanwhile.
 * Throws `project_replaced` when another file lies there now.
 */
export async function withSnapshot<T>(project: Project, body: (db: ReadableDb) => Promise<T>): Promise<T> {
  requireSameFiles(project.db);
  const db = connect(join(project.path, PROJECT_FILE), true);
  try {
    attachMaps(db, project.path);
    db.exec('BEGIN');
    // The snapshot of each file starts with its first read.
    db.prepare('SELECT (SELECT COUNT(*) FROM project) + (SELECT COUNT(*) FROM maps.sqlite_schema)').get();
    return await body(db as ReadableDb);
  } finally {
    db.close();
  }
}

/** Nobody goes back from a migration without the database as it was. */
function copyBeforeMigration(db: Database.Database, folder: string): Automatic {
  const version = db.pragma('user_version', { simple: true }) as number;
  return version === 0 || version === newest ? null : backUpBeforeMigration(db, folder, newest);
}

function connect(file: string, readonly: boolean): Database.Database {
  try {
    const db = new Database(file, { fileMustExist: true, timeout: BUSY_MS, readonly });
    db.pragma('foreign_keys = ON');
    db.pragma('synchronous = FULL');
    // Case folding for search: SQLite's own LIKE folds ASCII only.
    db.function('fold', { deterministic: true }, (text) => String(text).normalize('NFKC').toLowerCase());
    return db;
  } catch (thrown) {
    throw storeError(thrown, file);
  }
}

function attachMaps(db: Database.Database, folder: string): void {
  db.prepare('ATTACH ? AS maps').run(join(folder, MAPS_FILE));
}

function writeEmptyProject(folder: string, name: string): void {
  const db = new Database(join(folder, PROJECT_FILE));
  try {
    db.pragma('journal_mode = WAL');
    migrate(db, projectMigrations, APPLICATION_ID);
    db.prepare('INSERT INTO project (id, name, created_at) VALUES (1, ?, ?)').run(
      name,
      new Date().toISOString(),
    );
  } finally {
    db.close();
  }
  prepareMapsFile(join(folder, MAPS_FILE));
}

function checkContent(db: Database.Database, file: string): void {
  if (statSync(file).size <= CHECK_WHOLE_FILE_BELOW) {
    const answer = db.pragma('quick_check(1)', { simple: true });
    if (answer !== 'ok') throw badProject(`the database is damaged: ${String(answer)}`, file);
  }
  const rows = db.prepare('SELECT COUNT(*) AS n FROM project').get() as { n: number };
  if (rows.n !== 1) throw badProject('the database holds no project', file);
}

function requireFree(folder: string): void {
  if (!existsSync(folder)) return;
  let entries: string[];
  try {
    entries = readdirSync(folder);
  } catch (thrown) {
    throw storeError(thrown, folder);
  }
  requireWritable(folder);
  if (entries.length === 0) return;
  throw new FoveaError('bad_input', 'the folder is not empty and holds no Fovea project', {
    where: folder,
    next: 'Choose an empty or a new folder',
  });
}

/** Also honours a folder nobody may write when the system user could write it all the same. */
function requireWritable(path: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch (thrown) {
    throw storeError(thrown, path);
  }
  if ((statSync(path).mode & 0o222) !== 0) return;
  throw storeError(Object.assign(new Error('no write permission'), { code: 'EACCES' }), path);
}
