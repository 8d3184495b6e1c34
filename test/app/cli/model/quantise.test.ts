/** `fovea model quantise` and `fovea label --precision int4`, through the real engine process. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { copyDemoCheckpoint, DEMO_CHECKPOINT } from '../../../support/demo.ts';
import { singlePrecisionDemo } from '../../../support/single-precision.ts';
import { temporaryDir } from '../../../support/temporary-dir.ts';
import { fovea, foveaJson } from '../run-cli.ts';
import { someScenes } from '../scenes.ts';

// The cache of this file's process and of the engines it starts.
const home = mkdtempSync(join(tmpdir(), 'fovea-home-'));
process.env.FOVEA_HOME = home;
test.after(() => rmSync(home, { recursive: true, force: true }));

test('quantise writes the cache with a bar, finds it again, and deletes it', async (t) => {
  const dir = copyDemoCheckpoint(t);
  const first = await foveaJson(['model', 'quantise', dir]);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, /Quantising \(MB\): .*\b100%/);
  const { file } = first.json as { file: string };
  assert.ok(file.startsWith(join(home, 'cache')) && existsSync(file));
  assert.partialDeepStrictEqual(first.json, { written: true, kept: 0 });

  const again = await fovea(['model', 'quantise', dir]);
  assert.match(again.stdout, /^Already written: 2\.\d MB in /);
  assert.equal(again.stderr, '');

  assert.deepEqual((await foveaJson(['model', 'quantise', dir, '--remove'])).json, { removed: true });
  assert.equal(existsSync(file), false);
  assert.deepEqual((await foveaJson(['model', 'quantise', dir, '--remove'])).json, { removed: false });
});

test('quantise writes an fp16 cache beside the int4 one; --remove takes the one named, or both', async () => {
  const dir = await singlePrecisionDemo();
  const int4 = (await foveaJson(['model', 'quantise', dir])).json as { file: string };
  const first = await foveaJson(['model', 'quantise', dir, '--precision', 'fp16']);
  assert.match(first.stderr, /Rounding to float16 \(MB\): .*\b100%/);
  assert.partialDeepStrictEqual(first.json, { precision: 'fp16', written: true });
  const { file, bytes } = first.json as { file: string; bytes: number };
  const checked = await foveaJson(['model', 'check', dir, '--precision', 'fp16']);
  assert.partialDeepStrictEqual(checked.json, {
    precision: 'fp16',
    held: [],
    caches: { int4: { file: int4.file, present: true }, fp16: { file, bytes, present: true } },
  });
  const gone = await foveaJson(['model', 'quantise', dir, '--remove', '--precision', 'fp16']);
  assert.deepEqual([gone.json, existsSync(file), existsSync(int4.file)], [{ removed: true }, false, true]);
  const { stdout } = await fovea(['model', 'check', dir]);
  assert.match(stdout, /at int4 .*; cache of 2\.\d MB in .*int4\.safetensors/);
  assert.match(stdout, /at fp16 .* on a card that knows float16, .*not written yet: .*fp16\.safetensors/);
  await foveaJson(['model', 'quantise', dir, '--precision', 'fp16']);
  await foveaJson(['model', 'quantise', dir, '--remove']);
  assert.deepEqual([existsSync(file), existsSync(int4.file)], [false, false]);
  const wrong = await fovea(['model', 'quantise', dir, '--precision', 'as-stored']);
  assert.equal(wrong.code, 2);
});

test('quantise measures and writes int8, and check says how the layers bear it', async (t) => {
  const dir = copyDemoCheckpoint(t);
  const before = await fovea(['model', 'check', dir, '--verbose']);
  assert.match(before.stdout, /at int8 .*not written yet: .*int8\.safetensors/);
  assert.match(before.stdout, /not measured: fovea model quantise --precision int8/);
  const first = await foveaJson(['model', 'quantise', dir, '--precision', 'int8']);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, /Quantising to int8 \(MB\): .*\b100%/);
  const { file } = first.json as { file: string };
  assert.partialDeepStrictEqual(first.json, { precision: 'int8', written: true });
  assert.ok(existsSync(file) && existsSync(`${file}.measured`));
  const again = await fovea(['model', 'quantise', dir, '--precision', 'int8']);
  assert.match(again.stdout, /^Already written: /);
  const checked = await fovea(['model', 'check', dir, '--precision', 'int8', '--verbose']);
  assert.equal(checked.code, 0, checked.stderr);
  assert.match(checked.stdout, /device     cpu at int8/);
  assert.match(checked.stdout, /webgpu +int8 weights run on the CPU, not on webgpu/);
  assert.match(checked.stdout, /\d+ layers stay float32: as fast at their size/);
  assert.match(checked.stdout, /model\.layers\.0\.mlp\.up_proj\.weight +\d\.\d\d% +– +small +small/);
  assert.deepEqual((await foveaJson(['model', 'quantise', dir, '--remove', '--precision', 'int8'])).json, {
    removed: true,
  });
  assert.deepEqual([existsSync(file), existsSync(`${file}.measured`)], [false, false]);
});

test('auto leaves the demo as it is stored and says why; it is no cache to delete', async (t) => {
  const dir = copyDemoCheckpoint(t);
  const made = await foveaJson(['model', 'quantise', dir, '--precision', 'auto']);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stderr, /Precision auto is as-stored: its matrices are all too small to gain by int8/);
  assert.partialDeepStrictEqual(made.json, { precision: 'as-stored', file: null, written: false });
  const checked = await foveaJson(['model', 'check', dir, '--precision', 'auto']);
  assert.partialDeepStrictEqual(checked.json, {
    precision: 'as-stored',
    chosen: 'its matrices are all too small to gain by int8',
  });
  const gone = await fovea(['model', 'quantise', dir, '--remove', '--precision', 'auto']);
  assert.equal(gone.code, 2);
  assert.match(gone.stderr, /auto is no cache/);
});

test('quantise says in one line what is wrong with a folder', async (t) => {
  const missing = join(temporaryDir(t), 'nothing');
  const { code, stdout, stderr } = await fovea(['model', 'quantise', missing]);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^fovea: [^\n]+\n$/);
});

test('labels at int4 are a run of their own, beside the stored precision’s', async (t) => {
  const dir = temporaryDir(t);
  const project = join(dir, 'project');
  const scenes = someScenes(join(dir, 'scenes'), 2);
  await fovea(['import', project, '--images', scenes.imagesDir, '--questions', scenes.questionsFile]);
  const base = ['label', project, '--device', 'cpu', '--model', DEMO_CHECKPOINT];
  const stored = await foveaJson(base);
  const quantised = await foveaJson([...base, '--precision', 'int4']);
  assert.equal(quantised.code, 0, quantised.stderr);
  assert.match(quantised.stderr, /Quantising/);
  assert.partialDeepStrictEqual(quantised.json, { done: 2, failed: 0, skipped: 0 });
  assert.notEqual((quantised.json as { run: number }).run, (stored.json as { run: number }).run);
  assert.partialDeepStrictEqual((await foveaJson([...base, '--precision', 'int4'])).json, {
    done: 0,
    skipped: 2,
  });
  assert.equal(readdirSync(join(home, 'cache')).filter((name) => name.endsWith('.safetensors')).length, 1);
  const db = new Database(join(project, 'project.db'), { readonly: true });
  t.after(() => db.close());
  const settings = db.prepare('SELECT settings FROM run ORDER BY id').pluck().all() as string[];
  assert.deepEqual(
    settings.map((text) => text.includes('int4')),
    [false, true],
  );

  const wrong = await fovea([...base, '--precision', 'int3']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /no precision "int3".*as-stored, int4, int8, int8-fast, fp16/);
});
