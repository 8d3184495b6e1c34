import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('labels from before were made on the picture that is registered, whose fingerprint nobody has taken', () => {
  const db = new Database(':memory:');
  migrate(db, projectMigrations.slice(0, 6), 7);
  db.exec(`
    INSERT INTO root VALUES (1, '/p');
    INSERT INTO image VALUES (1, 1, 'a.png', 10, 20, 30, 40);
    INSERT INTO sample VALUES (1, 'q', 1, 'what?', NULL, '[]', NULL, NULL, '[]');
    INSERT INTO model VALUES (1, 'f', '/m', 'm', 'llava', '2026');
    INSERT INTO preset VALUES (1, 's', 'h', '{}');
    INSERT INTO run VALUES (1, 1, 1, '{}', 'self', NULL, '2026');
    INSERT INTO prediction VALUES (1, 1, 1, 5, 'yes', '[]', 1, 2, '{}', x'0100', NULL, NULL, NULL, '{}', NULL, '{}', 'cpu', '2026');
  `);
  assert.deepEqual(migrate(db, projectMigrations, 7).slice(0, 1), [7]);
  assert.deepEqual(db.prepare('SELECT version, sha256 FROM image').get(), { version: 1, sha256: null });
  assert.equal(db.prepare('SELECT picture_version FROM prediction').pluck().get(), 1);
  assert.equal(db.prepare('SELECT resolved FROM root').pluck().get(), null);
  assert.throws(() => db.exec("UPDATE image SET sha256 = x'00'"), /CHECK/);
  db.close();
});
