import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  activateRpn,
  activations,
  activeRpnId,
  addRpn,
  freeRpnName,
  getRpn,
  listRpns,
  rpnCalled,
} from '../../../src-main/store/training/rpn.ts';
import {
  getTrainingRun,
  listTrainingRuns,
  noteTrainedRpn,
  noteTrainingSteps,
  setTrainingState,
  trainingPoints,
} from '../../../src-main/store/training/training-run.ts';
import { testProject } from '../../support/project.ts';
import { testRpn, testTrainingRun } from '../../support/training.ts';

test('a version is found by number or name, names its parent and the run that made it', async (t) => {
  const { db } = await testProject(t, 0);
  const first = testRpn(db, 'first');
  const run = testTrainingRun(db, first);
  const second = testRpn(db, 'second', first);
  noteTrainedRpn(db, run, second, null);
  assert.equal(rpnCalled(db, 'second').id, second);
  assert.deepEqual(rpnCalled(db, String(second)), getRpn(db, second));
  assert.deepEqual(
    listRpns(db).map(({ name, parentId, trainingRunId }) => [name, parentId, trainingRunId]),
    [
      ['first', null, null],
      ['second', first, run],
    ],
  );
  assert.throws(() => rpnCalled(db, 'third'), { code: 'not_found' });
  assert.throws(() => testRpn(db, 'first'), { code: 'conflict' });
  assert.equal(freeRpnName(db, 'first'), 'first-2');
  assert.equal(freeRpnName(db, 'third'), 'third');
  for (const name of ['', '12', 'own', ' a', 'a\nb', 'x'.repeat(101)]) {
    assert.throws(() => testRpn(db, name), { code: 'bad_input' }, JSON.stringify(name));
  }
});

test('the active version is one for each base model; the way back is activating the former, and all of it is kept', async (t) => {
  const { db } = await testProject(t, 0);
  const [a, b, other] = [testRpn(db, 'a'), testRpn(db, 'b'), testRpn(db, 'c', null, 'other')];
  assert.equal(activeRpnId(db, 'base'), null);
  assert.equal(activateRpn(db, 'base', a), null);
  assert.equal(activateRpn(db, 'base', b), a);
  activateRpn(db, 'other', other);
  assert.deepEqual(
    listRpns(db).map(({ active }) => active),
    [false, true, true],
  );
  assert.equal(activateRpn(db, 'base', a), b);
  activateRpn(db, 'base', a);
  assert.equal(activateRpn(db, 'base', null), a);
  assert.equal(activeRpnId(db, 'base'), null);
  assert.deepEqual(
    activations(db).map(({ rpnId }) => rpnId),
    [a, b, other, a, null],
  );
  assert.throws(() => activateRpn(db, 'base', other), { code: 'bad_input' });
  assert.throws(() => activateRpn(db, 'base', 99), { code: 'not_found' });
});

test('a run keeps its curve, also where steps are done again after a kill', async (t) => {
  const { db } = await testProject(t, 0);
  const id = testTrainingRun(db);
  const point = (step: number, loss: number) => ({
    step,
    loss,
    learningRate: 1e-4,
    gradientNorm: 1,
    heldOut: step === 2 ? { samples: 3, auc: 0.9, iou: null, boxRecall: 0.5 } : null,
    seconds: step / 10,
  });
  noteTrainingSteps(db, id, { step: 2, bestStep: 2 }, [point(1, 0.7), point(2, 0.6)]);
  noteTrainingSteps(db, id, { step: 3, bestStep: 2 }, [point(2, 0.6), point(3, 0.5)]);
  assert.deepEqual(
    trainingPoints(db, id, 1, 9).map(({ step, loss }) => [step, loss]),
    [
      [2, 0.6],
      [3, 0.5],
    ],
  );
  assert.equal(trainingPoints(db, id, 0, 9)[1]!.heldOut?.auc, 0.9);
  setTrainingState(db, id, 'failed', 'the disk is full');
  const { step, bestStep, state, message, endedAt } = getTrainingRun(db, id);
  assert.deepEqual([step, bestStep, state, message], [3, 2, 'failed', 'the disk is full']);
  assert.ok(endedAt);
  setTrainingState(db, id, 'running');
  assert.equal(listTrainingRuns(db)[0]!.endedAt, null);
});

test('a version whose weights have no hash is refused, and leaves nothing', async (t) => {
  const { db } = await testProject(t, 0);
  const rpn = {
    source: 'imported',
    parentId: null,
    baseFingerprint: 'b',
    k: 1,
    t: 1,
    config: {},
    metrics: null,
  } as const;
  assert.throws(() => addRpn(db, { ...rpn, name: 'x', weightsSha256: new Uint8Array(5) }));
  assert.deepEqual(listRpns(db), []);
});
