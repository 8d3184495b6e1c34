import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import type { WritableDb } from '../../../src-main/store/db.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';
import { findText } from '../../../src-main/store/search/search.ts';
import { fillGrams } from '../../../src-main/store/search/text.ts';

test('what samples of an older project are searched by goes into blocks, at the places of their ids', () => {
  const db = new Database(':memory:') as WritableDb;
  migrate(db, projectMigrations.slice(0, 8), 7);
  db.exec(
    `INSERT INTO root (id, path) VALUES (1, 'images'); INSERT INTO image (id, root_id, path, bytes, mtime_ms, width, height) VALUES (1, 1, 'a.png', 1, 1, 30, 20);`,
  );
  const add = db.prepare(
    `INSERT INTO sample VALUES (?, ?, 1, 'q', NULL, '[]', NULL, NULL, '["t"]') RETURNING id`,
  );
  const search = db.prepare('INSERT INTO sample_search VALUES (?, ?)');
  // A whole block is missing, and the last one is not full.
  for (const id of [1, 5, 127, 128, 400, 401])
    search.run(add.pluck().get(id, `id ${id}`), `text of ${id}\x1e!`);
  assert.deepEqual(migrate(db, projectMigrations, 7).slice(0, 1), [9]);
  const blocks = db.prepare('SELECT block, text FROM search_block ORDER BY block').all() as {
    block: number;
    text: string;
  }[];
  assert.deepEqual(
    blocks.map(({ block }) => block),
    [0, 1, 3],
  );
  for (const { text } of blocks) assert.equal(text.split('\x1e').length, 129);
  const idsOf = (query: string): number[] =>
    [...findText(db, query).marks.entries()].flatMap(([id, on]) => (on ? [id] : []));
  // Before and after it is noted what blocks cannot hold.
  for (const prepare of [() => undefined, () => fillGrams(db)]) {
    prepare();
    assert.deepEqual(idsOf('text of 1'), [1, 127, 128]);
    assert.deepEqual(idsOf('of 400'), [400]);
    assert.deepEqual(idsOf('!'), [1, 5, 127, 128, 400, 401]);
    assert.deepEqual(idsOf('of 6'), []);
  }
  // Tags are written for many samples at once by now, not by a trigger for each.
  assert.equal(db.prepare('SELECT COUNT(*) FROM sample_tag').pluck().get(), 6);
  add.pluck().get(500, 'id 500');
  assert.equal(db.prepare('SELECT COUNT(*) FROM sample_tag').pluck().get(), 6);
  db.close();
});
