/** `fovea model list | add | download | remove`, and names in place of folders, as a person types them. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEMO_CHECKPOINT } from '../../../support/demo.ts';
import { temporaryDir } from '../../../support/temporary-dir.ts';
import { cacheRepository } from '../../../support/hub-cache.ts';
import { filesOf, hubServer } from '../../../support/hub-server.ts';
import { splitRpn } from '../../../support/split-rpn.ts';
import { fovea, foveaJson } from '../run-cli.ts';
import { someScenes } from '../scenes.ts';

const TINY = join(import.meta.dirname, '../../../golden/oracle/cases/llava-original-tower');

const home = mkdtempSync(join(tmpdir(), 'fovea-home-'));
process.env.FOVEA_HOME = home;
test.after(() => rmSync(home, { recursive: true, force: true }));

test('a snapshot of a Hugging Face cache is added, and labels by its name', async (t) => {
  const dir = temporaryDir(t);
  const { snapshot } = cacheRepository(join(dir, 'hub'), 'fovea/demo', DEMO_CHECKPOINT);
  const added = await foveaJson(['model', 'add', snapshot]);
  assert.equal(added.code, 0, added.stderr);
  assert.partialDeepStrictEqual(added.json, {
    name: 'fovea/demo',
    kind: 'folder',
    added: true,
    problem: null,
  });
  const project = join(dir, 'project');
  const scenes = someScenes(join(dir, 'scenes'), 1);
  await fovea(['import', project, '--images', scenes.imagesDir, '--questions', scenes.questionsFile]);
  const args = ['label', project, '--model', 'fovea/demo', '--preset', 'demo', '--device', 'cpu'];
  const labelled = await foveaJson(args);
  assert.equal(labelled.code, 0, labelled.stderr);
  assert.partialDeepStrictEqual(labelled.json, { done: 1, failed: 0 });
  const removed = await fovea(['model', 'remove', 'fovea/demo']);
  assert.match(removed.stdout, /^Forgot fovea\/demo; its files stay in .*snapshots/);
  assert.ok(existsSync(join(snapshot, 'config.json')));
});

test('download, list, use by name, dry run, remove', async (t) => {
  const hub = await hubServer(filesOf(TINY));
  t.after(() => hub.close());
  process.env.HF_ENDPOINT = hub.endpoint;
  const downloaded = await foveaJson(['model', 'download', 'org/name']);
  assert.equal(downloaded.code, 0, downloaded.stderr);
  assert.match(downloaded.stderr, /Downloading \(MB\): 1\/1 · 100%/);
  const { dir } = downloaded.json as { dir: string };
  assert.ok(dir.startsWith(join(home, 'models')));
  const listed = await fovea(['model', 'list']);
  assert.match(
    listed.stdout,
    /^demo \(demo\): llava, 2\.9 M parameters .*\n.*\norg\/name \(download\): llava, /,
  );
  const byName = await foveaJson(['model', 'quantise', 'org/name', '--remove']);
  assert.deepEqual([byName.code, byName.json], [0, { removed: false }], byName.stderr);
  const dry = await foveaJson(['model', 'remove', 'org/name', '--dry-run']);
  assert.partialDeepStrictEqual(dry.json, { removed: false, kind: 'download' });
  assert.ok(existsSync(dir));
  const removed = await foveaJson(['model', 'remove', 'org/name']);
  assert.partialDeepStrictEqual(removed.json, {
    removed: true,
    files: (dry.json as { files: string[] }).files,
  });
  assert.ok(!existsSync(dir));
});

test('an RPN is laid over its base model by the names of both', async (t) => {
  const dir = temporaryDir(t);
  const { base, rpn } = await splitRpn(DEMO_CHECKPOINT, dir);
  await foveaJson(['model', 'add', base, '--name', 'base']);
  const added = await fovea(['model', 'add', rpn, '--name', 'region']);
  assert.match(added.stdout, /^Added region: RPN only, from layer 1, 2 layers, .*--rpn\n/);
  const project = join(dir, 'project');
  const scenes = someScenes(join(dir, 'scenes'), 1);
  await fovea(['import', project, '--images', scenes.imagesDir, '--questions', scenes.questionsFile]);
  const models = ['--model', 'base', '--rpn', 'region'];
  const labelled = await foveaJson(['label', project, ...models, '--preset', 'demo', '--device', 'cpu']);
  assert.equal(labelled.code, 0, labelled.stderr);
  assert.partialDeepStrictEqual(labelled.json, { done: 1, failed: 0 });
});

test('errors are one line with a next step; --help names the variables', async () => {
  const missing = await fovea(['model', 'check', 'nobody']);
  assert.deepEqual([missing.code, missing.stdout], [1, '']);
  assert.match(missing.stderr, /^fovea: this is neither a folder nor the name of a model \(nobody\)\. .+\n$/);
  const remove = await foveaJson(['model', 'remove', 'nobody']);
  assert.partialDeepStrictEqual(remove.json, { error: { code: 'not_found' } });
  assert.equal((await fovea(['model', 'download', 'no-slash'])).code, 2);
  const help = await fovea(['model', 'download', '--help']);
  assert.match(help.stdout, /HF_ENDPOINT.*HF_TOKEN.*FOVEA_HOME/s);
});
