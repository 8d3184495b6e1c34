import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('jobs of before keep what they are: in the order they were queued, begun nobody knows when, no retry of another', () => {
  const db = new Database(':memory:');
  const KIND = 7;
  migrate(db, projectMigrations.slice(0, 13), KIND);
  const add = db.prepare(
    "INSERT INTO job (type, state, params, asked, created_at) VALUES ('label', ?, '{}', ?, '2026-01-01')",
  );
  add.run('queued', null);
  add.run('queued', 'pause');
  add.run('done', null);
  migrate(db, projectMigrations, KIND);
  assert.deepEqual(
    db
      .prepare('SELECT id, state, asked, front, started_at, retry_of, pace, workers FROM job ORDER BY id')
      .all(),
    [
      ['queued', null],
      ['queued', 'pause'],
      ['done', null],
    ].map(([state, asked], at) => ({
      id: at + 1,
      state,
      asked,
      front: 0,
      started_at: null,
      retry_of: null,
      pace: null,
      workers: null,
    })),
  );
  db.pragma('foreign_keys = ON');
  assert.throws(() => db.prepare('UPDATE job SET retry_of = 9 WHERE id = 1').run(), /FOREIGN KEY/);
  db.close();
});
