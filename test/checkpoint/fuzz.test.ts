/** Damaged checkpoints, question files and pictures: a result or a coded error, soon and in little memory. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { qwenPixels } from '../../src-main/checkpoint/image/qwen-processor.ts';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { readSafetensorsHeader } from '../../src-main/checkpoint/files/safetensors.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { copyDemoCheckpoint } from '../support/demo.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { fuzz } from '../support/fuzz/run.ts';
import { writeRaw } from '../support/safetensors.ts';

/** `npm run soak` takes new ones. What it found is kept by name below. */
const SEED = 20261123;

test('200 damaged files end in a result or a coded error', async () => {
  const { outcomes, failures } = await fuzz(SEED, 200);
  assert.deepEqual(failures, []);
  // The damage does bite, and not always.
  assert.ok((outcomes.bad_checkpoint ?? 0) > 50 && (outcomes.taken ?? 0) > 20, JSON.stringify(outcomes));
});

type Fields = Record<string, unknown>;
function change(dir: string, file: string, edit: (json: Fields) => void): void {
  const path = join(dir, file);
  const json = JSON.parse(readFileSync(path, 'utf8')) as Fields;
  edit(json);
  writeFileSync(path, JSON.stringify(json));
}

const config = (fields: Fields) => (dir: string) =>
  change(dir, 'config.json', (json) => Object.assign(json, fields));
const qwen = { architectures: ['Qwen2_5_VLForConditionalGeneration'], vision_config: { depth: 1e9 } };

const found: Record<string, (dir: string) => void> = {
  'a billion layers': config({ num_hidden_layers: 1e9 }),
  'a billion layers in the branch': config({ twig_T: 1e9 }),
  'a billion layers of another family': config(qwen),
  'a billion layers in the tower': (dir) =>
    change(dir, 'vision_tower/config.json', (json) => Object.assign(json, { num_hidden_layers: 1e9 })),
  'a selected layer far behind the last': config({ mm_vision_select_layer: 1e9 }),
  'a selected layer far before the first': config({ mm_vision_select_layer: -1e9 }),
  'division by zero': (dir) =>
    change(dir, 'vision_tower/preprocessor_config.json', (json) =>
      Object.assign(json, { image_std: [0.2, 0, 0.2] }),
    ),
  'a mean that is no colour': (dir) =>
    change(dir, 'vision_tower/preprocessor_config.json', (json) =>
      Object.assign(json, { image_mean: [122, 116, 104] }),
    ),
  'pixels times nothing': (dir) =>
    change(dir, 'vision_tower/preprocessor_config.json', (json) =>
      Object.assign(json, { rescale_factor: 1e-300 }),
    ),
  'a config above what configs have': (dir) =>
    writeFileSync(join(dir, 'config.json'), ' '.repeat(33_000_000)),
  'a folder for a config': (dir) => {
    rmSync(join(dir, 'config.json'));
    mkdirSync(join(dir, 'config.json'));
  },
};
for (const [name, damage] of Object.entries(found)) {
  test(`refused: ${name}`, async (t) => {
    const dir = copyDemoCheckpoint(t);
    damage(dir);
    await assert.rejects(openModel(dir), { code: 'bad_checkpoint' });
  });
}

test(
  'a pipe in place of a file is refused, not waited for',
  { skip: process.platform === 'win32' },
  async (t) => {
    for (const file of ['config.json', 'model.safetensors']) {
      const dir = copyDemoCheckpoint(t);
      rmSync(join(dir, file));
      execFileSync('mkfifo', [join(dir, file)]);
      await assert.rejects(openModel(dir), {
        code: 'bad_checkpoint',
        message: /is a named pipe, not a file/,
      });
    }
  },
);

test('a shape of very many axes is refused before its product is worked out', async (t) => {
  const path = join(temporaryDir(t), 'a.safetensors');
  writeRaw(
    path,
    { a: { dtype: 'F32', shape: new Array(300_000).fill(2 ** 52), data_offsets: [0, 0] } },
    new Uint8Array(0),
  );
  await assert.rejects(readSafetensorsHeader(path), { code: 'bad_checkpoint', message: /malformed/ });
});

test('a tokenizer that fails only in use is refused when its folder is opened, and ids of no token have no text', async (t) => {
  const good = copyDemoCheckpoint(t);
  const { tokenizer } = await openModel(good);
  const ids = tokenizer.encode('the red tag');
  assert.equal(tokenizer.decode([...ids, 10 ** 6]), tokenizer.decode(ids));
  assert.equal(tokenizer.decode([10 ** 6]), '');
  change(good, 'tokenizer.json', (json) => {
    json.post_processor = { type: 'TemplateProcessing', single: [7], pair: [], special_tokens: {} };
  });
  await assert.rejects(openModel(good), {
    code: 'bad_checkpoint',
    message: /tokenizer\.json cannot be used/,
  });
});

test('a pixel budget beyond any memory is refused before anything is allocated', () => {
  const one = [1, 1, 1] as const;
  const settings = { geometry: 'dynamic', patchSize: 14, mergeSize: 2, temporalPatchSize: 2 } as const;
  const budget = { minPixels: 1e12, maxPixels: 2e12, rescaleFactor: 1, mean: one, std: one };
  const image = { width: 2, height: 2, data: new Uint8Array(12) };
  assert.throws(() => qwenPixels(image, { ...settings, ...budget }), { code: 'bad_checkpoint' });
});

test('an error that quotes a hostile file stays a line people can read', () => {
  const error = new FoveaError('bad_checkpoint', '🙂'.repeat(1e5), {
    where: 'w'.repeat(1e5),
    next: 'n'.repeat(1e5),
  });
  assert.ok(error.toLine().length < 3300);
  assert.ok(error.message.isWellFormed() && error.message.endsWith('…'));
});
