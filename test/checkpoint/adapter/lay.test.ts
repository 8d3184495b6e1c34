import assert from 'node:assert/strict';
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openFolders, openModel } from '../../../src-main/checkpoint/open.ts';
import { oracleCases } from '../../support/oracle.ts';
import { ADAPTERS } from '../../support/adapters.ts';
import { copyDemoCheckpoint, DEMO_CHECKPOINT } from '../../support/demo.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { filled } from '../../support/safetensors.ts';
import { splitRpn } from '../../support/split-rpn.ts';
import { type AdapterSpec, DEMO_MODULES, random, writeAdapter } from '../../support/write-adapter.ts';

const Q = 'model.layers.1.self_attn.q_proj';
const demoAdapter = (t: TestContext, spec: AdapterSpec = {}) =>
  writeAdapter(join(temporaryDir(t), 'lora'), DEMO_CHECKPOINT, spec);
const open = (t: TestContext, spec: AdapterSpec = {}) => openFolders({ dir: demoAdapter(t, spec) });

test('scale is alpha / r, alpha / √r with rsLoRA, and patterns decide by the end of a path, the first that matches', async (t) => {
  const scales = async (config: Record<string, unknown>) => {
    const { weights } = await open(t, { config });
    return Object.keys(DEMO_MODULES).map((path) => weights.get(`${path}.weight`)?.plus?.scale);
  };
  assert.deepEqual(await scales({}), [2, 2, 2]);
  assert.deepEqual(await scales({ use_rslora: true }), Array(3).fill(4 / Math.sqrt(2)));
  assert.deepEqual(await scales({ alpha_pattern: { 'layers.4.mlp.down_proj': 6, proj: 9 } }), [2, 2, 3]);
  assert.deepEqual(await scales({ alpha_pattern: { '.*_proj': 8, v_proj: 1 } }), [4, 4, 4]);
  assert.deepEqual(await scales({ alpha_pattern: { '^model.layers.1.self_attn.q_proj': 8 } }), [4, 2, 2]);
  assert.deepEqual(await scales({ alpha_pattern: { 'layers.(1|4).self_attn.[qv]_proj': 1 } }), [0.5, 0.5, 2]);
  assert.deepEqual(await scales({ r: 8, rank_pattern: { '[qv]_proj': 2, down_proj: 2 } }), [2, 2, 2]);
});

test('paths of every generation of names fit a base of any other', async (t) => {
  const paths = [
    Q,
    `model.${Q}`,
    'language_model.model.layers.1.self_attn.q_proj',
    'model.language_model.layers.1.self_attn.q_proj',
    'model.language_model.model.layers.1.self_attn.q_proj',
  ];
  for (const path of paths) {
    const { weights } = await open(t, { modules: { [path]: [128, 128] } });
    assert.equal(weights.get(`${Q}.weight`)?.plus?.rank, 2, path);
  }
  const tower = 'model.vision_tower.vision_tower.vision_model.encoder.layers.0.mlp.fc1';
  const entry = (await openModel(DEMO_CHECKPOINT)).weights.get(`${tower}.weight`);
  const shape = entry?.shape as [number, number];
  for (const path of [
    tower,
    'vision_tower.vision_model.encoder.layers.0.mlp.fc1',
    'model.vision_tower.vision_model.encoder.layers.0.mlp.fc1',
    'model.vision_tower.encoder.layers.0.mlp.fc1',
  ]) {
    const { weights } = await open(t, { modules: { [path]: shape } });
    assert.ok(weights.get(`${tower}.weight`)?.plus, path);
  }
  for (const path of ['multi_modal_projector.linear_1', 'model.multi_modal_projector.linear_1']) {
    const { weights } = await open(t, { modules: { [path]: [128, 128] } });
    assert.ok(weights.get('model.mm_projector.0.weight')?.plus, path);
  }
});

test('what was trained whole takes the place of the base’s tensor', async (t) => {
  const dir = demoAdapter(t, {
    config: { modules_to_save: ['norm'], bias: 'all' },
    tensors: {
      'base_model.model.model.norm.weight': random([128], 5),
      'base_model.model.model.mm_projector.0.bias': random([128], 6),
      'base_model.model.lm_head.base_layer.weight': random([192, 128], 7),
    },
  });
  const { weights, adapter } = await openFolders({ dir });
  for (const name of ['model.norm.weight', 'model.mm_projector.0.bias', 'lm_head.weight']) {
    assert.equal(weights.get(name)?.file, join(dir, 'adapter_model.safetensors'), name);
  }
  assert.deepEqual(
    [adapter?.replaced, adapter?.modules, adapter?.ranks, adapter?.targets],
    [3, 3, [2], ['down_proj', 'q_proj', 'v_proj']],
  );
});

test('a tied head is untied where head or table is adapted: PEFT’s change of one does not reach the other', async () => {
  const { config, weights } = await openFolders({ dir: join(ADAPTERS, 'llava-tied-head') });
  assert.equal(config.text.tieWordEmbeddings, false);
  assert.ok(weights.get('language_model.lm_head.weight')?.plus);
  assert.equal(weights.get('language_model.model.embed_tokens.weight')?.plus, undefined);
  const untouched = await openFolders({ dir: join(ADAPTERS, 'llava-patterns') });
  assert.equal(untouched.config.text.tieWordEmbeddings, true);
});

test('the RPN’s own layers stay the base’s, whether it comes with the base or in a folder', async (t) => {
  const { base, rpn } = await splitRpn(DEMO_CHECKPOINT, temporaryDir(t));
  const adapterDir = demoAdapter(t);
  const { weights, config, name } = await openFolders({ dir: base, rpnDir: rpn, adapterDir });
  assert.ok(config.rpn);
  assert.equal(weights.get('model.twig_layers.0.self_attn.q_proj.weight')?.plus, undefined);
  assert.ok(weights.get(`${Q}.weight`)?.plus);
  assert.equal(name, 'base + lora + rpn');
});

const REFUSED: readonly (readonly [what: string, spec: AdapterSpec, says: RegExp])[] = [
  ['DoRA', { config: { use_dora: true } }, /use_dora: DoRA/],
  ['another kind', { config: { peft_type: 'IA3' } }, /it is IA3, and only LORA is/],
  ['PiSSA', { config: { init_lora_weights: 'pissa' } }, /init_lora_weights "pissa" changed the base/],
  ['PiSSA, fast', { config: { init_lora_weights: 'pissa_niter_16' } }, /"pissa_niter_16"/],
  ['OLoRA', { config: { init_lora_weights: 'olora' } }, /"olora"/],
  ['CorDA', { config: { init_lora_weights: 'corda' } }, /"corda"/],
  ['LoftQ', { config: { init_lora_weights: 'loftq' } }, /"loftq"/],
  ['LoRA-GA', { config: { init_lora_weights: 'lora_ga' } }, /"lora_ga"/],
  ['biases of B', { config: { lora_bias: true } }, /lora_bias/],
  ['biases of another kind', { config: { bias: 'some' } }, /bias is "some"/],
  ['fan_in_fan_out', { config: { fan_in_fan_out: true } }, /fan_in_fan_out/],
  ['repeated layers', { config: { layer_replication: [[0, 4]] } }, /layer_replication/],
  ['parameters', { config: { target_parameters: ['x'] } }, /target_parameters/],
  ['aLoRA', { config: { alora_invocation_tokens: [1] } }, /alora_invocation_tokens/],
  ['rows of the table', { config: { trainable_token_indices: [1] } }, /trainable_token_indices/],
  ['Megatron', { config: { megatron_config: { a: 1 } } }, /megatron_config/],
  ['a key of tomorrow', { config: { use_newra: true } }, /use_newra is true, a key that is not known/],
  [
    'a pattern of Python’s',
    { config: { alpha_pattern: { '(?i)q_proj': 2 } } },
    /pattern .* Python and Fovea/,
  ],
  ['a pattern that takes for ever', { config: { rank_pattern: { '(a*)*b': 2 } } }, /Python and Fovea/],
  [
    'matrices that PEFT would drop',
    { config: { target_modules: ['k_proj'] } },
    /target_modules does not name it/,
  ],
  ['layers that are left out', { config: { layers_to_transform: 4 } }, /layers_to_transform leaves it out/],
  ['modules that are excluded', { config: { exclude_modules: ['v_proj'] } }, /v_proj, and exclude_modules/],
  [
    'a module that is said to be saved',
    { config: { modules_to_save: ['norm'] } },
    /modules_to_save names norm/,
  ],
  ['another rank', { config: { r: 4 } }, /q_proj has rank 2 where adapter_config.json says 4/],
  [
    'DoRA’s tensors',
    { tensors: { [`base_model.model.${Q}.lora_magnitude_vector`]: random([128], 1) } },
    /lora_magnitude_vector is no part of a plain LoRA/,
  ],
  [
    'a bias of B',
    { tensors: { [`base_model.model.${Q}.lora_B.bias`]: random([128], 1) } },
    /lora_B\.bias is no part of a plain LoRA/,
  ],
  [
    'integers',
    { tensors: { 'base_model.model.model.norm.weight': { ...filled([32]), dtype: 'I32' } } },
    /norm/,
  ],
];

for (const [what, spec, message] of REFUSED) {
  test(`refused by name, with merge_and_unload as the next step: ${what}`, async (t) => {
    await assert.rejects(open(t, spec), (error: { code: string; message: string; next: string }) => {
      assert.match(error.message, message);
      if (what !== 'integers') {
        assert.equal(error.code, 'unsupported_model');
        assert.match(error.next, /merge_and_unload/);
      }
      return true;
    });
  });
}

test('an adapter of another base is refused by the tensor that finds no place', async (t) => {
  const cases: [AdapterSpec['modules'], RegExp][] = [
    [
      { 'model.layers.9.self_attn.q_proj': [128, 128] },
      /the base has no model\.layers\.9\.self_attn\.q_proj\.weight/,
    ],
    [{ [Q]: [128, 64] }, /do not fit the base's \[128, 128\]/],
    [
      { 'transformer.h.0.attn.c_attn': [128, 128] },
      /transformer\.h\.0\.attn\.c_attn is no part of this base/,
    ],
    [{ [Q]: [128, 128], [`model.${Q}`]: [128, 128] }, /are the same layer/],
  ];
  for (const [modules, message] of cases) {
    await assert.rejects(open(t, { modules: modules ?? {} }), { message });
  }
  const [qwen] = await oracleCases('qwen2_5_vl');
  await assert.rejects(openFolders({ dir: qwen?.dir ?? '', adapterDir: demoAdapter(t) }), {
    code: 'bad_checkpoint',
    message: /does not fit the base model/,
  });
  const resized = { 'base_model.model.lm_head.base_layer.weight': random([200, 128], 1) };
  await assert.rejects(open(t, { tensors: resized }), { message: /\[200, 128\], the base's \[192, 128\]/ });
  const half = { [`base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight`]: random([2, 128], 1) };
  await assert.rejects(open(t, { tensors: half }), { message: /without its other half/ });
});

test('pickles are never opened: an adapter in one says how to save it', async (t) => {
  const dir = demoAdapter(t);
  renameSync(join(dir, 'adapter_model.safetensors'), join(dir, 'adapter_model.bin'));
  await assert.rejects(openFolders({ dir }), {
    message: /adapter_model\.bin.*pickle/,
    next: /safe_serialization/,
  });
  const trainer = demoAdapter(t);
  writeFileSync(join(trainer, 'non_lora_trainables.bin'), '');
  await assert.rejects(openFolders({ dir: trainer }), {
    message: /non_lora_trainables\.bin/,
    next: /Merge it once with the code that trained it/,
  });
});

test('a folder with a model and an adapter is both, and is called so', async (t) => {
  const dir = copyDemoCheckpoint(t);
  cpSync(demoAdapter(t), dir, { recursive: true });
  const { weights, adapter, name } = await openModel(dir);
  assert.ok(weights.get(`${Q}.weight`)?.plus);
  assert.equal(adapter?.dir, dir);
  assert.match(name, / \+ its adapter$/);
  await assert.rejects(openFolders({ dir, adapterDir: demoAdapter(t) }), {
    code: 'usage',
    message: /the base has an adapter of its own/,
  });
  rmSync(join(dir, 'adapter_config.json'));
  assert.equal((await openModel(dir)).adapter, undefined);
});
