import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read, transact, write } from '../../../src-main/store/db.ts';
import { showRun } from '../../../src-main/store/shown/sample-run.ts';
import { addSamples, predict, testProject, testRun } from '../../support/project.ts';

test('what a sample showed before is noted once per run, and goes with the sample', async (t) => {
  const project = await testProject(t, 1);
  const { db } = project;
  const first = testRun(project, 'a');
  const noted = () =>
    read(db, 'SELECT run_id, sample_id, before_run_id, taken_back FROM run_shown ORDER BY run_id').all();
  transact(db, () => showRun(db, 1, first));
  predict(project, first, 1);
  const second = testRun(project, 'b');
  predict(project, second, 1);
  transact(db, () => showRun(db, 1, second));
  transact(db, () => showRun(db, 1, second));
  assert.deepEqual(noted(), [
    { run_id: first, sample_id: 1, before_run_id: null, taken_back: 0 },
    { run_id: second, sample_id: 1, before_run_id: first, taken_back: 0 },
  ]);
  addSamples(project, 2);
  const lonely = read<{ id: number }>(db, 'SELECT MAX(id) AS id FROM sample').get()!.id;
  transact(db, () => showRun(db, lonely, second));
  for (const table of ['sample_state', 'sample_tag', 'sample_run']) {
    write(db, `DELETE FROM ${table} WHERE sample_id = ?`).run(lonely);
  }
  write(db, 'DELETE FROM sample WHERE id = ?').run(lonely);
  assert.equal(noted().length, 2);
});
