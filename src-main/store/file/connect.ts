/** How every connection to a project's two files is made. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { storeError } from '../errors.ts';
import { holdsOpen } from './open-here.ts';
import { foldText } from '../search/text.ts';

export const PROJECT_FILE = 'project.db';
export const MAPS_FILE = 'maps.db';

/** How long a statement waits for another process's write before it fails with `project_busy`. */
const BUSY_MS = 5000;
/** Of the database in memory: a page far down a list of a million samples walks some 8 MB of an index, and what leads to rows is to stay. */
const CACHE_KIB = 32 << 10;

/** Throws what opening a database throws, as FoveaError. */
export function connect(file: string, readonly: boolean): Database.Database {
  let db: Database.Database | null = null;
  try {
    db = new Database(file, { fileMustExist: true, timeout: BUSY_MS, readonly });
    holdsOpen(file, db);
    db.pragma('foreign_keys = ON');
    db.pragma('synchronous = FULL');
    db.pragma(`cache_size = -${CACHE_KIB}`);
    // Case folding for search: SQLite's own LIKE folds ASCII only.
    db.function('fold', { deterministic: true }, (text) => foldText(String(text)));
    return db;
  } catch (thrown) {
    db?.close();
    throw storeError(thrown, file);
  }
}

export function attachMaps(db: Database.Database, folder: string): void {
  const file = join(folder, MAPS_FILE);
  db.prepare('ATTACH ? AS maps').run(file);
  holdsOpen(file, db);
}
