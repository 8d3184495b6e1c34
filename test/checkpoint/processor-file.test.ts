import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { smartResize } from '../../src-main/checkpoint/image/qwen-processor.ts';
import { readPreprocessor } from '../../src-main/checkpoint/preprocessor.ts';
import { parseQwenConfig } from '../../src-main/checkpoint/qwen/config.ts';
import { readQwenPreprocessor } from '../../src-main/checkpoint/qwen/preprocessor.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

type Json = Record<string, unknown>;

function folder(t: TestContext, files: Record<string, Json>): string {
  const dir = join(temporaryDir(t), 'model');
  mkdirSync(dir);
  for (const [name, json] of Object.entries(files)) {
    writeFileSync(join(dir, `${name}_config.json`), JSON.stringify(json));
  }
  return dir;
}

const EXPECTED = { imageSize: 336, patchSize: 14, geometry: null, original: false, repository: null };
const CLIP = { size: { shortest_edge: 336 }, crop_size: { height: 336, width: 336 } };

test('processor_config.json comes first, preprocessor_config.json only where that has no image_processor', async (t) => {
  const read = async (files: Record<string, Json>) =>
    (await readPreprocessor([folder(t, files)], EXPECTED)).preprocessor.geometry;
  const padded = { ...CLIP, do_pad: true };
  assert.equal(await read({ processor: { image_processor: padded }, preprocessor: CLIP }), 'pad');
  assert.equal(await read({ processor: { image_processor: padded } }), 'pad');
  assert.equal(await read({ processor: { patch_size: 14 }, preprocessor: CLIP }), 'center_crop');
  assert.equal(await read({ processor: { image_processor: null }, preprocessor: CLIP }), 'center_crop');
});

test('without either file there is no default', async (t) => {
  const bare: Record<string, Json>[] = [{}, { processor: { processor_class: 'LlavaProcessor' } }];
  for (const files of bare) {
    await assert.rejects(readPreprocessor([folder(t, files)], EXPECTED), {
      code: 'bad_checkpoint',
      message: /neither processor_config.json nor preprocessor_config.json/,
    });
  }
});

test('steps that Fovea does not take are refused by name', async (t) => {
  const refused: [Json, RegExp, Json?][] = [
    [{ ...CLIP, do_normalize: false }, /do_normalize false of preprocessor_config/],
    [{ ...CLIP, do_rescale: false }, /do_rescale false/],
    [{ ...CLIP, do_resize: false }, /do_resize false/],
    [{ ...CLIP, do_center_crop: false }, /do_center_crop false/],
    [{ ...CLIP, size: { height: 336, width: 336 } }, /size of height and width/],
    [{ ...CLIP, size: { shortest_edge: 384 } }, /size 384 for an encoder of 336/],
    [{ ...CLIP, crop_size: { height: 224, width: 336 } }, /crop_size 224×336/],
    // What the file leaves out is the class's 224.
    [{ crop_size: { height: 336, width: 336 } }, /size 224 for an encoder of 336/],
    [{ size: 336 }, /crop_size 224×224/],
    [{ ...CLIP, image_processor_type: 'SiglipImageProcessor' }, /SiglipImageProcessor/],
    [CLIP, /patch_size 16/, { patch_size: 16 }],
    [
      CLIP,
      /num_additional_image_tokens 0 and vision_feature_select_strategy default/,
      {
        patch_size: 14,
        vision_feature_select_strategy: 'default',
      },
    ],
  ];
  for (const [preprocessor, message, processor = {}] of refused) {
    const dir = folder(t, { preprocessor, processor });
    await assert.rejects(readPreprocessor([dir], EXPECTED), { code: 'unsupported_model', message });
  }
  const square = { size: { height: 336, width: 336 }, do_center_crop: false, do_pad: true };
  const { preprocessor } = await readPreprocessor([folder(t, { preprocessor: square })], EXPECTED);
  assert.deepEqual([preprocessor.geometry, preprocessor.side], ['pad', 336]);
});

test('Qwen: min_pixels and max_pixels win over size, and one end alone is refused', async (t) => {
  const { vision } = parseQwenConfig(
    { vision_config: {}, hidden_size: 3584, num_attention_heads: 28, num_key_value_heads: 4 },
    '',
  );
  const read = async (image_processor: Json) => {
    const dir = folder(t, { processor: { image_processor } });
    const { minPixels, maxPixels } = (await readQwenPreprocessor(dir, vision)).preprocessor;
    return [minPixels, maxPixels];
  };
  const size = { shortest_edge: 4000, longest_edge: 40000 };
  assert.deepEqual(await read({}), [3136, 1003520]);
  assert.deepEqual(await read({ size }), [4000, 40000]);
  assert.deepEqual(await read({ size, min_pixels: 5000 }), [5000, 40000]);
  assert.deepEqual(await read({ size, min_pixels: null, max_pixels: 50000 }), [4000, 50000]);
  await assert.rejects(read({ size: { shortest_edge: 4000 } }), {
    code: 'bad_checkpoint',
    message: /one end/,
  });
  await assert.rejects(read({ do_center_crop: true }), {
    code: 'unsupported_model',
    message: /image_processor.do_center_crop true of processor_config.json/,
  });
});

/** By transformers 5.24 (test/golden/keys/grids.py). */
const { rows } = JSON.parse(readFileSync(join(import.meta.dirname, '../golden/keys/grids.json'), 'utf8')) as {
  rows: { files: Record<string, Json>; grids: Record<string, number[]> }[];
};

test('Qwen: the grids are transformers’, whichever file and key the limits stand in', async (t) => {
  const { vision } = parseQwenConfig(
    { vision_config: {}, hidden_size: 3584, num_attention_heads: 28, num_key_value_heads: 4 },
    '',
  );
  const found = await Promise.all(
    rows.map(async ({ files, grids }) => {
      const named = Object.entries(files).map(([name, json]) => [name.replace('_config.json', ''), json]);
      const dir = folder(t, Object.fromEntries(named) as Record<string, Json>);
      const { preprocessor } = await readQwenPreprocessor(dir, vision);
      return Object.keys(grids).map((size) => {
        const [width = 0, height = 0] = size.split('x').map(Number);
        const { patchSize, mergeSize, minPixels, maxPixels } = preprocessor;
        const [h, w] = smartResize(height, width, patchSize * mergeSize, minPixels, maxPixels);
        return [1, h / patchSize, w / patchSize];
      });
    }),
  );
  assert.deepEqual(
    found,
    rows.map(({ grids }) => Object.values(grids)),
  );
});
