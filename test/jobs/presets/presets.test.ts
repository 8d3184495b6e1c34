import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ModelInfo } from '../../../src-main/engine/protocol.ts';
import { SD_RPN_RULES } from '../../../src-shared/contract/rules.ts';
import { choosePreset, loadPresets } from '../../../src-main/jobs/presets/presets.ts';

const presets = await loadPresets(join(import.meta.dirname, '../../../models/presets'));

function model(changes: Partial<ModelInfo>): ModelInfo {
  return {
    dir: '/models/some',
    name: 'some',
    family: 'llava',
    layers: 32,
    heads: 32,
    grid: [24, 24],
    parameters: 1,
    rpn: null,
    rules: SD_RPN_RULES,
    device: 'cpu',
    precision: 'as-stored',
    selfCheck: null,
    loadMs: 1,
    threads: 1,
    held: [],
    ...changes,
  };
}

test('the published models find the preset made for them, and no other model does', () => {
  assert.equal(choosePreset(presets, model({}), null).id, 'llava-1.5-7b');
  assert.equal(choosePreset(presets, model({ layers: 40, heads: 40 }), null).id, 'llava-1.5-13b');
  assert.equal(choosePreset(presets, model({ layers: 6, heads: 4 }), null).id, 'demo');
});

test('Q-Zoom’s checkpoints find Q-Zoom’s preset, and no other model takes it without being told', () => {
  const qzoom = { name: 'q-zoom', cropPositions: 'own' } as const;
  const large = { family: 'qwen2_5_vl', layers: 28, heads: 28 };
  const small = { family: 'qwen2_5_vl', layers: 36, heads: 16 };
  const chosen = (changes: Partial<ModelInfo>) => choosePreset(presets, model(changes), null).id;
  assert.equal(chosen({ ...large, rpn: { k: 18, t: 3 }, rules: qzoom }), 'qzoom-qwen2.5-vl-7b');
  assert.equal(chosen({ ...small, rpn: { k: 24, t: 3 }, rules: qzoom }), 'qzoom-qwen2.5-vl-3b');
  // Another branch than the published one: no preset of Q-Zoom's names its layer.
  assert.throws(() => chosen({ ...large, rpn: { k: 16, t: 3 }, rules: qzoom }), /more than one preset fits/);
  assert.throws(
    () => chosen({ ...small, rpn: { k: 24, t: 3 } }),
    (error: Error & { next?: string }) => {
      assert.equal(error.next, 'Name one: qwen2.5-vl-3b-natural, qwen2.5-vl-3b-textual');
      return true;
    },
  );
  const told = choosePreset(presets, model({ ...small, rpn: { k: 24, t: 3 } }), 'qzoom-qwen2.5-vl-3b');
  assert.deepEqual([told.roi.rules, told.roi.threshold, told.pruning], ['q-zoom', 0.1, undefined]);
});

test("Qwen's two presets are the person's choice", () => {
  const qwen = model({ family: 'qwen2_5_vl', layers: 36, heads: 16, rpn: { k: 24, t: 3 } });
  assert.throws(() => choosePreset(presets, qwen, null), /Name one|more than one preset fits/);
  const named = choosePreset(presets, qwen, 'qwen2.5-vl-3b-natural');
  assert.deepEqual(named.teacher, { squareTokens: 576, prompt: 'natural' });
  assert.deepEqual(named.grounding, [
    { layer: 21, heads: [9, 11] },
    { layer: 22, heads: [0, 7] },
  ]);
});
