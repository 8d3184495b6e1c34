import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('what was measured before has no need of a crop, and a need lies between 0 and 1', () => {
  const db = new Database(':memory:');
  migrate(db, projectMigrations.slice(0, 25), 7);
  db.exec(`
    INSERT INTO root (id, path) VALUES (1, 'images');
    INSERT INTO image (id, root_id, path, bytes, mtime_ms, width, height) VALUES (1, 1, 'a.png', 1, 1, 30, 20);
    INSERT INTO sample VALUES (1, 'q1', 1, 'what?', NULL, '[]', NULL, NULL, '[]');
    INSERT INTO evaluation (id, settings, created_at) VALUES (1, '{}', '2026');
    INSERT INTO evaluation_sample (evaluation_id, image_id, sample_id, scorer, tags) VALUES (1, 1, 1, 'exact', '[]');
    INSERT INTO evaluation_result (evaluation_id, image_id, sample_id, method, crops) VALUES (1, 1, 1, 'alone', '[]');`);
  assert.deepEqual(migrate(db, projectMigrations, 7), [26]);
  const columns = 'sure, weakest, peak, trained';
  const row = (): unknown => db.prepare(`SELECT ${columns} FROM evaluation_result`).raw().get();
  assert.deepEqual(row(), [null, null, null, null]);
  db.exec('UPDATE evaluation_result SET sure = 0, weakest = 1, peak = 0.5');
  assert.deepEqual(row(), [0, 1, 0.5, null]);
  for (const name of columns.split(', '))
    assert.throws(() => db.exec(`UPDATE evaluation_result SET ${name} = 1.01`), /CHECK/);
  db.close();
});
