import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('a project from before gets a name for its next log, and only one', () => {
  const db = new Database(':memory:');
  migrate(db, projectMigrations.slice(0, 7), 7);
  assert.deepEqual(migrate(db, projectMigrations, 7).slice(0, 1), [8]);
  assert.deepEqual(
    db.prepare('SELECT length(now) AS now, length(before) AS before FROM log_generation').all(),
    [{ now: 16, before: 16 }],
  );
  assert.throws(
    () => db.exec('INSERT INTO log_generation VALUES (2, randomblob(16), randomblob(16))'),
    /CHECK/,
  );
  db.close();
});
