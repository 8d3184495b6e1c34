import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('a row is of a sample of its evaluation, once for each method, and goes before the sample does', () => {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = ON');
  migrate(db, projectMigrations.slice(0, 23), 7);
  db.exec(`
    INSERT INTO root (id, path) VALUES (1, 'images');
    INSERT INTO image (id, root_id, path, bytes, mtime_ms, width, height) VALUES (1, 1, 'a.png', 1, 1, 30, 20);
    INSERT INTO sample VALUES (1, 'q1', 1, 'what?', NULL, '[]', NULL, NULL, '[]');`);
  assert.deepEqual(migrate(db, projectMigrations, 7).slice(0, 1), [24]);
  db.exec(`
    INSERT INTO evaluation (id, settings, created_at) VALUES (1, '{}', '2026');
    INSERT INTO evaluation_sample (evaluation_id, image_id, sample_id, scorer, tags) VALUES (1, 1, 1, 'exact', '[]');
    INSERT INTO evaluation_result (evaluation_id, image_id, sample_id, method, crops) VALUES (1, 1, 1, 'alone', '[]');`);
  const again = `INSERT INTO evaluation_result (evaluation_id, image_id, sample_id, method, crops) VALUES (1, 1, 1, `;
  assert.throws(() => db.exec(`${again} 'alone', '[]')`), /UNIQUE/);
  assert.throws(() => db.exec(again.replace('1, 1, 1', '1, 1, 2') + ` 'rpn', '[]')`), /FOREIGN KEY/);
  assert.throws(() => db.exec('DELETE FROM sample'), /FOREIGN KEY/);
  assert.throws(() => db.exec('DELETE FROM evaluation'), /FOREIGN KEY/);
  db.close();
});
