import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('revisions stay append-only, but for those of a sample that is being removed', () => {
  const db = new Database(':memory:');
  migrate(db, projectMigrations.slice(0, 9), 7);
  db.exec(`
    INSERT INTO root (id, path) VALUES (1, 'images');
    INSERT INTO image (id, root_id, path, bytes, mtime_ms, width, height) VALUES (1, 1, 'a.png', 1, 1, 30, 20);
    INSERT INTO sample VALUES (1, 'q1', 1, 'what?', NULL, '[]', NULL, NULL, '[]');
    INSERT INTO review (sample_id, decision, reviewer, created_at) VALUES (1, 'reject', 'ann', '2026');`);
  assert.deepEqual(migrate(db, projectMigrations, 7).slice(0, 1), [10]);
  assert.throws(() => db.exec('DELETE FROM review'), /append-only/);
  assert.throws(() => db.exec("UPDATE review SET reviewer = 'ben'"), /append-only/);
  db.exec('INSERT INTO being_removed VALUES (2)');
  assert.throws(() => db.exec('DELETE FROM review'), /append-only/);
  db.exec('INSERT INTO being_removed VALUES (1); DELETE FROM review;');
  assert.equal(db.prepare('SELECT COUNT(*) FROM review').pluck().get(), 0);
  db.close();
});
