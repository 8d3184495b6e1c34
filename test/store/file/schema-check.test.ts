/** A database without what keeps decisions append-only is refused in words, and put back by repair. */
import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { repairProject } from '../../../src-main/store/repair/repair.ts';
import { mendSchema, schemaProblems } from '../../../src-main/store/file/schema-check.ts';
import { projectSummary } from '../../../src-main/store/dashboard/summary.ts';
import { testProject } from '../../support/project.ts';

/** Runs SQL on a closed project as another program would. */
function tamper(path: string, ...statements: readonly string[]): void {
  const db = new Database(join(path, 'project.db'));
  for (const statement of statements) db.exec(statement);
  db.close();
}

const triggersOf = (path: string): string[] => {
  const db = new Database(join(path, 'project.db'), { readonly: true });
  const names = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name")
    .pluck()
    .all();
  db.close();
  return names as string[];
};

test('11-C24: dropped append-only triggers are noticed when the project is opened, and put back by repair', async (t) => {
  const project = await testProject(t, 3);
  const { path } = project;
  project.close();
  const triggers = triggersOf(path);
  assert.ok(triggers.length > 0);
  tamper(path, ...triggers.map((name) => `DROP TRIGGER "${name}"`));
  const more = triggers.length > 1 ? ` \\(and ${triggers.length - 1} more\\)` : '';
  assert.throws(() => openProject(path), {
    code: 'bad_project',
    message: new RegExp(`^the database lacks the trigger \\w+${more}: decisions would not be safe in it$`),
    next: /fovea doctor --repair/,
  });
  const repaired = await repairProject(path);
  assert.deepEqual([repaired.database, repaired.schema.length], ['sound', triggers.length]);
  assert.deepEqual(triggersOf(path), triggers);
  const again = openProject(path);
  assert.equal(projectSummary(again.db, path).samples, 3);
  again.close();
  assert.deepEqual((await repairProject(path)).schema, []);
});

for (const [what, statements, message] of [
  [
    'a trigger that lets everything through',
    (name: string, table: string) => [
      `DROP TRIGGER "${name}"`,
      `CREATE TRIGGER "${name}" BEFORE DELETE ON ${table} BEGIN SELECT 1; END`,
    ],
    /has another trigger \w+ than Fovea made/,
  ],
  [
    'a trigger of somebody else',
    () => ['CREATE TRIGGER mine AFTER INSERT ON review BEGIN SELECT 1; END'],
    /has a trigger that Fovea did not make, mine/,
  ],
] as const) {
  test(`11-C24: ${what} is noticed and put right`, async (t) => {
    const project = await testProject(t, 1);
    const { path } = project;
    project.close();
    const triggers = triggersOf(path);
    tamper(path, ...statements(triggers[0]!, 'review'));
    assert.throws(() => openProject(path), { code: 'bad_project', message });
    assert.equal((await repairProject(path)).schema.length, 1);
    assert.deepEqual(triggersOf(path), triggers);
    openProject(path).close();
  });
}

test('11-C24: a missing index comes back; what other programs add beside ours is let be', async (t) => {
  const project = await testProject(t, 1);
  const { path } = project;
  project.close();
  const db = new Database(join(path, 'project.db'));
  t.after(() => db.close());
  const index = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
    .pluck()
    .get();
  db.exec(`DROP INDEX "${String(index)}"; CREATE VIEW mine AS SELECT 1; CREATE TABLE other (x)`);
  assert.deepEqual(
    schemaProblems(db, projectMigrations).map(({ words }) => words),
    [`lacks the index ${String(index)}`],
  );
  assert.equal(mendSchema(db, projectMigrations).length, 1);
  assert.deepEqual(schemaProblems(db, projectMigrations), []);
  db.exec('ALTER TABLE saved_filter RENAME COLUMN body TO text');
  assert.deepEqual(schemaProblems(db, projectMigrations), [
    { words: 'lacks body in the table saved_filter', mend: null },
  ]);
});
