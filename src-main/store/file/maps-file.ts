/**
 * `maps.db` holds what can be computed again, so it may be missing, damaged or deleted to save space: opening then
 * makes a new one, keeps a damaged one aside under another name, and the decisions in `project.db` never notice.
 */
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { mapsMigrations } from '../../../db/maps-migrations/index.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { storeError } from '../errors.ts';
import { APPLICATION_ID, checkHeader } from './header.ts';
import { migrate } from './migrate.ts';
import { requireSchema } from './schema-check.ts';

/** Above this size a whole-file check at every opening would cost more than the rare damage it finds. */
const CHECK_WHOLE_FILE_BELOW = 64 << 20;

const newest = mapsMigrations.at(-1)?.version ?? 0;

/**
 * Makes `file` a sound, current `maps.db`. Gives `recreated` when the one that was there could not be used.
 * Throws `project_too_new`, `read_only`, `no_space`, `io`.
 */
export function prepareMapsFile(file: string): 'ready' | 'created' | 'recreated' {
  if (!existsSync(file)) {
    create(file);
    return 'created';
  }
  try {
    checkHeader(file, newest);
    checkContent(file);
    return 'ready';
  } catch (thrown) {
    const error = storeError(thrown, file);
    if (!(error instanceof FoveaError) || error.code !== 'bad_project') throw error;
    setAside(file);
    create(file);
    return 'recreated';
  }
}

function create(file: string): void {
  // A write-ahead log without its database belongs to a deleted file and must not be replayed into the new one.
  for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
  withDb(file, (db) => {
    db.pragma('journal_mode = WAL');
    migrate(db, mapsMigrations, APPLICATION_ID);
  });
}

function checkContent(file: string): void {
  withDb(file, (db) => {
    migrate(db, mapsMigrations, APPLICATION_ID);
    requireSchema(db, mapsMigrations, file);
    if (statSync(file).size > CHECK_WHOLE_FILE_BELOW) return;
    const answer = db.pragma('quick_check(1)', { simple: true });
    if (answer !== 'ok') throw new FoveaError('bad_project', String(answer), { where: file });
  });
}

function setAside(file: string): void {
  let target = `${file}.damaged`;
  for (let n = 2; existsSync(target); n++) target = `${file}.damaged-${n}`;
  renameSync(file, target);
}

function withDb(file: string, body: (db: Database.Database) => void): void {
  let db: Database.Database | null = null;
  try {
    db = new Database(file, { timeout: 5000 });
    body(db);
  } catch (thrown) {
    throw storeError(thrown, file);
  } finally {
    db?.close();
  }
}
