import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('a project from before has exported nothing that is known', () => {
  const db = new Database(':memory:');
  migrate(db, projectMigrations.slice(0, 5), 7);
  assert.deepEqual(migrate(db, projectMigrations, 7).slice(0, 1), [6]);
  assert.equal(db.prepare('SELECT COUNT(*) FROM exported_file').pluck().get(), 0);
  const add = db.prepare("INSERT INTO exported_file VALUES (?, 'jsonl', 1, 2, 3, 'then')");
  add.run('/a/labels.jsonl');
  assert.throws(() => add.run('/a/labels.jsonl'), /UNIQUE/);
  db.close();
});
