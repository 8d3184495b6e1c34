import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activateVersion } from '../../../src-main/jobs/rpn/activate.ts';
import { fingerprintOf } from '../../../src-main/jobs/rpn/base.ts';
import { importRpn } from '../../../src-main/jobs/rpn/import.ts';
import { ensureModel } from '../../../src-main/store/runs/model.ts';
import { ensurePreset } from '../../../src-main/store/runs/preset.ts';
import { activeRunId, ensureRun } from '../../../src-main/store/runs/run.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { sampleState } from '../../../src-main/store/samples/state.ts';
import { settleOnRun } from '../../../src-main/store/shown/sample-run.ts';
import { showWhereLabelled } from '../../../src-main/store/shown/run-shown.ts';
import { getPrediction } from '../../../src-main/store/predictions/prediction.ts';
import { getRpn } from '../../../src-main/store/training/rpn.ts';
import { predict, testPreset } from '../../support/project.ts';
import { rpnProject } from '../../support/rpn-project.ts';
import { testRpn } from '../../support/training.ts';

test('activating shows the labels made with the version, but not over decisions; the way back shows the former ones', async (t) => {
  const { project, base, rpn, baseModel } = await rpnProject(t, 3);
  const { db } = project;
  const version = await importRpn(project, { from: rpn, base: baseModel, name: 'mine' });
  const runOf = (fingerprint: string, settings: object): number =>
    ensureRun(db, {
      modelId: ensureModel(db, { fingerprint, dir: base, name: 'm', family: 'llava' }),
      presetId: ensurePreset(db, testPreset),
      settings: { ...settings },
      answerMode: 'self',
    });
  const own = runOf(baseModel.fingerprint, {});
  const its = runOf(await fingerprintOf(project, baseModel, version), { rpnDir: '/moved/since' });
  for (const id of [1, 2, 3]) predict(project, own, id);
  settleOnRun(db, own);
  showWhereLabelled(db, own, null);
  const who = { reviewer: 'ann', note: null, label: null, predictionId: null } as const;
  submitReview(db, { ...who, sampleId: 3, decision: 'accept' }, undefined);
  const shown = (): number[] =>
    [1, 2, 3].map((id) => getPrediction(db, sampleState(db, id)!.predictionId!).prediction.runId);

  assert.deepEqual(await activateVersion(project, baseModel, version), {
    before: null,
    runId: null,
    shown: 0,
  });
  for (const id of [1, 3]) predict(project, its, id);
  assert.deepEqual(await activateVersion(project, baseModel, version), {
    before: version.id,
    runId: its,
    shown: 1,
  });
  assert.deepEqual(shown(), [its, own, own]);
  assert.equal(activeRunId(db), its);
  assert.deepEqual(await activateVersion(project, baseModel, null), {
    before: version.id,
    runId: own,
    shown: 1,
  });
  assert.deepEqual(shown(), [own, own, own]);
});

test("another base model's version is refused", async (t) => {
  const { project, baseModel } = await rpnProject(t);
  const version = testRpn(project.db, 'foreign');
  await assert.rejects(activateVersion(project, baseModel, getRpn(project.db, version)), {
    code: 'bad_input',
  });
});
