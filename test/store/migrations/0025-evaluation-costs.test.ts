import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('what was measured before took nobody knows how much memory; a table is of an evaluation, one', () => {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = ON');
  migrate(db, projectMigrations.slice(0, 24), 7);
  db.exec(`
    INSERT INTO root (id, path) VALUES (1, 'images');
    INSERT INTO image (id, root_id, path, bytes, mtime_ms, width, height) VALUES (1, 1, 'a.png', 1, 1, 30, 20);
    INSERT INTO sample VALUES (1, 'q1', 1, 'what?', NULL, '[]', NULL, NULL, '[]');
    INSERT INTO evaluation (id, settings, created_at) VALUES (1, '{}', '2026');
    INSERT INTO evaluation_sample (evaluation_id, image_id, sample_id, scorer, tags) VALUES (1, 1, 1, 'exact', '[]');
    INSERT INTO evaluation_result (evaluation_id, image_id, sample_id, method, crops) VALUES (1, 1, 1, 'alone', '[]');`);
  assert.deepEqual(migrate(db, projectMigrations, 7).slice(0, 1), [25]);
  assert.equal(db.prepare('SELECT memory_bytes FROM evaluation_result').pluck().get(), null);
  assert.throws(() => db.exec('UPDATE evaluation_result SET memory_bytes = -1'), /CHECK/);
  const kept = `INSERT INTO evaluation_table (evaluation_id, mark, numbers) VALUES (1, 'm', '{}')`;
  db.exec(kept);
  assert.throws(() => db.exec(kept), /UNIQUE/);
  assert.throws(() => db.exec(kept.replace('(1,', '(2,')), /FOREIGN KEY/);
  db.close();
});
