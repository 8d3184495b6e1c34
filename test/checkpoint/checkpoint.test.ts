/** Opening a checkpoint folder: what is read, and how damaged or foreign ones are refused. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { nameOf, openCheckpoint } from '../../src-main/checkpoint/checkpoint.ts';
import { llavaNames } from '../../src-main/checkpoint/llava-names.ts';
import { requiredTensors } from '../../src-main/checkpoint/required.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { copyDemoCheckpoint, DEMO_CHECKPOINT } from '../support/demo.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { filled, writeSafetensors } from '../support/safetensors.ts';

type Json = Record<string, unknown>;
function editJson(path: string, edit: (json: Json) => void): void {
  const json = JSON.parse(readFileSync(path, 'utf8')) as Json;
  edit(json);
  writeFileSync(path, JSON.stringify(json));
}

test('the demo checkpoint opens through the ordinary door', async () => {
  const { config, generation, preprocessor, tokenizer, weights } = await openCheckpoint(DEMO_CHECKPOINT);
  assert.equal(config.layout, 'llava');
  assert.deepEqual([config.vision.imageSize / config.vision.patchSize, config.text.layers], [16, 6]);
  assert.ok(config.rpn && config.rpn.norm && config.rpn.multiHead);
  assert.deepEqual([generation.eosTokenIds, generation.repetitionPenalty], [[2], 1]);
  assert.deepEqual([preprocessor.geometry, preprocessor.side], ['pad', 224]);
  assert.equal(tokenizer.idOf('<image>'), config.imageTokenId);
  assert.ok(weights.get('model.vision_tower.vision_tower.vision_model.pre_layrnorm.weight'));
});

test('both layouts open from generated weights, tower inside', async (t) => {
  const demo = await openCheckpoint(DEMO_CHECKPOINT);
  for (const layout of ['llava', 'llava_hf'] as const) {
    const dir = join(temporaryDir(t), layout);
    mkdirSync(dir);
    for (const name of ['tokenizer.json', 'tokenizer_config.json'])
      cpSync(join(DEMO_CHECKPOINT, name), join(dir, name));
    const original = JSON.parse(readFileSync(join(DEMO_CHECKPOINT, 'config.json'), 'utf8')) as Json;
    const vision_config = JSON.parse(
      readFileSync(join(DEMO_CHECKPOINT, 'vision_tower/config.json'), 'utf8'),
    ) as Json;
    cpSync(
      join(DEMO_CHECKPOINT, 'vision_tower/preprocessor_config.json'),
      join(dir, 'preprocessor_config.json'),
    );
    const { enable_twig, twig_K, twig_T, architectures: _, model_type: __, ...text } = original;
    const config =
      layout === 'llava'
        ? { ...original, vision_config }
        : {
            architectures: ['LlavaForConditionalGeneration'],
            model_type: 'llava',
            text_config: text,
            vision_config,
            image_token_index: 4,
            enable_twig,
            twig_K,
            twig_T,
          };
    writeFileSync(join(dir, 'config.json'), JSON.stringify(config));
    const tensors = requiredTensors({ ...demo.config, layout, names: llavaNames(layout) }).map(
      ({ name, shape }) => [name, filled(shape)] as const,
    );
    writeSafetensors(join(dir, 'model.safetensors'), Object.fromEntries(tensors));
    const opened = await openCheckpoint(dir);
    assert.equal(opened.config.layout, layout);
    assert.deepEqual(opened.config.text, demo.config.text);
    assert.deepEqual(opened.config.vision, demo.config.vision);
    assert.equal(opened.preprocessor.geometry, layout === 'llava' ? 'pad' : 'center_crop');
  }
});

test('a tower named by its hub name is found in the same Hugging Face cache', async (t) => {
  const hub = temporaryDir(t);
  const dir = join(hub, 'models--me--tiny-llava', 'snapshots', 'r1');
  const tower = join(hub, 'models--openai--clip-tiny', 'snapshots', 'r2');
  cpSync(DEMO_CHECKPOINT, dir, { recursive: true });
  cpSync(join(dir, 'vision_tower'), tower, { recursive: true });
  rmSync(join(dir, 'vision_tower'), { recursive: true });
  editJson(join(dir, 'config.json'), (c) => Object.assign(c, { mm_vision_tower: 'openai/clip-tiny' }));
  const { name, config, preprocessor, weights } = await openCheckpoint(dir);
  assert.equal(name, 'me/tiny-llava');
  assert.deepEqual([config.vision.layers, preprocessor.side], [5, 224]);
  const embedding = weights.get('model.vision_tower.vision_tower.vision_model.embeddings.class_embedding');
  assert.ok(embedding?.file.startsWith(tower));
});

const damages: Record<string, { damage: (dir: string) => void; code: string; message: RegExp }> = {
  'no folder': {
    damage: (dir) => rmSync(dir, { recursive: true }),
    code: 'not_found',
    message: /no checkpoint folder/,
  },
  'no config': {
    damage: (dir) => rmSync(join(dir, 'config.json')),
    code: 'bad_checkpoint',
    message: /config\.json is missing/,
  },
  'config cut short': {
    damage: (dir) => truncateSync(join(dir, 'config.json'), 50),
    code: 'bad_checkpoint',
    message: /not valid JSON/,
  },
  'another architecture': {
    damage: (dir) =>
      editJson(join(dir, 'config.json'), (c) => Object.assign(c, { architectures: ['GPT2LMHeadModel'] })),
    code: 'unsupported_model',
    message: /GPT2LMHeadModel/,
  },
  'several views per picture': {
    damage: (dir) =>
      editJson(join(dir, 'config.json'), (c) => Object.assign(c, { image_aspect_ratio: 'anyres' })),
    code: 'unsupported_model',
    message: /anyres/,
  },
  'a layer too many': {
    damage: (dir) => editJson(join(dir, 'config.json'), (c) => Object.assign(c, { num_hidden_layers: 7 })),
    code: 'missing_tensor',
    message: /model\.layers\.6\./,
  },
  'a wrong shape': {
    damage: (dir) => editJson(join(dir, 'config.json'), (c) => Object.assign(c, { intermediate_size: 400 })),
    code: 'missing_tensor',
    message: /\[384, 128\].*\[400, 128\]/,
  },
  'a config value of the wrong type': {
    damage: (dir) => editJson(join(dir, 'config.json'), (c) => Object.assign(c, { hidden_size: 'big' })),
    code: 'bad_checkpoint',
    message: /hidden_size/,
  },
  'weights cut short': {
    damage: (dir) => truncateSync(join(dir, 'model.safetensors'), 1_000_000),
    code: 'bad_checkpoint',
    message: /model\.safetensors/,
  },
  'no vision tower': {
    damage: (dir) => rmSync(join(dir, 'vision_tower'), { recursive: true }),
    code: 'bad_checkpoint',
    message: /vision tower/,
  },
  'no tokenizer': {
    damage: (dir) => rmSync(join(dir, 'tokenizer.json')),
    code: 'bad_checkpoint',
    message: /tokenizer\.json is missing/,
  },
  'another resampling filter': {
    damage: (dir) =>
      editJson(join(dir, 'vision_tower/preprocessor_config.json'), (c) => Object.assign(c, { resample: 2 })),
    code: 'unsupported_model',
    message: /resample 2/,
  },
};
for (const [name, { damage, code, message }] of Object.entries(damages)) {
  test(`refused: ${name}`, async (t) => {
    const dir = copyDemoCheckpoint(t);
    damage(dir);
    await assert.rejects(openCheckpoint(dir), (error) => {
      assert.ok(error instanceof FoveaError);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.ok(error.next && error.where, 'says where and what to do next');
      assert.doesNotMatch(error.toLine(), /\n/);
      return true;
    });
  });
}

test('a checkpoint is named by its repository, its folder, or by folder and parent when its own name says nothing', () => {
  assert.equal(nameOf('/hub/models--org--llava-7b/snapshots/0123abc'), 'org/llava-7b');
  assert.equal(nameOf('/data/llava-v1.5-7b'), 'llava-v1.5-7b');
  assert.equal(nameOf('/runs/ours/checkpoint-500'), 'ours/checkpoint-500');
  assert.equal(nameOf('/fovea/models/demo/checkpoint'), 'demo/checkpoint');
});
