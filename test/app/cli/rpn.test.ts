import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fingerprintOf } from '../../../src-main/jobs/rpn/base.ts';
import { importRpn } from '../../../src-main/jobs/rpn/import.ts';
import { ensureModel } from '../../../src-main/store/runs/model.ts';
import { ensurePreset } from '../../../src-main/store/runs/preset.ts';
import { ensureRun, setActiveRun } from '../../../src-main/store/runs/run.ts';
import { addRpn } from '../../../src-main/store/training/rpn.ts';
import { predictMaps } from '../../support/map-prediction.ts';
import { testPreset } from '../../support/project.ts';
import { rpnProject } from '../../support/rpn-project.ts';
import { fovea, foveaJson } from './run-cli.ts';

test('fovea rpn: import, list, activate, export, and what goes wrong in one line', async (t) => {
  const { project, base, rpn, dir } = await rpnProject(t, 1);
  const { path } = project;
  assert.match((await fovea(['rpn', path])).stdout, /There are no versions yet: train one .* or import one/);
  const unknown = await fovea(['rpn', 'import', path, rpn]);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /no model has labelled the project yet.*--model/);
  const imported = await foveaJson(['rpn', 'import', path, rpn, '--model', base, '--name', 'first']);
  assert.partialDeepStrictEqual(imported.json, { rpn: 1, name: 'first', source: 'imported', active: false });
  const active = await foveaJson(['rpn', 'activate', path, 'first', '--model', base]);
  assert.deepEqual(active.json, { rpn: 1, before: null, run: null, shown: 0 });
  assert.match((await fovea(['rpn', 'list', path])).stdout, /^\* 1 first: imported, K \d+, T \d+/);
  const listed = (await foveaJson(['rpn', 'list', path])).json as {
    versions: unknown[];
    activations: unknown[];
  };
  assert.partialDeepStrictEqual(listed.versions[0], { id: 1, active: true, predictions: 0 });
  assert.equal(listed.activations.length, 1);
  const back = await fovea(['rpn', 'activate', path, 'own', '--model', base]);
  assert.match(back.stdout, /the model's own RPN from now on[\s\S]*The way back: fovea rpn activate .* 1/);
  const out = join(dir, 'out');
  const exported = await fovea(['rpn', 'export', path, '1', '--out', out]);
  assert.match(exported.stdout, /Exported version 1 \(first\).*\n.*the RPN alone/);
  assert.ok(existsSync(join(out, 'model.safetensors')));
  const missing = await foveaJson(['rpn', 'export', path, 'second', '--out', out]);
  assert.equal(missing.code, 1);
  assert.partialDeepStrictEqual(missing.json, { error: { code: 'not_found' } });
  assert.match(missing.stderr, /there is no RPN version second.*fovea rpn list/);
});

test('fovea rpn compare: in words and as one object; what has no predictions says how to get them', async (t) => {
  const { project, base, rpn, baseModel } = await rpnProject(t, 4);
  const { db, path } = project;
  const version = await importRpn(project, { from: rpn, base: baseModel, name: 'mine' });
  const runOf = (fingerprint: string): number =>
    ensureRun(db, {
      modelId: ensureModel(db, { fingerprint, dir: base, name: 'm', family: 'llava' }),
      presetId: ensurePreset(db, testPreset),
      settings: {},
      answerMode: 'self',
    });
  const own = runOf(baseModel.fingerprint);
  setActiveRun(db, own);
  const compare = (...args: string[]) => ['rpn', 'compare', path, ...args];
  assert.match(
    (await fovea(compare('mine', 'own'))).stderr,
    /no sample was predicted with RPN version mine yet.*fovea rpn predict/,
  );
  const its = runOf(await fingerprintOf(project, baseModel, version));
  for (const id of [1, 2, 3, 4]) {
    predictMaps(project, own, id, { rpn: [-3, 3, 3, 3, 3, 3], denoised: [1, 1, 0, 0, 0, 0] });
    predictMaps(project, its, id, { rpn: [3, -3, -3, -3, -3, -3], box: [0, 0, 10, 10] });
  }
  assert.match((await fovea(compare('mine', 'own'))).stderr, /4 nothing known.*--truth/);
  const { stdout } = await fovea(compare('mine', 'own', '--truth'));
  assert.match(stdout, /^mine \(run \d\) beside own \(run \d\) on 4 samples, against known boxes/);
  assert.match(
    stdout,
    /ROC-AUC: 1\.000 and 0\.000, \+1\.000 \[1\.000, 1\.000\] on 4: too few samples to say; mine wins 4, own 0, 0 ties/,
  );
  const { json } = await foveaJson(compare('own', 'teacher', '--truth', '--samples'));
  assert.partialDeepStrictEqual(json, {
    a: { kind: 'own', runId: own },
    b: { kind: 'teacher', runId: own },
    samples: 4,
    iou: null,
  });
  assert.equal((json as { bySample: unknown[] }).bySample.length, 4);
  assert.match((await fovea(compare('own', 'own'))).stderr, /the same/);
  assert.match(
    (await fovea(compare('mine', 'own', '--truth', '--held-out'))).stderr,
    /4 not held out.*or on all samples that neither learned from/,
  );
  assert.match(
    (await fovea(compare('mine', 'teacher', '--accepted-too'))).stderr,
    /accepted labels were made from the teacher's map/,
  );
  assert.equal((await fovea(compare('own', 'mine', '--held-out', '--learned-too'))).code, 2);
  assert.equal((await fovea(compare('own', 'mine', '--truth', '--accepted-too'))).code, 2);
  assert.equal((await fovea(compare('own', 'teacher', '--seed', 'x'))).code, 2);
});

test('fovea rpn list says what a trained version came of and what was measured', async (t) => {
  const { project } = await rpnProject(t);
  const { db, path } = project;
  const measure = { samples: 9, auc: 0.9, iou: null, boxRecall: 0.5 };
  const rpn = { source: 'trained', baseFingerprint: 'b', k: 2, t: 3, config: {} } as const;
  const metrics = {
    against: 'corrected',
    student: measure,
    teacher: measure,
    parent: null,
    loss: 0.1,
    step: 4,
  } as const;
  const weightsSha256 = new Uint8Array(32);
  const first = addRpn(db, { ...rpn, name: 'first', parentId: null, weightsSha256, metrics: null });
  addRpn(db, { ...rpn, name: 'second', parentId: first, weightsSha256, metrics });
  const { stdout } = await fovea(['rpn', path]);
  assert.match(stdout, /1 first: trained, from no earlier version, K 2, T 3/);
  assert.match(
    stdout,
    /2 second: trained, from first, .*held out against corrected: AUC 0\.900, IoU –, box recall 0\.500 of 9/,
  );
});
