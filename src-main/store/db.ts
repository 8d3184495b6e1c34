/**
 * The one gate to SQLite. Rights are types: a function that takes a ReadableDb cannot write, and only `openProject`
 * hands out a WritableDb. Statements are prepared once per connection, and every error leaves as a FoveaError.
 */
import type Database from 'better-sqlite3';
import type { FoveaError } from '../../src-shared/contract/errors.ts';
import { storeError } from './errors.ts';

declare const readable: unique symbol;
declare const writable: unique symbol;

/** A connection that may be read. */
export type ReadableDb = Database.Database & { readonly [readable]: true };
/** A connection that may be read and written. */
export type WritableDb = ReadableDb & { readonly [writable]: true };

const parts = new WeakSet<Database.Database>();

/** A connection on which views stand before tables: what is read of it is a part, and has no indexes of its own. */
export function asPart(db: Database.Database): ReadableDb {
  parts.add(db);
  return db as ReadableDb;
}

/** Whether the connection shows a part of its project. */
export function isPart(db: ReadableDb): boolean {
  return parts.has(db);
}

export type SqlValue = string | number | bigint | Uint8Array | null;

export interface ReadQuery<R> {
  get(...params: SqlValue[]): R | undefined;
  all(...params: SqlValue[]): R[];
}

export interface WriteQuery<R> {
  /** Runs it and gives the number of changed rows and the last row id. */
  run(...params: SqlValue[]): { readonly changes: number; readonly lastId: number };
  /** Runs it for each of these parameters, all of them or none. @returns row ids; null where nothing changed */
  each(rows: Iterable<readonly SqlValue[]>): (number | null)[];
  /** For statements with RETURNING. */
  get(...params: SqlValue[]): R | undefined;
}

/** What stands guard over a connection's files. */
export interface CommitGuard {
  /** Throws when the files are not the ones that were opened. */
  check(): void;
  /** Whether the next write begins the write-ahead log anew; as of the last check. */
  logBegins(): boolean;
  /** Whether nobody else has committed since the last check; asked inside the transaction that is to begin the log. */
  isAsLooked(): boolean;
}

const guards = new WeakMap<Database.Database, CommitGuard>();

/** From here on nothing is answered as written unless `guard`, asked before and after each commit, lets it pass. */
export function guardCommits(db: WritableDb, guard: CommitGuard): void {
  guard.check();
  guards.set(db, guard);
}

/** Throws `project_replaced` when the connection's files are not the ones that were opened. */
export function requireSameFiles(db: ReadableDb): void {
  const gone = endings.get(db);
  if (gone) throw gone;
  guards.get(db)?.check();
}

/** Why a connection was closed under whoever still asks it. */
const endings = new WeakMap<Database.Database, FoveaError>();

/** From here on the connection, which is closed, answers everything with `why`. */
export function endWith(db: ReadableDb, why: FoveaError): void {
  endings.set(db, why);
}

/** Numbers of the newest rows of what only grows: decisions, changes of tags, what became of rounds, verdicts on answers. */
export interface LogEnds {
  readonly review: number;
  readonly tag: number;
  readonly round: number;
  readonly verdict: number;
}

/** Hears of what was committed. Both are asked inside the transaction, so that no other process's writes lie between. */
export interface CommitListener {
  /** Where things stand. */
  newest(): LogEnds;
  /** What came between two such answers is committed. Must not throw: it is too late for that. */
  add(after: LogEnds, upTo: LogEnds): void;
}

const listeners = new WeakMap<Database.Database, CommitListener>();

/** From here on `listener` hears of every transaction of this connection. */
export function onCommit(db: WritableDb, listener: CommitListener): void {
  listeners.set(db, listener);
}

const seals = new WeakMap<Database.Database, FoveaError>();

/** From here on every write throws `why`, whatever the connection itself would allow. */
export function seal(db: WritableDb, why: FoveaError): void {
  seals.set(db, why);
}

/** Why nothing can be written through this connection; null: it can. */
export function whySealed(db: ReadableDb): FoveaError | null {
  return seals.get(db) ?? null;
}

const prepared = new WeakMap<Database.Database, Map<string, Database.Statement>>();

/** A SELECT. `R` is the row's type as the schema declares it. */
export function read<R>(db: ReadableDb, sql: string): ReadQuery<R> {
  return {
    get: (...params) => guarded(db, () => statement(db, sql).get(...params) as R | undefined),
    all: (...params) => guarded(db, () => statement(db, sql).all(...params) as R[]),
  };
}

/** An INSERT, UPDATE or DELETE. */
export function write<R = never>(db: WritableDb, sql: string): WriteQuery<R> {
  return {
    run: (...params) =>
      guarded(db, () => {
        const result = committed(db, () => statement(db, sql).run(...params));
        return { changes: result.changes, lastId: Number(result.lastInsertRowid) };
      }),
    each: (rows) =>
      transact(db, () => {
        const prepared = statement(db, sql);
        const ids: (number | null)[] = [];
        for (const params of rows) {
          const { changes, lastInsertRowid } = prepared.run(...params);
          ids.push(changes === 0 ? null : Number(lastInsertRowid));
        }
        return ids;
      }),
    get: (...params) =>
      guarded(db, () => committed(db, () => statement(db, sql).get(...params) as R | undefined)),
  };
}

/**
 * Runs `body` in one write transaction (a savepoint when one is open already): all of it is on disk when this
 * returns, none of it when it throws. With `project_replaced` it may be in a file that nobody sees any more.
 */
export function transact<T>(db: WritableDb, body: () => T): T {
  const listener = db.inTransaction ? undefined : listeners.get(db);
  if (!listener) return guarded(db, () => committed(db, () => db.transaction(body).immediate()));
  const heard = (): { result: T; before: LogEnds; after: LogEnds } => {
    const before = listener.newest();
    const result = body();
    return { result, before, after: listener.newest() };
  };
  const { result, before, after } = guarded(db, () => committed(db, () => db.transaction(heard).immediate()));
  listener.add(before, after);
  return result;
}

const commits = new WeakMap<Database.Database, number>();

/** How many writes this connection has committed. */
export function commitsOf(db: ReadableDb): number {
  return commits.get(db) ?? 0;
}

/** What `body` commits went to the files that were opened; inside a transaction that is for its end to say. */
function committed<T>(db: Database.Database, body: () => T): T {
  const sealed = seals.get(db);
  if (sealed) throw sealed;
  const guard = db.inTransaction ? undefined : guards.get(db);
  guard?.check();
  const result = guard?.logBegins() ? db.transaction(() => inNewLog(db, guard, body)).immediate() : body();
  if (!db.inTransaction) commits.set(db, (commits.get(db) ?? 0) + 1);
  guard?.check();
  return result;
}

/**
 * The first thing in a log says which database it goes on from (`file/leftover-log.ts`), and says it once: a second connection that
 * found the log empty, too, would name what only the log says, and whoever opened the project next would take a log that is in
 * use for another database's.
 */
function inNewLog<T>(db: Database.Database, guard: CommitGuard, body: () => T): T {
  if (guard.isAsLooked()) statement(db, 'UPDATE log_generation SET before = now, now = randomblob(16)').run();
  return body();
}

function statement(db: Database.Database, sql: string): Database.Statement {
  let statements = prepared.get(db);
  if (!statements) prepared.set(db, (statements = new Map()));
  let found = statements.get(sql);
  if (!found) statements.set(sql, (found = db.prepare(sql)));
  return found;
}

function guarded<T>(db: Database.Database, body: () => T): T {
  const gone = endings.get(db);
  if (gone) throw gone;
  try {
    return body();
  } catch (thrown) {
    throw storeError(thrown, db.name);
  }
}
