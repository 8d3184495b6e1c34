/** A project as an earlier version left it: the tables of that schema, with what today's project has in them. */
import { join } from 'node:path';
import { renameSync } from 'node:fs';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../db/migrations/index.ts';
import { APPLICATION_ID } from '../../src-main/store/file/header.ts';
import { migrate } from '../../src-main/store/file/migrate.ts';

/** Takes a closed project back to schema `version`. */
export function makeOlder(project: string, version: number): void {
  const [file, made] = [join(project, 'project.db'), join(project, '.older.db')];
  const db = new Database(made);
  migrate(
    db,
    projectMigrations.filter((one) => one.version <= version),
    APPLICATION_ID,
  );
  db.prepare('ATTACH ? AS now').run(file);
  db.pragma('foreign_keys = OFF');
  db.transaction(() => {
    const tables = db
      .prepare(
        `SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
           AND sql NOT LIKE 'CREATE VIRTUAL%'
           AND name IN (SELECT name FROM now.sqlite_schema WHERE type = 'table')`,
      )
      .pluck()
      .all() as string[];
    for (const table of tables) {
      const [then, today] = ['main', 'now'].map((schema) =>
        (db.pragma(`${schema}.table_info("${table}")`) as { name: string }[]).map(({ name }) => name),
      ) as [string[], string[]];
      const columns = then.filter((name) => today.includes(name)).map((name) => `"${name}"`);
      db.exec(
        `INSERT OR IGNORE INTO main."${table}" (${columns.join()}) SELECT ${columns.join()} FROM now."${table}"`,
      );
    }
    if (tables.includes('sample') && hasTable(db, 'sample_search')) {
      db.exec('INSERT OR IGNORE INTO main.sample_search SELECT id, lower(question) FROM main.sample');
    }
  })();
  db.exec('DETACH now');
  db.pragma('journal_mode = DELETE');
  db.close();
  renameSync(made, file);
}

function hasTable(db: Database.Database, name: string): boolean {
  return db.prepare('SELECT 1 FROM main.sqlite_schema WHERE name = ?').get(name) !== undefined;
}
