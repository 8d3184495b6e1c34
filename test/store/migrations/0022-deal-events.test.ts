import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('rounds of before are noted, dealt and ended; later ones as they are dealt and end, once', () => {
  const db = new Database(':memory:');
  migrate(db, projectMigrations.slice(0, 21), 7);
  const add = (name: string, ended: string | null): void =>
    void db
      .prepare(
        `INSERT INTO deal (name, overlap, seed, blind, filter, created_by, created_at, ended_at)
         VALUES (?, 2, 1, 0, '{}', 'o', '2026', ?)`,
      )
      .run(name, ended);
  add('over', '2026-02');
  add('open', null);
  assert.deepEqual(migrate(db, projectMigrations.slice(0, 22), 7), [22]);
  const events = (): unknown => db.prepare('SELECT deal_id, ended FROM deal_event ORDER BY id').raw().all();
  assert.deepEqual(events(), [
    [1, 0],
    [2, 0],
    [1, 1],
  ]);
  add('new', null);
  db.exec(`UPDATE deal SET ended_at = '2026-03' WHERE id IN (1, 2); UPDATE deal SET name = 'x'`);
  assert.deepEqual(events(), [
    [1, 0],
    [2, 0],
    [1, 1],
    [3, 0],
    [2, 1],
  ]);
  const noted = db.prepare('SELECT noted_at FROM deal_event').pluck().all() as string[];
  assert.ok(noted.every((at) => new Date(at).toISOString() === at));
  db.close();
});
