import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { labelParams, type LabelWish } from '../../../src-main/jobs/label/params.ts';
import { activateVersion } from '../../../src-main/jobs/rpn/activate.ts';
import { importRpn } from '../../../src-main/jobs/rpn/import.ts';
import { ensureModel } from '../../../src-main/store/runs/model.ts';
import { ensurePreset } from '../../../src-main/store/runs/preset.ts';
import { ensureRun, setActiveRun } from '../../../src-main/store/runs/run.ts';
import { rpnFolder } from '../../../src-main/store/training/rpn.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { testPreset } from '../../support/project.ts';
import { rpnProject } from '../../support/rpn-project.ts';
import { standInResources } from '../../support/scenes.ts';

test('labelling uses the active version, unless another RPN is named; own is what the model brings itself', async (t) => {
  const { project, base, rpn, dir, baseModel } = await rpnProject(t, 1);
  const { db } = project;
  const resources = await standInResources(join(dir, 'app'));
  const runWith = (settings: Record<string, unknown>): number =>
    ensureRun(db, {
      modelId: ensureModel(db, { fingerprint: 'f', dir: base, name: 'm', family: 'llava' }),
      presetId: ensurePreset(db, testPreset),
      settings,
      answerMode: 'self',
    });
  setActiveRun(db, runWith({ rpnDir: rpn }));
  const wish: LabelWish = { modelDir: null, presetId: null, answerMode: 'self', limit: null };
  const asked = async (more: Partial<LabelWish> = {}): Promise<string | undefined> => {
    const { model, preset } = await labelParams(project, fakeEngine(), { ...wish, ...more }, resources);
    assert.equal(preset.id, 'test');
    return model.rpnDir;
  };
  assert.equal(await asked(), rpn);
  const version = await importRpn(project, { from: rpn, base: baseModel, name: 'mine' });
  assert.equal(await asked(), rpn);
  await activateVersion(project, baseModel, version);
  const its = rpnFolder(project.path, version.id);
  assert.equal(await asked(), its);
  assert.equal(await asked({ modelDir: base }), its);
  assert.equal(await asked({ rpnDir: rpn }), rpn);
  setActiveRun(db, runWith({ rpnDir: its }));
  assert.equal(await asked(), its);
  await activateVersion(project, baseModel, null);
  assert.equal(await asked(), undefined);
});

test('a gate is the one that is asked for, else that of the run that labelling goes on with', async (t) => {
  const { project, base, dir } = await rpnProject(t, 1);
  const { db } = project;
  const resources = await standInResources(join(dir, 'app'));
  const gate = { by: 'weakest', threshold: 0.2 } as const;
  const modelId = ensureModel(db, { fingerprint: 'f', dir: base, name: 'm', family: 'llava' });
  const presetId = ensurePreset(db, { ...testPreset, gate });
  setActiveRun(db, ensureRun(db, { modelId, presetId, settings: {}, answerMode: 'self' }));
  const asked = async (more: Partial<LabelWish> = {}) => {
    const wish: LabelWish = { modelDir: null, presetId: null, answerMode: 'self', limit: null };
    return (await labelParams(project, fakeEngine(), { ...wish, ...more }, resources)).preset.gate;
  };
  assert.deepEqual(await asked(), gate);
  const other = { by: 'peak', threshold: 0.1 } as const;
  assert.deepEqual(await asked({ gate: other }), other);
  assert.equal(await asked({ gate: null }), null);
  // A given answer says nothing of how sure the model is.
  assert.equal(await asked({ answerMode: 'teacher' }), undefined);
});
