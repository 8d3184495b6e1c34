import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { read, write } from '../../../src-main/store/db.ts';
import { migrate } from '../../../src-main/store/file/migrate.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { scoreBacklog } from '../../../src-main/store/samples/score-backlog.ts';
import { predict, testPrediction, testProject, testRun } from '../../support/project.ts';

test('a project of the first schema keeps state, search text, tags and decisions', () => {
  const db = new Database(':memory:');
  migrate(db, projectMigrations.slice(0, 1), 7);
  db.exec(`
    INSERT INTO root VALUES (1, 'images');
    INSERT INTO image VALUES (1, 1, 'a.png', 1, 1, 30, 20);
    INSERT INTO sample VALUES (1, 'q1', 1, 'what?', NULL, '[]', 'en', NULL, '["b","a","b"]');
    INSERT INTO model VALUES (1, 'f', '/m', 'm', 'llava', '2026');
    INSERT INTO preset VALUES (1, 'p', 's', '{}');
    INSERT INTO run VALUES (1, 1, 1, '{}', 'self', 'cpu', '2026');
    INSERT INTO prediction VALUES (1, 1, 1, 5, 'yes', '[]', 1, 2, '{}', x'0100', 'area', 0.6, 0.5, '{}', NULL, '{}', 'cpu', '2026');
    INSERT INTO review VALUES (1, 1, 'accept', x'0100', 1, 'ann', NULL, '2026-01-02');
    INSERT INTO sample_state VALUES (1, 'accepted', 1, 'en', NULL, 1, 1, 'q1 what? yes');`);
  migrate(db, projectMigrations, 7);
  const text = db.prepare('SELECT text FROM search_block').pluck().get() as string;
  assert.equal(text.split('\x1e')[1], 'q1 what? yes');
  assert.deepEqual(
    db
      .prepare(
        'SELECT state, dropped, tag, drop_rule, drop_value, reviewer, reviewed_at, roi_size FROM sample_state',
      )
      .all(),
    [
      {
        state: 'accepted',
        dropped: 1,
        tag: 'a',
        drop_rule: 'area',
        drop_value: 0.6,
        reviewer: 'ann',
        reviewed_at: '2026-01-02',
        roi_size: null,
      },
    ],
  );
  assert.equal((db.prepare('SELECT COUNT(*) AS n FROM sample_tag').get() as { n: number }).n, 2);
  db.close();
});

test('scores that are missing are filled in, and go when the prediction is stored again', async (t) => {
  const project = await testProject(t, 4);
  const { db } = project;
  const run = testRun(project);
  for (const id of [1, 2, 3]) predict(project, run, id, testPrediction(id));
  const label = new Uint8Array(Int8Array.from([1, 1, 0, 0, 0, 0]).buffer);
  submitReview(
    db,
    { sampleId: 3, predictionId: null, decision: 'correct', label, reviewer: 'a', note: null },
    null,
  );
  const state = () => read(db, 'SELECT * FROM sample_state ORDER BY sample_id').all();
  const before = state();
  write(db, 'DELETE FROM prediction_score').run();
  write(db, 'DELETE FROM review_score').run();
  write(
    db,
    'UPDATE sample_state SET disagreement = NULL, uncertainty = NULL, roi_size = NULL, iou = NULL',
  ).run();
  assert.notDeepEqual(state(), before);
  assert.equal(await scoreBacklog(db, new AbortController().signal), 3);
  assert.deepEqual(state(), before);
  assert.equal(await scoreBacklog(db, new AbortController().signal), 0);

  predict(project, run, 1, testPrediction(3));
  const { roi_x: x } = read<{ roi_x: number }>(
    db,
    'SELECT roi_x FROM prediction_score WHERE prediction_id = 1',
  ).get()!;
  assert.equal(
    x,
    read<{ roi_x: number }>(db, 'SELECT roi_x FROM sample_state WHERE sample_id = 1').get()!.roi_x,
  );
  assert.notEqual(x, (before[0] as { roi_x: number }).roi_x);
});
