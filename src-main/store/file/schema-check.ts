/**
 * Whether a database has what the migrations make: its tables with their columns, indexes, views, and the triggers that
 * keep decisions append-only, which nobody would miss until something was gone.
 */
import Database from 'better-sqlite3';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Migration } from '../../../db/types.ts';
import { APPLICATION_ID } from './header.ts';
import { migrate } from './migrate.ts';

interface Made {
  readonly type: 'table' | 'index' | 'trigger' | 'view';
  readonly name: string;
  readonly sql: string;
  /** Of a table. */
  readonly columns: readonly string[];
}

/** What differs from the migrations. */
export interface SchemaProblem {
  /** In words that follow the file's name. */
  readonly words: string;
  /** What brings it back; null: the table with its rows is gone. */
  readonly mend: readonly string[] | null;
}

const known = new Map<string, ReadonlyMap<string, Made>>();

/** @param schema `main`, or the name that the database is attached by */
export function schemaProblems(
  db: Database.Database,
  migrations: readonly Migration[],
  schema = 'main',
): SchemaProblem[] {
  const version = db.pragma(`${schema}.user_version`, { simple: true }) as number;
  const there = objectsOf(db, schema);
  const problems: SchemaProblem[] = [];
  for (const [key, wanted] of madeBy(migrations, version)) {
    const found = there.get(key);
    const { type, name, sql } = wanted;
    if (!found) problems.push({ words: `lacks the ${type} ${name}`, mend: type === 'table' ? null : [sql] });
    else if (type === 'table') {
      const lacking = wanted.columns.find((column) => !found.columns.includes(column));
      if (lacking) problems.push({ words: `lacks ${lacking} in the table ${name}`, mend: null });
    } else if (plain(found.sql) !== plain(sql)) {
      const drop = `DROP ${type.toUpperCase()} "${name}"`;
      problems.push({ words: `has another ${type} ${name} than Fovea made`, mend: [drop, sql] });
    }
  }
  for (const [key, { type, name }] of there) {
    // Tables, views and indexes of other programs change nothing of what is written here.
    if (type !== 'trigger' || madeBy(migrations, version).has(key)) continue;
    const drop = `DROP TRIGGER "${name.replaceAll('"', '""')}"`;
    problems.push({ words: `has a trigger that Fovea did not make, ${name}`, mend: [drop] });
  }
  return problems;
}

/** @throws FoveaError `bad_project` naming the first that differs */
export function requireSchema(db: Database.Database, migrations: readonly Migration[], file: string): void {
  const problems = schemaProblems(db, migrations);
  const [first] = problems;
  if (!first) return;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw new FoveaError(
    'bad_project',
    `the database ${first.words}${more}: decisions would not be safe in it`,
    {
      where: file,
      next: 'Put it back with fovea doctor --repair PROJECT',
    },
  );
}

/** Brings back what can be brought back without a row. @returns what it was, in words */
export function mendSchema(db: Database.Database, migrations: readonly Migration[]): string[] {
  const problems = schemaProblems(db, migrations).filter(({ mend }) => mend !== null);
  db.transaction(() => {
    for (const { mend } of problems) for (const statement of mend ?? []) db.exec(statement);
  }).exclusive();
  return problems.map(({ words }) => words);
}

function madeBy(migrations: readonly Migration[], version: number): ReadonlyMap<string, Made> {
  const key = `${version} ${migrations.map((one) => one.sql.length).join()}`;
  const found = known.get(key);
  if (found) return found;
  const db = new Database(':memory:');
  try {
    migrate(
      db,
      migrations.filter((one) => one.version <= version),
      APPLICATION_ID,
    );
    const made = objectsOf(db, 'main');
    known.set(key, made);
    return made;
  } finally {
    db.close();
  }
}

function objectsOf(db: Database.Database, schema: string): Map<string, Made> {
  const rows = db
    .prepare(
      `SELECT type, name, sql FROM ${schema}.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
    )
    .all() as Omit<Made, 'columns'>[];
  const columns = db.prepare('SELECT name FROM pragma_table_xinfo(?, ?)').pluck();
  return new Map(
    rows.map((row) => [
      `${row.type} ${row.name}`,
      { ...row, columns: row.type === 'table' ? (columns.all(row.name, schema) as string[]) : [] },
    ]),
  );
}

/** SQL without what does not count: white space, and the quotes that renaming puts in. */
const plain = (sql: string): string => sql.replaceAll(/\s+/g, ' ').replaceAll('"', '').trim();
