import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { SD_RPN_RULES, settledPreset } from '../../src-shared/contract/rules.ts';
import { loadPresets } from '../../src-main/jobs/presets/presets.ts';
import { oracleCases } from '../support/oracle.ts';
import { addQzoomGate, qzoomFolder, qzoomGolden } from '../support/qzoom.ts';
import { addGate, splitRpn } from '../support/split-rpn.ts';

const root = await mkdtemp(join(tmpdir(), 'fovea-rules-'));
test.after(() => rm(root, { recursive: true }));
const [picture] = (await qzoomGolden()).pictures;
assert.ok(picture);
const plain = { enable_high_res: null, roi_post_training: null };
let made = 0;
const folder = (changes: Readonly<Record<string, unknown>>): Promise<string> =>
  qzoomFolder(root, { ...picture, name: `case${made++}` }, { ...plain, ...changes });
/** Of a folder that has the gate which its keys speak of. */
const rulesOf = async (changes: Readonly<Record<string, unknown>>) => {
  const dir = await folder(changes);
  if (changes['enable_high_res'] === true) await addQzoomGate(dir);
  return (await openModel(dir)).rules;
};

test('a key that only Q-Zoom’s trainer writes makes a checkpoint Q-Zoom’s, whatever its value', async () => {
  assert.deepEqual(await rulesOf({}), SD_RPN_RULES);
  assert.deepEqual(await rulesOf({ high_resolution: true }), SD_RPN_RULES);
  const own = { name: 'q-zoom', cropPositions: 'own' };
  for (const changes of [
    { enable_high_res: false },
    { enable_high_res: true },
    { high_res_thresh: 0.1 },
    { roi_post_training: true },
    { reuse_src_pos: false },
  ]) {
    assert.deepEqual(await rulesOf(changes), own, JSON.stringify(changes));
  }
  assert.deepEqual(await rulesOf({ reuse_src_pos: true }), { name: 'q-zoom', cropPositions: 'source' });
});

test('the gate’s tensors do too, without any key', async () => {
  const dir = await folder({});
  await addGate(dir);
  const { rules, gate } = await openModel(dir);
  assert.deepEqual([rules, gate], [{ name: 'q-zoom', cropPositions: 'own' }, true]);
});

test('Q-Zoom’s branch scores per head whatever roi_multi_head says; SD-RPN’s obeys it', async () => {
  const multiHead = async (changes: Readonly<Record<string, unknown>>) =>
    (await openModel(await folder(changes))).config.rpn?.multiHead;
  for (const roi_multi_head of [true, false, null]) {
    assert.equal(await multiHead({ roi_multi_head, reuse_src_pos: false }), true);
    assert.equal(await multiHead({ roi_multi_head }), roi_multi_head === true);
  }
});

test('a gate at another layer than the RPN, and keys of another type, are refused by name', async () => {
  await assert.rejects(rulesOf({ enable_high_res: true, high_res_K: 1 }), {
    code: 'unsupported_model',
    message: /high_res_K.*twig_K/,
  });
  assert.equal((await rulesOf({ enable_high_res: true, high_res_K: 2 })).name, 'q-zoom');
  assert.equal((await rulesOf({ enable_high_res: false, high_res_K: 1 })).name, 'q-zoom');
  await assert.rejects(rulesOf({ reuse_src_pos: 'yes' }), {
    code: 'bad_checkpoint',
    message: /reuse_src_pos/,
  });
});

test('an RPN laid over a base brings its own rules', async () => {
  const { base, rpn } = await splitRpn(await folder({}), await mkdtemp(join(root, 'split-')));
  assert.deepEqual((await openModel(base, rpn)).rules, SD_RPN_RULES);
  const change = async (dir: string): Promise<void> => {
    const path = join(dir, 'config.json');
    const config: unknown = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify(Object.assign(config as object, { reuse_src_pos: true })));
  };
  await change(base);
  assert.deepEqual((await openModel(base, rpn)).rules, SD_RPN_RULES);
  await change(rpn);
  assert.deepEqual((await openModel(base, rpn)).rules, { name: 'q-zoom', cropPositions: 'source' });
});

test('LLaVA’s are SD-RPN’s: Q-Zoom has no code for it', async () => {
  const [llava] = await oracleCases('llava');
  assert.deepEqual((await openModel(llava!.dir)).rules, SD_RPN_RULES);
});

test('a preset is settled once: by itself, else by the checkpoint, and LLaVA’s never', async () => {
  const presets = await loadPresets(join(import.meta.dirname, '../../models/presets'));
  const byId = (id: string) => presets.find((preset) => preset.id === id)!;
  const qzoom = { name: 'q-zoom', cropPositions: 'own' } as const;
  const textual = byId('qwen2.5-vl-7b-textual');
  assert.equal(settledPreset(textual, SD_RPN_RULES), textual);
  const settled = settledPreset(textual, qzoom);
  assert.deepEqual(settled, { ...textual, roi: { ...textual.roi, rules: 'q-zoom' } });
  assert.equal(settledPreset(settled, SD_RPN_RULES), settled);
  assert.equal(settledPreset(byId('llava-1.5-7b'), qzoom), byId('llava-1.5-7b'));
  assert.equal(byId('qzoom-qwen2.5-vl-3b').roi.rules, 'q-zoom');
});
