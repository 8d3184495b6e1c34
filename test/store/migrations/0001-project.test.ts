import assert from 'node:assert/strict';
import { test } from 'node:test';
import { write } from '../../../src-main/store/db.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { predict, testProject, testRun } from '../../support/project.ts';

test('reviews refuse UPDATE and DELETE, and a reviewed prediction keeps its label', async (t) => {
  const project = await testProject(t);
  const { db } = project;
  const id = predict(project, testRun(project), 1);
  write(db, 'UPDATE prediction SET label = zeroblob(6)').run();
  submitReview(
    db,
    { sampleId: 1, predictionId: id, decision: 'accept', label: null, reviewer: 'a', note: null },
    null,
  );
  for (const sql of [
    "UPDATE review SET note = 'x'",
    'DELETE FROM review',
    'UPDATE prediction SET label = zeroblob(6)',
    'DELETE FROM prediction',
  ]) {
    assert.throws(() => write(db, sql).run(), Error, sql);
  }
});

test('a label of another size than its grid is refused', async (t) => {
  const project = await testProject(t);
  predict(project, testRun(project), 1);
  assert.throws(() => write(project.db, 'UPDATE prediction SET label = zeroblob(5)').run());
});
