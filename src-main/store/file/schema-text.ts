/** The schema of both files as text, for the snapshot that makes a migration's effect visible in review. */
import Database from 'better-sqlite3';
import { mapsMigrations } from '../../../db/maps-migrations/index.ts';
import { projectMigrations } from '../../../db/migrations/index.ts';
import type { Migration } from '../../../db/types.ts';
import { APPLICATION_ID } from './header.ts';
import { migrate } from './migrate.ts';

/** What `db/schema.sql` must say. */
export function schemaText(): string {
  return `${schemaOf('project.db', projectMigrations)}\n${schemaOf('maps.db', mapsMigrations)}`;
}

function schemaOf(name: string, migrations: readonly Migration[]): string {
  const db = new Database(':memory:');
  try {
    migrate(db, migrations, APPLICATION_ID);
    const rows = db
      .prepare(
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type, name",
      )
      .all() as { sql: string }[];
    const version = db.pragma('user_version', { simple: true }) as number;
    return `-- ${name}, user_version ${version}\n${rows.map((row) => `${row.sql};\n`).join('')}`;
  } finally {
    db.close();
  }
}
