import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';

test('what was said of an answer stays, and what was counted goes when what it was counted from changes', () => {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = ON');
  migrate(db, projectMigrations.slice(0, 22), 7);
  db.exec(`
    INSERT INTO root (id, path) VALUES (1, 'images');
    INSERT INTO image (id, root_id, path, bytes, mtime_ms, width, height) VALUES (1, 1, 'a.png', 1, 1, 30, 20);
    INSERT INTO sample VALUES (1, 'q1', 1, 'what?', 'yes', '[]', 'en', NULL, '[]');
    INSERT INTO sample_benchmark VALUES (1, 'textvqa', '["yes"]', '[]');
    INSERT INTO model VALUES (1, 'f', '/m', 'm', 'llava', '2026');
    INSERT INTO preset VALUES (1, 'p', 's', '{}');
    INSERT INTO run (id, model_id, preset_id, settings, answer_mode, device, created_at)
      VALUES (1, 1, 1, '{}', 'self', 'cpu', '2026');
    INSERT INTO prediction (id, run_id, sample_id, maps_key, answer, answer_tokens, grid_rows, grid_cols, transform, label,
      boxes, timings, device, created_at) VALUES (1, 1, 1, 5, 'yes', '[]', 1, 2, '{}', x'0100', '{}', '{}', 'cpu', '2026');
    INSERT INTO sample_state (sample_id, state, dropped, prediction_id) VALUES (1, 'pending', 0, 1);`);
  assert.deepEqual(migrate(db, projectMigrations.slice(0, 23), 7), [23]);
  assert.deepEqual(db.prepare('SELECT state, outcome, localised FROM sample_state').raw().all(), [
    ['pending', null, null],
  ]);
  const counted = (): unknown => {
    db.exec("INSERT OR REPLACE INTO answer_outcome (prediction_id, scorer, rules) VALUES (1, 'exact', 1)");
    return undefined;
  };
  const left = (): number =>
    (db.prepare('SELECT COUNT(*) AS n FROM answer_outcome').get() as { n: number }).n;
  for (const change of [
    "UPDATE prediction SET answer = 'no'",
    "UPDATE prediction SET second_stage = '{}'",
    "UPDATE prediction SET label = x'0001'",
    "UPDATE sample SET reference_answer = 'no'",
    "UPDATE sample SET truth_boxes = '[[0,0,1,1]]'",
    `UPDATE sample SET tags = '["dataset:x"]'`,
    `INSERT OR REPLACE INTO sample_benchmark VALUES (1, 'gqa', '["yes"]', '[]')`,
    'UPDATE image SET version = 2',
    `INSERT INTO answer_verdict (sample_id, answer, verdict, reviewer, created_at) VALUES (1, 'yes', 'wrong', 'ann', '2026')`,
    'DELETE FROM sample_state; DELETE FROM prediction',
  ]) {
    counted();
    db.exec(change);
    assert.equal(left(), 0, change);
  }
  assert.throws(() => db.exec("UPDATE answer_verdict SET verdict = 'right'"), /append-only/);
  assert.throws(() => db.exec('DELETE FROM answer_verdict'), /append-only/);
  db.exec('INSERT INTO being_removed VALUES (1)');
  db.exec('DELETE FROM answer_verdict');
  db.close();
});
