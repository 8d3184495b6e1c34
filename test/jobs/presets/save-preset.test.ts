import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { MOST } from '../../../src-shared/contract/limits.ts';
import { labelParams } from '../../../src-main/jobs/label/params.ts';
import {
  choosePreset,
  knownPresets,
  loadPresets,
  presetShelf,
} from '../../../src-main/jobs/presets/presets.ts';
import { removePreset, requireUnused, savePreset } from '../../../src-main/jobs/presets/save-preset.ts';
import { addJob, requestCancel } from '../../../src-main/store/jobs/job.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { testPreset, testProject } from '../../support/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const builtIn = join(import.meta.dirname, '../../../models/presets');
const demoDir = join(import.meta.dirname, '../../../models/demo');
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

test('11-C24: broken preset files are listed with their reason, and the others work', async (t) => {
  const folders = { presetsDir: builtIn, userPresetsDir: join(temporaryDir(t), 'presets') };
  const at = (name: string): string => join(folders.userPresetsDir, name);
  await savePreset(folders, { ...testPreset, id: 'good', name: 'Good' }, false);
  const put = (name: string, preset: object): void => writeFileSync(at(name), JSON.stringify(preset));
  writeFileSync(at('a-half.json'), '{"id": "half"');
  writeFileSync(at('big.json'), ' '.repeat(1_000_001));
  put('field.json', { ...testPreset, id: 'field', rows: 'columns' });
  put('long.json', { ...testPreset, id: 'long', name: 'x'.repeat(MOST.presetName + 1) });
  put('lines.json', { ...testPreset, id: 'lines', name: 'two\nlines' });
  put('shadow.json', { ...testPreset, id: 'demo' });
  put('twin.json', { ...testPreset, id: 'good' });
  mkdirSync(at('folder.json'));
  const { presets, broken } = await presetShelf(folders);
  assert.deepEqual(
    presets.slice(-1).map(({ id }) => id),
    ['good'],
  );
  assert.equal(presets.length, (await loadPresets(builtIn)).length + 1);
  const reasons = new Map(broken.map(({ file, reason }) => [file, reason]));
  for (const [name, reason] of [
    ['a-half.json', /^the preset is not JSON\. Correct the preset or remove it$/],
    ['big.json', /is 1000001 bytes, above the 1000000/],
    ['field.json', /the preset's rows: /],
    ['folder.json', /folder\.json is a folder, not a file/],
    ['lines.json', /the preset's name: has a line end/],
    ['long.json', /the preset's name: Too big: expected string to have <=120 characters/],
    ['shadow.json', /its id "demo" is that of a preset that came with Fovea\. Give it another id/],
    ['twin.json', /its id "good" is that of good\.json/],
  ] as const) {
    assert.match(reasons.get(at(name)) ?? '', reason);
  }
  assert.equal(broken.length, 8);
  const project = await testProject(t, 1);
  const resources = { demoDir, ...folders };
  const wish = { modelDir: join(demoDir, 'checkpoint'), answerMode: 'self', limit: null } as const;
  const engine = fakeEngine();
  assert.equal(
    (await labelParams(project, engine, { ...wish, presetId: null }, resources)).preset.id,
    'demo',
  );
  await assert.rejects(labelParams(project, engine, { ...wish, presetId: 'field' }, resources), {
    code: 'bad_input',
    message: /^the preset "field" cannot be used: the preset's rows/,
    where: at('field.json'),
  });
});

test('11-C24: a presets folder that cannot be read takes none of the presets that came with Fovea', async (t) => {
  const userPresetsDir = join(temporaryDir(t), 'presets');
  writeFileSync(userPresetsDir, 'a file');
  const { presets, broken } = await presetShelf({ presetsDir: builtIn, userPresetsDir });
  assert.equal(presets.length, (await loadPresets(builtIn)).length);
  assert.match(broken[0]?.reason ?? '', /^the folder cannot be read: /);
});

test('11-C24: names, notes and ids of presets have limits', async (t) => {
  const folders = { presetsDir: builtIn, userPresetsDir: join(temporaryDir(t), 'presets') };
  for (const change of [
    { id: 'x'.repeat(MOST.presetId + 1) },
    { name: 'x'.repeat(MOST.presetName + 1) },
    { name: ' \t ' },
    { name: 'a\u0007b' },
    { notes: 'x'.repeat(MOST.presetNotes + 1) },
  ]) {
    await assert.rejects(savePreset(folders, { ...testPreset, id: 'mine', ...change }, false));
  }
  await savePreset(folders, { ...testPreset, id: 'mine', name: 'x'.repeat(MOST.presetName) }, false);
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
