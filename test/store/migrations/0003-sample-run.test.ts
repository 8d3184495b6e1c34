import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getRun, setActiveRun } from '../../../src-main/store/runs/run.ts';
import { settleOnRun, showRun, samplesWithoutMaps } from '../../../src-main/store/shown/sample-run.ts';
import { sampleState } from '../../../src-main/store/samples/state.ts';
import { predict, testProject, testRun } from '../../support/project.ts';

test('a sample shows a run of its own, the others the active one; the active run settles without a change on screen', async (t) => {
  const project = await testProject(t, 4);
  const { db } = project;
  const first = testRun(project, 'a');
  const shownFirst = [1, 2, 3].map((id) => predict(project, first, id));
  const second = testRun(project, 'b');
  setActiveRun(db, first);
  const shownSecond = [1, 2].map((id) => predict(project, second, id));
  const shown = () => [1, 2, 3, 4].map((id) => sampleState(db, id)!.predictionId);
  assert.deepEqual(shown(), [...shownFirst, null]);

  showRun(db, 2, second);
  assert.deepEqual(shown(), [shownFirst[0], shownSecond[1], shownFirst[2], null]);
  assert.deepEqual(samplesWithoutMaps(db, 9), [4]);

  const before = shown();
  settleOnRun(db, second);
  assert.deepEqual(shown(), before, 'nothing on screen changes');
  assert.throws(() => settleOnRun(db, 99), /no run 99/);

  setActiveRun(db, first);
  assert.deepEqual(shown(), [...shownFirst, null], 'choosing a run shows it wherever it has a label');

  showRun(db, 1, second);
  setActiveRun(db, second);
  assert.deepEqual(shown(), [...shownSecond, shownFirst[2], null], 'a label never gives way to none');
  assert.equal(getRun(db, second).id, second);
});
