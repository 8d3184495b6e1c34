import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('runs of an older project stay, without a name, and none of them was removed', () => {
  const db = new Database(':memory:');
  migrate(db, projectMigrations.slice(0, 20), 7);
  db.exec(`
    INSERT INTO model (id, fingerprint, dir, name, family, created_at) VALUES (1, 'f', '/m', 'm', 'llava', '2026');
    INSERT INTO preset (id, slug, sha256, body) VALUES (1, 'p', 's', '{}');
    INSERT INTO run (id, model_id, preset_id, settings, answer_mode, created_at) VALUES (4, 1, 1, '{}', 'self', '2026');`);
  assert.ok(migrate(db, projectMigrations, 7).includes(21));
  assert.deepEqual(db.prepare('SELECT id, name, removed_at FROM run').all(), [
    { id: 4, name: null, removed_at: null },
  ]);
  db.close();
});
