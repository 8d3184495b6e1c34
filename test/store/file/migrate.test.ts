import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { mapsMigrations } from '../../../db/maps-migrations/index.ts';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';
import { schemaText } from '../../../src-main/store/file/schema-text.ts';

const root = join(import.meta.dirname, '../../..');

for (const [folder, list] of [
  ['migrations', projectMigrations],
  ['maps-migrations', mapsMigrations],
] as const) {
  test(`${folder}: files, registry and tests name the same migrations, numbered without gaps`, () => {
    const files = readdirSync(join(root, 'db', folder)).filter((name) => /^\d{4}-/.test(name));
    const registered = list.map((m) => `${String(m.version).padStart(4, '0')}-${m.slug}.ts`);
    assert.deepEqual(files.sort(), registered);
    assert.deepEqual(
      list.map((m) => m.version),
      list.map((_, i) => i + 1),
    );
    for (const name of registered) {
      const file = join('test/store/migrations', name.replace(/\.ts$/, '.test.ts'));
      assert.ok(existsSync(join(root, file)), `${file} is missing`);
    }
  });
}

test('db/schema.sql is what the migrations give (regenerate: node scripts/schema.ts --write)', () => {
  assert.equal(readFileSync(join(root, 'db/schema.sql'), 'utf8'), schemaText());
});

test('a migration that fails leaves schema and version as they were', () => {
  const db = new Database(':memory:');
  const broken = { version: 2, slug: 'broken', sql: 'CREATE TABLE half (id); CREATE TABLE half (id);' };
  const first = { version: 1, slug: 'first', sql: 'CREATE TABLE one (id)' };
  assert.throws(() => migrate(db, [first, broken], 7));
  assert.equal(db.pragma('user_version', { simple: true }), 1);
  assert.deepEqual(db.prepare('SELECT name FROM sqlite_schema').pluck().all(), ['one']);
  assert.deepEqual(migrate(db, [first], 7), []);
  db.close();
});
