import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadPreset } from '../../../src-main/jobs/presets/presets.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { fovea, foveaJson } from './run-cli.ts';
import { someScenes } from './scenes.ts';

interface Said {
  readonly samples: number;
  readonly held_out_auc: { readonly raw: number };
  readonly beside: { readonly preset: string; readonly auc: { readonly raw: number } };
  readonly heads: readonly { readonly stability: number }[];
  readonly preset: { readonly grounding: readonly unknown[] };
}

test('fovea calibrate finds heads without a preset, and saves them as one that labels', async (t) => {
  const dir = temporaryDir(t);
  const home = process.env.FOVEA_HOME;
  process.env.FOVEA_HOME = join(dir, 'home');
  t.after(() => {
    if (home === undefined) delete process.env.FOVEA_HOME;
    else process.env.FOVEA_HOME = home;
  });
  const path = join(dir, 'project');
  const scenes = someScenes(dir, 8);
  await fovea(['import', path, '--images', scenes.imagesDir, '--questions', scenes.questionsFile]);
  const few = await fovea(['calibrate', path, '--boxes', '3']);
  assert.equal(few.code, 1);
  assert.match(few.stderr, /calibration needs 5 samples .* found 3 such samples/);
  const found = await foveaJson(['calibrate', path, '--boxes', '8', '--save', 'found']);
  assert.equal(found.code, 0, found.stderr);
  const said = found.json as Said;
  assert.equal(said.samples, 8);
  assert.ok(said.held_out_auc.raw > 0.75, `${said.held_out_auc.raw}`);
  assert.equal(said.beside.preset, 'demo');
  assert.ok(said.heads.some(({ stability }) => stability > 0.3));
  const saved = await loadPreset(join(dir, 'home', 'presets', 'found.json'));
  assert.deepEqual(saved.grounding, said.preset.grounding);
  assert.match(
    saved.notes ?? '',
    /from 8 samples with boxes \(seed 1\)\. Mean AUC .* Heads chosen in 200 resamples/,
  );
  const again = await fovea(['calibrate', path, '--boxes', '8', '--save', 'found']);
  assert.match(again.stderr, /there is a preset "found" already/);
  const labelled = await fovea(['label', path, '--preset', 'found', '--limit', '1', '--device', 'cpu']);
  assert.equal(labelled.code, 0, labelled.stderr);
  assert.equal((await fovea(['calibrate', path, '--against', 'guess'])).code, 2);
});
