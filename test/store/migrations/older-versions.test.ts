/**
 * Projects that each earlier schema's own code wrote (`test/golden/projects`), opened by today's: every row of people's work is what it
 * was, and what is said of each sample, decision, note, tag, filter, batch and run is what that version said.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { mapsMigrations } from '../../../db/maps-migrations/index.ts';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { procedures } from '../../../src-shared/contract/procedures.ts';
import { createBackend } from '../../../src-main/rpc/backend.ts';
import { said, type Said } from '../../golden/projects/said.ts';
import { MADE_IN, NEVER_ALONE, VERSIONS } from '../../golden/projects/versions.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { standInResources } from '../../support/scenes.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/projects');
type Row = Readonly<Record<string, unknown>>;

/** What follows from other rows and is made again where a migration changes how; searches, lists and scores are tested by themselves. */
const DERIVED =
  /^(sample_state|prediction_score|review_score|sample_search.*|search_.*|log_generation|sqlite_.*)$/;

/** What a migration took away or changed on purpose, by `table.column`, or by the path within what is said. */
const CHANGED: ReadonlySet<string> = new Set([
  // The pictures are not here.
  '.samples.*.detail.image.problem',
]);

const unpacked = (name: string, file: string): Buffer =>
  brotliDecompressSync(readFileSync(join(GOLDEN, name, `${file}.br`)));

function tablesOf(file: string): Map<string, Row[]> {
  const db = new Database(file, { readonly: true });
  try {
    const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
    return new Map(
      names
        .filter((name) => !DERIVED.test(name))
        .map((name) => [name, db.prepare(`SELECT * FROM "${name}"`).all() as Row[]]),
    );
  } finally {
    db.close();
  }
}

/** Each row as text, of the columns given. */
function texts(rows: readonly Row[], columns: readonly string[]): string[] {
  return rows
    .map((row) =>
      JSON.stringify(
        columns.map((name) =>
          row[name] instanceof Uint8Array ? Buffer.from(row[name]).toString('hex') : row[name],
        ),
      ),
    )
    .sort();
}

function assertRowsKept(before: Map<string, Row[]>, after: Map<string, Row[]>): void {
  for (const [table, rows] of before) {
    const now = after.get(table);
    if (rows.length === 0 || (CHANGED.has(table) && now === undefined)) continue;
    assert.ok(now, `the table ${table} is gone`);
    const columns = Object.keys(rows[0]!).filter((name) => !CHANGED.has(`${table}.${name}`));
    for (const name of columns) assert.ok(name in (now[0] ?? {}), `${table}.${name} is gone`);
    assert.deepEqual(texts(now, columns), texts(rows, columns), table);
  }
}

/** Where what is said now differs from what was said then; there may be more of it. */
function* differences(then: unknown, now: unknown, path = ''): Generator<string> {
  // A version without notes.
  if (then === null && path.endsWith('.notes')) return;
  if (CHANGED.has(path.replaceAll(/\.\d+/g, '.*'))) return;
  if (typeof then !== 'object' || then === null || typeof now !== 'object' || now === null) {
    if (then !== now) yield `${path}: ${JSON.stringify(then)} is ${JSON.stringify(now)}`;
    return;
  }
  if (Array.isArray(then) && then.length !== (now as unknown[]).length)
    yield `${path}: ${then.length} are ${(now as unknown[]).length}`;
  for (const [key, value] of Object.entries(then))
    yield* differences(value, (now as Row)[key], `${path}.${key}`);
}

test('every schema that a project was ever written with has one here', () => {
  const made = new Set(VERSIONS.map(({ project }) => project));
  for (const { version } of projectMigrations.slice(0, -1))
    assert.ok(made.has(version) || NEVER_ALONE.includes(version), `no project of schema ${version}`);
  const maps = new Set(VERSIONS.map((one) => one.maps));
  for (const { version } of mapsMigrations.slice(0, -1))
    assert.ok(maps.has(version), `no maps.db of schema ${version}`);
});

for (const { name, project, maps } of VERSIONS) {
  test(`a project as schema ${project} left it (maps ${maps}) holds all of it when it is opened`, async (t) => {
    const dir = temporaryDir(t);
    const path = join(dir, 'project');
    mkdirSync(path);
    for (const file of ['project.db', 'maps.db']) writeFileSync(join(path, file), unpacked(name, file));
    const versionOf = (file: string): unknown => {
      const db = new Database(join(path, file), { readonly: true });
      t.after(() => db.close());
      return db.pragma('user_version', { simple: true });
    };
    assert.deepEqual([versionOf('project.db'), versionOf('maps.db')], [project, maps]);
    const before = tablesOf(join(path, 'project.db'));
    const backend = await createBackend({
      engine: fakeEngine(),
      projectPath: path,
      host: 'test',
      version: '0.1.0',
      reviewer: 'ann',
      resources: await standInResources(dir),
    });
    t.after(() => backend.dispose());
    const ask = (procedure: string, input: unknown): Promise<unknown> =>
      backend.call(procedure as never, input as never);
    await ask('project.open', { path });
    const then = JSON.parse(unpacked(name, 'said.json').toString('utf8')) as Said;
    const now = await said(ask, (procedure) => procedure in procedures, [
      [realpathSync(dir), '<dir>'],
      [MADE_IN, '<dir>'],
    ]);
    assert.deepEqual(
      [versionOf('project.db'), versionOf('maps.db')],
      [projectMigrations.at(-1)!.version, mapsMigrations.at(-1)!.version],
    );
    assertRowsKept(before, tablesOf(join(path, 'project.db')));
    assert.deepEqual([...differences(then, now)], []);
  });
}
