import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rpnProject } from '../../support/rpn-project.ts';
import { fovea, foveaJson } from './run-cli.ts';

test('fovea rpn: import, list, activate, export, and what goes wrong in one line', async (t) => {
  const { project, base, rpn, dir } = await rpnProject(t, 1);
  const { path } = project;
  assert.match((await fovea(['rpn', path])).stdout, /There are no versions yet: train one .* or import one/);
  const unknown = await fovea(['rpn', 'import', path, rpn]);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /not labelled yet.*--model/);
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
