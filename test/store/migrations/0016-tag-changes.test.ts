import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('tags of the first schema stay; changes of tags stay, too, but for those of a sample that is being removed', () => {
  const db = new Database(':memory:');
  migrate(db, projectMigrations.slice(0, 1), 7);
  db.exec(`
    INSERT INTO root (id, path) VALUES (1, 'images');
    INSERT INTO image (id, root_id, path, bytes, mtime_ms, width, height) VALUES (1, 1, 'a.png', 1, 1, 30, 20);
    INSERT INTO sample VALUES (1, 'q1', 1, 'what?', NULL, '[]', NULL, NULL, '["night"]');`);
  assert.ok(migrate(db, projectMigrations, 7).includes(16));
  assert.deepEqual(db.prepare('SELECT tag FROM sample_tag').pluck().all(), ['night']);
  db.exec(
    `INSERT INTO tag_change (sample_id, tag, added, reviewer, created_at) VALUES (1, 'odd', 1, 'ann', '2026')`,
  );
  assert.throws(() => db.exec('DELETE FROM tag_change'), /append-only/);
  assert.throws(() => db.exec('UPDATE tag_change SET added = 0'), /append-only/);
  db.exec('INSERT INTO being_removed VALUES (1); DELETE FROM tag_change;');
  assert.equal(db.prepare('SELECT COUNT(*) FROM tag_change').pluck().get(), 0);
  db.close();
});
