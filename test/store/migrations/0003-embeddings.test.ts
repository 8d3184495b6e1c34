import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { mapsMigrations } from '../../../db/maps-migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('maps of an earlier version stay; embeddings are one for each content and encoder, of the size there is', () => {
  const db = new Database(':memory:');
  migrate(db, mapsMigrations.slice(0, 2), 7);
  db.exec('INSERT INTO map_set VALUES (5)');
  assert.deepEqual(migrate(db, mapsMigrations, 7), [3]);
  assert.equal(db.prepare('SELECT key FROM map_set').pluck().get(), 5);
  db.prepare("INSERT INTO encoder (fingerprint, model) VALUES (?, 'm')").run('f'.repeat(64));
  const insert = db.prepare('INSERT INTO embedding (encoder_id, content, scale, data) VALUES (1, ?, ?, ?)');
  insert.run(Buffer.alloc(32), 0.5, Buffer.alloc(128));
  assert.throws(() => insert.run(Buffer.alloc(32), 0.5, Buffer.alloc(128)), /UNIQUE/);
  for (const [content, scale, size] of [
    [31, 0.5, 128],
    [32, 0, 128],
    [32, 0.5, 127],
  ] as const)
    assert.throws(() => insert.run(Buffer.alloc(content, 1), scale, Buffer.alloc(size)), /CHECK/);
  db.pragma('foreign_keys = ON');
  db.exec('DELETE FROM encoder');
  assert.equal(db.prepare('SELECT COUNT(*) FROM embedding').pluck().get(), 0);
  db.close();
});
