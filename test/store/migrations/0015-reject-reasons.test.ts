import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('decisions of the first schema have no reason; later rejections may have one, and nothing else may', () => {
  const db = new Database(':memory:');
  migrate(db, projectMigrations.slice(0, 1), 7);
  db.exec(`
    INSERT INTO root (id, path) VALUES (1, 'images');
    INSERT INTO image (id, root_id, path, bytes, mtime_ms, width, height) VALUES (1, 1, 'a.png', 1, 1, 30, 20);
    INSERT INTO sample VALUES (1, 'q1', 1, 'what?', NULL, '[]', NULL, NULL, '[]');
    INSERT INTO review (sample_id, decision, reviewer, created_at) VALUES (1, 'reject', 'ann', '2026');`);
  assert.ok(migrate(db, projectMigrations, 7).includes(15));
  assert.deepEqual(db.prepare('SELECT reviewer, reason FROM review').all(), [
    { reviewer: 'ann', reason: null },
  ]);
  const add = db.prepare(
    "INSERT INTO review (sample_id, decision, reviewer, created_at, reason) VALUES (1, ?, 'ann', '2026', ?)",
  );
  add.run('reject', 'Wrong region');
  assert.throws(() => add.run('reset', 'Wrong region'), /CHECK/);
  assert.equal(db.prepare('SELECT COUNT(*) FROM reject_reason').pluck().get(), 5);
  db.close();
});
