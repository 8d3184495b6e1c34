import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('imports of before stay, without the rows of their samples; a sample has one answer of a log', () => {
  const db = new Database(':memory:');
  migrate(db, projectMigrations.slice(0, 18), 7);
  db.exec(`
    INSERT INTO root (id, path) VALUES (1, 'images');
    INSERT INTO image (id, root_id, path, bytes, mtime_ms, width, height) VALUES (1, 1, 'a.png', 1, 1, 30, 20);
    INSERT INTO sample VALUES (1, 'q1', 1, 'what?', NULL, '[]', NULL, NULL, '[]');
    INSERT INTO import (questions_file, images_dir, started_at) VALUES ('/q.jsonl', 'images', '2026');
    INSERT INTO import_range (import_id, first_id, last_id) VALUES (1, 1, 1);`);
  assert.ok(migrate(db, projectMigrations, 7).includes(19));
  assert.deepEqual(db.prepare('SELECT first_id, first_row FROM import_range').all(), [
    { first_id: 1, first_row: null },
  ]);
  db.exec(`INSERT INTO outside_log (file, run, model, task, imported_at) VALUES ('/l.jsonl', 1, 'm', 't', '2026');
    INSERT INTO outside_answer VALUES (1, 1, 'a', NULL, '{}');`);
  assert.throws(() => db.exec(`INSERT INTO outside_answer VALUES (1, 1, 'b', NULL, '{}')`), /UNIQUE/);
  assert.throws(() => db.exec(`INSERT INTO outside_answer VALUES (1, 2, 'b', NULL, '{}')`), /FOREIGN KEY/);
  db.close();
});
