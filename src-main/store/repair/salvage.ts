/**
 * What can still be read of a damaged database, row by row, into a new one of the same schema. Rows whose page is
 * damaged, or that point to rows that are lost, stay behind and are counted.
 */
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { APPLICATION_ID } from '../file/header.ts';
import { migrate } from '../file/migrate.ts';

export interface Salvaged {
  /** Rows carried over, and rows known to be lost, by table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly lost: Readonly<Record<string, number>>;
}

const PAGE = 500;
/** Row numbers behind a damaged page are looked for so far, doubling the step. */
const FARTHEST = 2 ** 40;

type Row = Record<string, unknown>;

/** Fills the empty file `target` from `damaged`. Throws SQLite's error when not even the schema can be read. */
export function salvage(damaged: string, target: string): Salvaged {
  const from = new Database(damaged, { readonly: true });
  const to = new Database(target);
  try {
    const version = from.pragma('user_version', { simple: true }) as number;
    migrate(to, projectMigrations.slice(0, version), APPLICATION_ID);
    const rows: Record<string, number> = {};
    const lost: Record<string, number> = {};
    to.pragma('foreign_keys = ON');
    for (const table of tablesInOrder(to)) {
      to.transaction(() => {
        const outcome = copyTable(from, to, table);
        rows[table] = outcome.copied;
        if (outcome.lost > 0) lost[table] = outcome.lost;
      })();
    }
    return { rows, lost };
  } finally {
    from.close();
    to.close();
  }
}

/** Tables of the schema, those that others point to first. */
function tablesInOrder(db: Database.Database): string[] {
  const names = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[];
  const ordered: string[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    if (ordered.includes(name) || path.includes(name)) return;
    const parents = db.pragma(`foreign_key_list(${quoted(name)})`) as { table: string }[];
    for (const { table } of parents) visit(table, [...path, name]);
    ordered.push(name);
  };
  for (const name of names) visit(name, []);
  return ordered;
}

function copyTable(
  from: Database.Database,
  to: Database.Database,
  table: string,
): { copied: number; lost: number } {
  const columns = (to.pragma(`table_info(${quoted(table)})`) as { name: string }[]).map(({ name }) => name);
  const list = columns.map(quoted).join(', ');
  const insert = to.prepare(
    `INSERT OR IGNORE INTO ${quoted(table)} (${list}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  let [copied, lost] = [0, 0];
  for (const found of readableRows(from, table, list)) {
    if (found === null) {
      lost++;
      continue;
    }
    try {
      copied += insert.run(...columns.map((name) => found[name])).changes;
    } catch {
      // It points to a row that is lost, or holds what the schema refuses.
      lost++;
    }
  }
  return { copied, lost };
}

/** Rows in order of their number; null stands for a stretch that cannot be read. */
function* readableRows(db: Database.Database, table: string, list: string): Generator<Row | null> {
  const numbered = `SELECT rowid AS "fovea rowid", ${list} FROM ${quoted(table)} WHERE rowid > ? ORDER BY rowid LIMIT ?`;
  let page: Database.Statement;
  try {
    page = db.prepare(numbered);
  } catch {
    yield* untilDamage(db, `SELECT ${list} FROM ${quoted(table)}`);
    return;
  }
  for (let last = 0; ;) {
    const rows = attempt(page, last, PAGE) ?? attempt(page, last, 1);
    if (rows !== null) {
      yield* rows;
      if (rows.length === 0) return;
      last = Number(rows[rows.length - 1]!['fovea rowid']);
      continue;
    }
    yield null;
    const next = firstReadable(page, last);
    if (next === null) return;
    last = next;
  }
}

function attempt(page: Database.Statement, after: number, limit: number): Row[] | null {
  try {
    return page.all(after, limit) as Row[];
  } catch {
    return null;
  }
}

/** The smallest `after` from which a row can be read again, or null when there is none. */
function firstReadable(page: Database.Statement, damaged: number): number | null {
  let step = 1;
  while (attempt(page, damaged + step, 1) === null) {
    step *= 2;
    if (step > FARTHEST) return null;
  }
  let [bad, good] = [damaged + Math.floor(step / 2), damaged + step];
  while (good - bad > 1) {
    const middle = Math.floor((bad + good) / 2);
    if (attempt(page, middle, 1) === null) bad = middle;
    else good = middle;
  }
  return good;
}

/** Rows of a table without row numbers, up to the first damaged page. */
function* untilDamage(db: Database.Database, sql: string): Generator<Row | null> {
  try {
    for (const row of db.prepare(sql).iterate()) yield row as Row;
  } catch {
    yield null;
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
