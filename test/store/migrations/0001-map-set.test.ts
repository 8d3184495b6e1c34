import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { mapsMigrations } from '../../../db/maps-migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('a map of another size than its grid is refused', (t) => {
  const db = new Database(':memory:');
  t.after(() => db.close());
  migrate(db, mapsMigrations.slice(0, 1), 1);
  db.exec('INSERT INTO map_set (key, grid_rows, grid_cols, sink) VALUES (1, 2, 3, zeroblob(12))');
  assert.throws(() => db.exec('UPDATE map_set SET sink = zeroblob(11)'));
});
