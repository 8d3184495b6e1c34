/** LoRA adapters through the real engine process, on the demo checkpoint. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { listRuns } from '../../../../src-main/store/runs/run.ts';
import { openProject } from '../../../../src-main/store/file/project.ts';
import { DEMO_CHECKPOINT } from '../../../support/demo.ts';
import { temporaryDir } from '../../../support/temporary-dir.ts';
import { writeAdapter } from '../../../support/write-adapter.ts';
import { fovea, foveaJson } from '../run-cli.ts';
import { someScenes } from '../scenes.ts';

// The cache of this file's process and of the engines it starts.
const home = mkdtempSync(join(tmpdir(), 'fovea-home-'));
process.env.FOVEA_HOME = home;
test.after(() => rmSync(home, { recursive: true, force: true }));

test('check says which adapter lies over which base, and writes the sum once', async (t) => {
  const dir = realpathSync(temporaryDir(t));
  const lora = writeAdapter(join(dir, 'lora'), DEMO_CHECKPOINT);
  const checked = await foveaJson(['model', 'check', lora]);
  assert.equal(checked.code, 0, checked.stderr);
  assert.match(checked.stderr, /Merging the adapter \(MB\)/);
  assert.partialDeepStrictEqual(checked.json, {
    dir: DEMO_CHECKPOINT,
    adapterDir: lora,
    rpn: { k: 1, t: 2 },
    adapter: { dir: lora, ranks: [2], modules: 3, targets: ['down_proj', 'q_proj', 'v_proj'], replaced: 0 },
    caches: { merged: { present: true } },
  });
  const { stdout, stderr } = await fovea(['model', 'check', DEMO_CHECKPOINT, '--adapter', lora]);
  assert.doesNotMatch(stderr, /Merging/, 'the cache is there');
  assert.match(
    stdout,
    /\n {2}adapter {4}LoRA of rank 2 on 3 layers \(down_proj, q_proj, v_proj\)\n {13}out of /,
  );
  assert.match(stdout, new RegExp(`\n {2}base {7}${DEMO_CHECKPOINT}: its tokenizer`));
  assert.match(stdout, /\n {2}adapted {4}cache of 0\.\d MB in .*lora-\w+\.merged\.safetensors\n/);

  writeFileSync(join(lora, 'chat_template.jinja'), 'another');
  cpSync(join(DEMO_CHECKPOINT, 'tokenizer.json'), join(lora, 'tokenizer.json'));
  const own = await fovea(['model', 'check', lora]);
  assert.match(own.stdout, /\n {13}not the adapter's own chat_template\.jinja, which differ\n/);

  const beside = join(dir, 'both');
  cpSync(DEMO_CHECKPOINT, beside, { recursive: true });
  cpSync(lora, beside, { recursive: true });
  const both = await fovea(['model', 'check', beside]);
  assert.match(both.stdout, /beside its base in this folder: without it, move it elsewhere/);
});

test('labels base and adapter as runs of their own, goes on with the adapter unasked', async (t) => {
  const dir = realpathSync(temporaryDir(t));
  const lora = writeAdapter(join(dir, 'lora'), DEMO_CHECKPOINT);
  const project = join(dir, 'project');
  const scenes = someScenes(join(dir, 'scenes'), 2);
  await fovea(['import', project, '--images', scenes.imagesDir, '--questions', scenes.questionsFile]);
  const label = async (...args: string[]) => {
    const { code, json, stderr } = await foveaJson(['label', project, '--device', 'cpu', ...args]);
    assert.equal(code, 0, stderr);
    return json as { run: number; done: number; skipped: number };
  };
  const base = await label('--model', DEMO_CHECKPOINT, '--preset', 'demo');
  const first = await label('--model', lora, '--preset', 'demo', '--limit', '1');
  assert.notEqual(first.run, base.run);
  assert.partialDeepStrictEqual(await label(), { run: first.run, done: 1, skipped: 1 });
  const named = ['--model', DEMO_CHECKPOINT, '--adapter', lora, '--preset', 'demo'];
  assert.partialDeepStrictEqual(await label(...named), { run: first.run, done: 0, skipped: 2 });
  // Another training run writes to the same folder: other weights, another run.
  writeAdapter(lora, DEMO_CHECKPOINT, { config: { lora_alpha: 6 } });
  assert.notEqual((await label(...named, '--limit', '1')).run, first.run);

  const { db, close } = openProject(project);
  t.after(close);
  const runs = listRuns(db);
  assert.deepEqual(
    runs.map(({ modelDir, adapterDir }) => [modelDir, adapterDir]),
    [
      [DEMO_CHECKPOINT, undefined],
      [DEMO_CHECKPOINT, lora],
      [DEMO_CHECKPOINT, lora],
    ],
  );
  assert.match(runs[1]?.modelName ?? '', / \+ lora$/);
  assert.equal(runs[1]?.modelName, `${runs[0]?.modelName} + lora`);
});

test('the library takes an adapter, says what it is, and forgets it with its caches', async (t) => {
  const dir = realpathSync(temporaryDir(t));
  const lora = writeAdapter(join(dir, 'my-lora'), DEMO_CHECKPOINT);
  const added = await foveaJson(['model', 'add', lora]);
  assert.equal(added.code, 0, added.stderr);
  assert.partialDeepStrictEqual(added.json, {
    name: 'my-lora',
    adapter: { base: DEMO_CHECKPOINT, baseDir: DEMO_CHECKPOINT, ranks: [2], layers: 3 },
    facts: { family: 'llava', layers: 6 },
    problem: null,
  });
  const listed = await fovea(['model', 'list']);
  assert.match(listed.stdout, /my-lora \(folder\): LoRA adapter of rank 2 on 3 layers .*, llava, 2\.9 M/);
  const written = await foveaJson(['model', 'quantise', 'my-lora']);
  assert.partialDeepStrictEqual(written.json, { precision: 'int4', written: true });
  assert.equal((await fovea(['model', 'remove', 'my-lora'])).code, 0);
  assert.deepEqual((await foveaJson(['model', 'quantise', lora, '--remove'])).json, { removed: false });

  const lost = writeAdapter(join(dir, 'lost'), 'org/far-away');
  assert.partialDeepStrictEqual((await foveaJson(['model', 'add', lost])).json, {
    facts: null,
    adapter: { base: 'org/far-away', baseDir: null },
    problem: { code: 'not_found' },
  });
  const dora = writeAdapter(join(dir, 'dora'), DEMO_CHECKPOINT, { config: { use_dora: true } });
  const refused = await fovea(['model', 'add', dora]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /use_dora: DoRA.*merge_and_unload/s);
});
