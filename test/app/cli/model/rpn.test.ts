/** `--rpn` through the real engine process, on the demo checkpoint taken apart. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEMO_CHECKPOINT, DEMO_PROJECT_SCENES } from '../../../support/demo.ts';
import { temporaryDir } from '../../../support/temporary-dir.ts';
import { readNpz } from '../../../support/npz.ts';
import { addGate, splitRpn } from '../../../support/split-rpn.ts';
import { fovea, foveaJson } from '../run-cli.ts';
import { someScenes } from '../scenes.ts';

// The cache of this file's process and of the engines it starts.
const home = mkdtempSync(join(tmpdir(), 'fovea-home-'));
process.env.FOVEA_HOME = home;
test.after(() => rmSync(home, { recursive: true, force: true }));

test('check says where the RPN comes from; probe gives the merged model’s numbers', async (t) => {
  const dir = temporaryDir(t);
  const { base, rpn } = await splitRpn(DEMO_CHECKPOINT, dir);
  const checked = await foveaJson(['model', 'check', base, '--rpn', rpn]);
  assert.equal(checked.code, 0, checked.stderr);
  assert.partialDeepStrictEqual(checked.json, { dir: base, rpnDir: rpn, rpn: { k: 1, t: 2 }, gate: false });
  await addGate(rpn);
  const gated = await fovea(['model', 'check', base, '--rpn', rpn]);
  assert.match(
    gated.stdout,
    /\n {2}rules {6}SD-RPN's: Q-Zoom has no code for this family\n {2}gate {7}present, not used: /,
  );

  const [line = ''] = readFileSync(join(DEMO_PROJECT_SCENES, 'questions.jsonl'), 'utf8').split('\n');
  const image = join(DEMO_PROJECT_SCENES, (JSON.parse(line) as { image: string }).image);
  const logits = async (npz: string, model: readonly string[]) => {
    const args = ['--image', image, '--question', 'What is it?', '--device', 'cpu', '--npz', join(dir, npz)];
    const { code, stderr } = await fovea(['model', 'probe', ...model, ...args]);
    assert.equal(code, 0, stderr);
    const found = readNpz(readFileSync(join(dir, npz))).get('rpn_logits');
    assert.ok(found);
    return found;
  };
  assert.deepEqual(
    await logits('laid.npz', [base, '--rpn', rpn]),
    await logits('merged.npz', [DEMO_CHECKPOINT]),
  );

  const alone = await fovea(['model', 'check', rpn]);
  assert.equal(alone.code, 1);
  assert.match(
    alone.stderr,
    /^fovea: the folder holds an RPN without its base model: .*--model BASE --rpn .*\n$/s,
  );
});

test('labels with an RPN laid over, goes on with it unasked, and is another run without it', async (t) => {
  const dir = temporaryDir(t);
  const { base, rpn } = await splitRpn(DEMO_CHECKPOINT, dir);
  const project = join(dir, 'project');
  const scenes = someScenes(join(dir, 'scenes'), 2);
  await fovea(['import', project, '--images', scenes.imagesDir, '--questions', scenes.questionsFile]);
  const label = async (...args: string[]) => {
    const { code, json, stderr } = await foveaJson(['label', project, '--device', 'cpu', ...args]);
    assert.equal(code, 0, stderr);
    return json as { run: number; done: number; skipped: number };
  };
  const first = await label('--model', base, '--rpn', rpn, '--limit', '1');
  assert.equal(first.done, 1);
  assert.partialDeepStrictEqual(await label(), { run: first.run, done: 1, skipped: 1 });
  const without = await label('--model', base, '--limit', '1');
  assert.notEqual(without.run, first.run);
  assert.partialDeepStrictEqual(await label('--model', base, '--rpn', rpn), {
    run: first.run,
    done: 0,
    skipped: 2,
  });
});

test('the int4 cache of base and RPN is one of its own', async (t) => {
  const { base, rpn } = await splitRpn(DEMO_CHECKPOINT, temporaryDir(t));
  const quantise = async (...args: string[]) =>
    (await foveaJson(['model', 'quantise', base, ...args])).json as { file: string; written: boolean };
  const laid = await quantise('--rpn', rpn);
  assert.equal(laid.written, true);
  assert.deepEqual([(await quantise('--rpn', rpn)).written, (await quantise()).written], [false, true]);
  assert.notEqual((await quantise()).file, laid.file);
  assert.deepEqual(await quantise('--rpn', rpn, '--remove'), { removed: true });
});
