import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('lines of a version are never changed, and outlive their samples', () => {
  const db = new Database(':memory:');
  const at = projectMigrations.findIndex(({ slug }) => slug === 'dataset-versions');
  migrate(db, projectMigrations.slice(0, at), 16);
  assert.deepEqual(migrate(db, projectMigrations.slice(0, at + 1), 16), [at + 1]);
  db.exec(`
    INSERT INTO dataset_version (name, sha256, card, reviewer, created_at) VALUES ('v1', zeroblob(32), '{}', 'a', '2026');
    INSERT INTO dataset_sample VALUES (1, 99, '{}');`);
  assert.throws(() => db.exec("UPDATE dataset_sample SET line = '[]'"), /does not change/);
  assert.throws(
    () => db.exec("INSERT INTO dataset_version VALUES (2, 'v1', zeroblob(32), '{}', 'a', '2026')"),
    /UNIQUE/,
  );
  db.close();
});
