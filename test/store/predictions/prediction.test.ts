import assert from 'node:assert/strict';
import { test } from 'node:test';
import { predictionsOfSample } from '../../../src-main/store/predictions/prediction.ts';
import { predict, testPrediction, testProject, testRun } from '../../support/project.ts';

test('a sample has one prediction per run that labelled it, in the order of the runs', async (t) => {
  const project = await testProject(t, 2);
  const runs = [testRun(project, 'f1'), testRun(project, 'f2'), testRun(project, 'f3')];
  const second = predict(project, runs[1]!, 1, testPrediction(1));
  const first = predict(project, runs[0]!, 1, testPrediction(2));
  predict(project, runs[2]!, 2);
  const found = predictionsOfSample(project.db, 1);
  assert.deepEqual(
    found.map(({ id, runId, label }) => [id, runId, new Int8Array(label).indexOf(1)]),
    [
      [first, runs[0], 2],
      [second, runs[1], 1],
    ],
  );
  assert.deepEqual(predictionsOfSample(project.db, 2).length, 1);
  assert.throws(() => predictionsOfSample(project.db, 99), { code: 'not_found' });
});
