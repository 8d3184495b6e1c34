import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('decisions of before stay; a dealt sample knows the last word of each it was dealt to, and of nobody else', () => {
  const db = new Database(':memory:');
  migrate(db, projectMigrations.slice(0, 16), 7);
  db.exec(`
    INSERT INTO root (id, path) VALUES (1, 'images');
    INSERT INTO image (id, root_id, path, bytes, mtime_ms, width, height) VALUES (1, 1, 'a.png', 1, 1, 30, 20);
    INSERT INTO sample VALUES (1, 'q1', 1, 'what?', NULL, '[]', NULL, NULL, '[]'), (2, 'q2', 1, 'what?', NULL, '[]', NULL, NULL, '[]');
    INSERT INTO review (sample_id, decision, reviewer, created_at) VALUES (1, 'reject', 'ann', '2026');`);
  assert.deepEqual(migrate(db, projectMigrations.slice(0, 17), 7), [17]);
  db.exec(`
    INSERT INTO deal (name, overlap, seed, blind, filter, created_by, created_at) VALUES ('r', 2, 1, 0, '{}', 'o', '2026');
    INSERT INTO dealt (sample_id, reviewer, deal_id) VALUES (2, 'ann', 1), (2, 'bo', 1);`);
  const say = (decision: string, reviewer: string): void =>
    void db
      .prepare(`INSERT INTO review (sample_id, decision, reviewer, created_at) VALUES (2, ?, ?, '2026')`)
      .run(decision, reviewer);
  const words = (): unknown =>
    db.prepare('SELECT reviewer, review_id FROM dealt ORDER BY reviewer').raw().all();
  say('reject', 'ann');
  say('reject', 'cleo');
  assert.deepEqual(words(), [
    ['ann', 2],
    ['bo', null],
  ]);
  say('reject', 'ann');
  say('reject', 'bo');
  assert.deepEqual(words(), [
    ['ann', 4],
    ['bo', 5],
  ]);
  say('reset', 'ann');
  assert.deepEqual(words(), [
    ['ann', null],
    ['bo', 5],
  ]);
  assert.throws(
    () => db.exec(`INSERT INTO dealt (sample_id, reviewer, deal_id) VALUES (2, 'bo', 1)`),
    /UNIQUE/,
  );
  assert.equal(db.prepare('SELECT COUNT(*) FROM review').pluck().get(), 6, 'every revision is there');
  db.close();
});
