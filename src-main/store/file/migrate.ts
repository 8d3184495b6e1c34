/** Brings one database file to its newest schema: each migration with its version number in one transaction. */
import type Database from 'better-sqlite3';
import type { Migration } from '../../../db/types.ts';
import { refuseNewer } from './header.ts';

/**
 * Runs what is missing of `migrations` and gives the versions run.
 * Throws `project_too_new` and changes nothing when the file is newer than the list.
 */
export function migrate(
  db: Database.Database,
  migrations: readonly Migration[],
  applicationId: number,
): number[] {
  const newest = migrations.at(-1)?.version ?? 0;
  const current = (): number => db.pragma('user_version', { simple: true }) as number;
  refuseNewer(current(), newest, db.name);
  const done: number[] = [];
  for (const migration of migrations) {
    if (migration.version <= current()) continue;
    db.transaction(() => {
      // Another process may have run it while this one waited for the lock.
      if (migration.version <= current()) return;
      db.exec(migration.sql);
      db.pragma(`application_id = ${applicationId}`);
      db.pragma(`user_version = ${migration.version}`);
      done.push(migration.version);
    }).exclusive();
  }
  return done;
}
