import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { labelParams } from '../../src-main/jobs/label-params.ts';
import { choosePreset, knownPresets } from '../../src-main/jobs/presets.ts';
import { removePreset, requireUnused, savePreset } from '../../src-main/jobs/save-preset.ts';
import { addJob, requestCancel } from '../../src-main/store/job.ts';
import { fakeEngine } from '../support/fake-engine.ts';
import { temporaryDir, testPreset, testProject } from '../support/project.ts';

const builtIn = join(import.meta.dirname, '../../models/presets');
const demoDir = join(import.meta.dirname, '../../models/demo');
const code = (wanted: string) => (thrown: unknown) => thrown instanceof FoveaError && thrown.code === wanted;

test('a preset is saved whole, read back, and replaced only when asked', async (t) => {
  const folders = { presetsDir: builtIn, userPresetsDir: join(temporaryDir(t), 'new', 'presets') };
  const mine = { ...testPreset, id: 'mine', name: 'Mine', notes: 'tighter' };
  assert.deepEqual(await savePreset(folders, mine, false), mine);
  assert.deepEqual(choosePreset(await knownPresets(folders), await fakeInfo(), 'mine'), mine);
  await assert.rejects(savePreset(folders, { ...mine, name: 'Other' }, false), code('conflict'));
  await savePreset(folders, { ...mine, name: 'Other' }, true);
  assert.equal((await knownPresets(folders)).at(-1)?.name, 'Other');
  assert.deepEqual(readdirSync(folders.userPresetsDir), ['mine.json'], 'no temporary file is left');
});

test('a saved preset can be deleted and saved again; others stay; the app’s own cannot', async (t) => {
  const folders = { presetsDir: builtIn, userPresetsDir: join(temporaryDir(t), 'presets') };
  const mine = { ...testPreset, id: 'mine', name: 'Mine' };
  await savePreset(folders, mine, false);
  await savePreset(folders, { ...mine, id: 'other' }, false);
  assert.deepEqual(await removePreset(folders, 'mine'), mine);
  assert.deepEqual(readdirSync(folders.userPresetsDir), ['other.json']);
  await assert.rejects(removePreset(folders, 'mine'), code('not_found'));
  await assert.rejects(removePreset(folders, 'demo'), code('read_only'));
  await assert.rejects(removePreset({ ...folders, userPresetsDir: null }, 'other'), code('not_found'));
  assert.deepEqual(await savePreset(folders, mine, false), mine);
});

test('a preset that a job under way works with is in use until the job is over', async (t) => {
  const { db } = await testProject(t);
  const params = { model: {}, preset: { ...testPreset, id: 'mine' } };
  const jobId = addJob(db, 'label', null, params);
  addJob(db, 'label', null, { preset: 'not one' });
  assert.throws(() => requireUnused(db, 'mine'), code('conflict'));
  requireUnused(db, 'other');
  requestCancel(db, jobId);
  requireUnused(db, 'mine');
});

test("the app's own presets are never replaced, and a name cannot leave the folder", async (t) => {
  const userPresetsDir = join(temporaryDir(t), 'presets');
  const folders = { presetsDir: builtIn, userPresetsDir };
  await assert.rejects(savePreset(folders, { ...testPreset, id: 'demo' }, true), code('conflict'));
  await assert.rejects(savePreset(folders, { ...testPreset, id: '../demo' }, true));
  await assert.rejects(savePreset({ ...folders, userPresetsDir: null }, testPreset, true), code('read_only'));
});

test('a damaged preset of the person is named, with its file', async (t) => {
  const userPresetsDir = join(temporaryDir(t), 'presets');
  mkdirSync(userPresetsDir);
  writeFileSync(join(userPresetsDir, 'half.json'), '{"id": "half"');
  await assert.rejects(
    knownPresets({ presetsDir: builtIn, userPresetsDir }),
    (thrown) => thrown instanceof FoveaError && thrown.where === join(userPresetsDir, 'half.json'),
  );
});

test('a saved preset labels when it is named, and never makes the choice for a model ambiguous', async (t) => {
  const project = await testProject(t, 1);
  const userPresetsDir = join(temporaryDir(t), 'presets');
  const resources = { demoDir, presetsDir: builtIn, userPresetsDir };
  const demo = JSON.parse(readFileSync(join(builtIn, 'demo.json'), 'utf8')) as typeof testPreset;
  await savePreset(resources, { ...demo, id: 'mine', model: { layers: 6, heads: 4 } }, false);
  const wish = { modelDir: join(demoDir, 'checkpoint'), answerMode: 'self', limit: null } as const;
  const engine = fakeEngine();
  const named = await labelParams(project, engine, { ...wish, presetId: 'mine' }, resources);
  assert.equal(named.preset.id, 'mine');
  const chosen = await labelParams(project, engine, { ...wish, presetId: null }, resources);
  assert.equal(chosen.preset.id, 'demo');
});

function fakeInfo() {
  return fakeEngine().modelInfo({ dir: builtIn, device: 'auto' });
}
