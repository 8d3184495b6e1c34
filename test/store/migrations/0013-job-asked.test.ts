import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askJob, addJob, getJobRecord, requestCancel } from '../../../src-main/store/jobs/job.ts';
import { read, write } from '../../../src-main/store/db.ts';
import { getTrainingRun, noteTeacher } from '../../../src-main/store/training/training-run.ts';
import { testProject } from '../../support/project.ts';
import { testTrainingRun } from '../../support/training.ts';

test('a job can be asked to rest or to end with what it has, while it is not over', async (t) => {
  const { db } = await testProject(t, 1);
  const id = addJob(db, 'train', null, {});
  assert.equal(getJobRecord(db, id).asked, null);
  assert.ok(askJob(db, id, 'pause'));
  assert.equal(getJobRecord(db, id).asked, 'pause');
  assert.ok(askJob(db, id, null));
  requestCancel(db, id);
  assert.equal(askJob(db, id, 'finish'), false);
  assert.throws(() => write(db, "UPDATE job SET asked = 'dance'").run());
});

test("a run keeps its teacher's level; one of before has none", async (t) => {
  const { db } = await testProject(t, 1);
  const run = testTrainingRun(db);
  assert.equal(getTrainingRun(db, run).teacher, null);
  const measure = { samples: 3, auc: 0.8, iou: null, boxRecall: 0.5, loss: null };
  noteTeacher(db, run, { against: 'truth', measure });
  assert.deepEqual(getTrainingRun(db, run).teacher, { against: 'truth', measure });
  assert.equal(read(db, 'SELECT teacher FROM training_run').all().length, 1);
});
