import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allows, checkKeys } from '../../../src-main/checkpoint/keys/check.ts';
import { LLAMA_KEYS } from '../../../src-main/checkpoint/keys/decoder.ts';
import { GENERATION_KEYS } from '../../../src-main/checkpoint/keys/generation.ts';
import { LLAVA_HF_KEYS } from '../../../src-main/checkpoint/keys/llava.ts';
import { CLIP_PROCESSOR_KEYS } from '../../../src-main/checkpoint/keys/processor.ts';

const path = '/models/x/config.json';

test('a key in no table is listed with its place and value, whatever it is called', () => {
  const json = { vocab_size: 3, constructor: 1, text_config: { model_type: 'llama', surprise: { a: [1] } } };
  assert.deepEqual(checkKeys(json, LLAVA_HF_KEYS, { path }), [
    { file: 'config.json', key: 'constructor', value: '1' },
    { file: 'config.json', key: 'text_config.surprise', value: '{"a":[1]}' },
  ]);
});

test('a key that changes numbers is refused with file, key, value and what to do; its neutral values pass', () => {
  const refusal = (json: object, table = LLAVA_HF_KEYS) => {
    try {
      checkKeys(json, table, { path });
    } catch (error) {
      const { code, message, where, next } = error as Record<string, unknown>;
      return { code, message, where, next };
    }
    return null;
  };
  assert.deepEqual(refusal({ text_config: { attention_bias: true } }), {
    code: 'unsupported_model',
    message:
      'Fovea does not run text_config.attention_bias true of config.json: the decoder would have biases',
    where: path,
    next: 'It runs text_config.attention_bias false, or without it',
  });
  assert.match(String(refusal({ vision_config: { hidden_act: 'gelu_new' } })?.next), /"quick_gelu", "gelu"/);
  for (const value of [null, false]) assert.equal(refusal({ text_config: { attention_bias: value } }), null);
  assert.equal(refusal({ num_beams: 1 }, GENERATION_KEYS), null);
  assert.match(String(refusal({ num_beams: 2 }, GENERATION_KEYS)?.message), /num_beams 2 .*beam search/);
});

test('a sliding window passes where no prompt is longer', () => {
  const window = (sliding_window: unknown) =>
    checkKeys({ sliding_window, max_position_embeddings: 100 }, LLAMA_KEYS, { path });
  assert.deepEqual([window(null), window(100)], [[], []]);
  assert.throws(() => window(99), { code: 'unsupported_model', message: /sliding_window 99/ });
  assert.throws(() => checkKeys({ sliding_window: 1e9 }, LLAMA_KEYS, { path }));
});

test('every kind of scaled rotary positions is refused', () => {
  for (const kind of ['linear', 'dynamic', 'yarn', 'llama3', 'longrope', 'proportional']) {
    for (const key of ['rope_scaling', 'rope_parameters']) {
      for (const type of ['rope_type', 'type']) {
        const json = { text_config: { [key]: { [type]: kind, factor: 2 } } };
        assert.throws(() => checkKeys(json, LLAVA_HF_KEYS, { path }), {
          code: 'unsupported_model',
          message: new RegExp(`text_config\\.${key}\\.${type} "${kind}"`),
        });
      }
    }
  }
});

test('weights in a file that config.json names are refused, but where it is the one that is read anyway', () => {
  const check = (transformers_weights: unknown) =>
    checkKeys({ transformers_weights }, LLAVA_HF_KEYS, { path });
  assert.deepEqual([check(null), check('model.safetensors')], [[], []]);
  for (const file of ['other.safetensors', 'model.safetensors.index.json', '../model.safetensors']) {
    assert.throws(() => check(file), {
      code: 'unsupported_model',
      message: /transformers_weights ".*" of config\.json: newer transformers would read/,
      next: /take the key out of config\.json/,
    });
  }
});

test('null switches off what transformers asks of the image processor, and is refused', () => {
  for (const key of ['do_resize', 'do_rescale', 'do_normalize']) {
    const rule = CLIP_PROCESSOR_KEYS[key];
    assert.ok(rule && allows(rule, true) && !allows(rule, null) && !allows(rule, false), key);
  }
});
