import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsToBytes } from '../../../src-main/store/bytes.ts';
import { transact } from '../../../src-main/store/db.ts';
import { removeSamples } from '../../../src-main/store/samples/removal.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import {
  labelHash,
  requireSamplesThere,
  trainingExamples,
  trainingSampleIds,
} from '../../../src-main/store/training/training-sample.ts';
import { predict, testPrediction, testProject, testRun } from '../../support/project.ts';
import { frozen } from '../../support/training.ts';

test('examples come in the order asked for, with the label of the prediction or of the revision', async (t) => {
  const project = await testProject(t, 3);
  const { db } = project;
  const run = testRun(project);
  const [one, two] = [predict(project, run, 1), predict(project, run, 2, testPrediction(2))];
  const corrected = Uint8Array.of(1, 1, 0, 0, 0, 0);
  const who = { reviewer: 'ann', note: null, predictionId: null } as const;
  const { review } = submitReview(
    db,
    { ...who, sampleId: 2, decision: 'correct', label: corrected },
    undefined,
  );
  const bytes = labelsToBytes(testPrediction(0).labels);
  const training = frozen(db, [1], { predictionId: one, labelSha256: labelHash([2, 3], bytes) });
  const second = frozen(db, [1, 2], {
    part: 'held_out',
    kind: 'corrected',
    predictionId: two,
    reviewId: review.id,
    labelSha256: labelHash([2, 3], corrected),
  });
  const [example] = trainingExamples(db, training, [1]);
  assert.deepEqual([...example!.labels], [1, -100, -100, -100, -100, 0]);
  assert.deepEqual([example!.grid, example!.imageId, example!.part], [[2, 3], 1, 'train']);
  assert.deepEqual(
    trainingExamples(db, second, [2, 1]).map(({ sampleId, labels }) => [sampleId, labels[1]]),
    [
      [2, 1],
      [1, 1],
    ],
  );
  assert.deepEqual(trainingSampleIds(db, second, 'held_out'), [1, 2]);
  assert.deepEqual(trainingSampleIds(db, second, 'train'), []);
  assert.throws(() => trainingExamples(db, training, [1, 3]), { code: 'not_found' });
});

test('a label that is another one by now, and a sample that is gone, are refused by name', async (t) => {
  const project = await testProject(t, 2);
  const { db } = project;
  const run = testRun(project);
  const id = predict(project, run, 1);
  const hash = labelHash([2, 3], labelsToBytes(testPrediction(0).labels));
  const training = frozen(db, [1], { predictionId: id, labelSha256: hash });
  predict(project, run, 1, testPrediction(3));
  assert.throws(() => trainingExamples(db, training, [1]), { code: 'conflict', message: /sample 1/ });
  predict(project, run, 1, testPrediction(0));
  assert.equal(trainingExamples(db, training, [1]).length, 1);
  transact(db, () => removeSamples(db, [1]));
  assert.throws(() => trainingExamples(db, training, [1]), { code: 'conflict', message: /sample 1/ });
});

test('a run whose list names a sample that was removed is told so before anything is computed', async (t) => {
  const { db } = await testProject(t, 2);
  const runId = frozen(db, [1, 2]);
  requireSamplesThere(db, runId);
  transact(db, () => removeSamples(db, [2]));
  assert.throws(() => requireSamplesThere(db, runId), {
    code: 'conflict',
    message: /sample 2 of the training run was removed/,
  });
});
