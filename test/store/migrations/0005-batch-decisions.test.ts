import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('decisions from before are a person’s, batches from before accept; revisions stay append-only', () => {
  const db = new Database(':memory:');
  migrate(db, projectMigrations.slice(0, 4), 7);
  db.exec(`
    INSERT INTO root VALUES (1, '/r');
    INSERT INTO image VALUES (1, 1, 'a.png', 1, 0, 3, 2);
    INSERT INTO sample (id, external_id, image_id, question, truth_boxes, tags) VALUES (1, 'a', 1, 'q', '[]', '[]');
    INSERT INTO review (sample_id, decision, reviewer, created_at) VALUES (1, 'reject', 'ann', 'then');
    INSERT INTO batch (state, target, reviewer, created_at) VALUES ('applied', 0.1, 'ann', 'then')`);
  assert.deepEqual(migrate(db, projectMigrations, 7).slice(0, 1), [5]);
  assert.deepEqual(db.prepare('SELECT decision, batch_id FROM review').all(), [
    { decision: 'reject', batch_id: null },
  ]);
  assert.equal(db.prepare('SELECT decision FROM batch').pluck().get(), 'accept');
  assert.throws(() => db.exec('UPDATE review SET batch_id = 1'), /append-only/);
  db.close();
});
