import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('a source is on show once, and its boxes go before their sample does', () => {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = ON');
  migrate(db, projectMigrations.slice(0, 19), 7);
  db.exec(`
    INSERT INTO root (id, path) VALUES (1, 'images');
    INSERT INTO image (id, root_id, path, bytes, mtime_ms, width, height) VALUES (1, 1, 'a.png', 1, 1, 30, 20);
    INSERT INTO sample VALUES (1, 'q1', 1, 'what?', NULL, '[]', NULL, NULL, '[]');`);
  assert.ok(migrate(db, projectMigrations, 7).includes(20));
  db.exec(`
    INSERT INTO proposal_source (id, name, file, complete, imported_at) VALUES (1, 'd', 'f', 1, '2026'), (2, 'd', 'f', 0, '2026');
    INSERT INTO proposal VALUES (1, 1, '[]', NULL), (1, 2, '[]', '[]');`);
  assert.throws(() => db.exec('UPDATE proposal_source SET complete = 1'), /UNIQUE/);
  assert.throws(() => db.exec('DELETE FROM sample'), /FOREIGN KEY/);
  assert.throws(() => db.exec('DELETE FROM proposal_source'), /FOREIGN KEY/);
  db.close();
});
