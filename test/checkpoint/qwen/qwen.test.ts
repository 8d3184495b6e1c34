import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { smartResize } from '../../../src-main/checkpoint/image/qwen-processor.ts';
import { openModel } from '../../../src-main/checkpoint/open.ts';
import { buildPrompt, plainQuestion } from '../../../src-main/checkpoint/prompt.ts';
import { teacherPrompt } from '../../../src-main/checkpoint/qwen/teacher-prompt.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { DEMO_CHECKPOINT } from '../../support/demo-goldens.ts';
import { oracleCases } from '../../support/oracle.ts';
import { addGate, splitRpn } from '../../support/split-rpn.ts';

const [golden] = await oracleCases('qwen2_5_vl');
assert.ok(golden);
const root = mkdtempSync(join(tmpdir(), 'fovea-qwen-'));
test.after(() => rmSync(root, { recursive: true }));

/** Opens a copy of the case whose JSON file was changed. */
async function openChanged(file: string, change: (json: Record<string, unknown>) => void) {
  const dir = mkdtempSync(join(root, 'case-'));
  cpSync(golden.dir, dir, { recursive: true });
  const json = JSON.parse(readFileSync(join(dir, file), 'utf8')) as Record<string, unknown>;
  change(json);
  writeFileSync(join(dir, file), JSON.stringify(json));
  return openModel(dir);
}

const code = (wanted: string, words: RegExp) => (error: unknown) =>
  error instanceof FoveaError && error.code === wanted && words.test(error.message);

test('config.json says which family reads a folder', async () => {
  assert.equal((await openModel(golden.dir)).config.family, 'qwen2_5_vl');
  assert.equal((await openModel(DEMO_CHECKPOINT)).config.family, 'llava');
  await assert.rejects(openModel(join(root, 'nowhere')), code('not_found', /no checkpoint folder/));
});

test('what Fovea does not run, and what contradicts itself, is said by name', async () => {
  const text = (c: Record<string, unknown>) => (c.text_config ?? c) as Record<string, unknown>;
  await assert.rejects(
    openChanged('config.json', (c) => Object.assign(text(c), { rope_scaling: { type: 'yarn' } })),
    code('unsupported_model', /yarn/),
  );
  await assert.rejects(
    openChanged('config.json', (c) => Object.assign(text(c), { use_sliding_window: true })),
    code('unsupported_model', /sliding/),
  );
  await assert.rejects(
    openChanged('config.json', (c) =>
      Object.assign(text(c), { rope_scaling: { type: 'mrope', mrope_section: [1, 1, 1] } }),
    ),
    code('bad_checkpoint', /mrope_section/),
  );
  await assert.rejects(
    openChanged('config.json', (c) => Object.assign(c, { twig_K: 99 })),
    code('bad_checkpoint', /twig_K 99/),
  );
  await assert.rejects(
    openChanged('config.json', (c) => Object.assign(text(c), { num_hidden_layers: 5 })),
    code('missing_tensor', /layers\.4/),
  );
  await assert.rejects(
    openChanged('preprocessor_config.json', (c) => Object.assign(c, { patch_size: 13 })),
    code('unsupported_model', /image processor/),
  );
  await assert.rejects(
    openChanged('preprocessor_config.json', (c) => Object.assign(c, { image_std: [0.2, 0, 0.2] })),
    code('bad_checkpoint', /image_std/),
  );
});

test('sizes are multiples of a token within the budget, halves rounded to even', () => {
  // Python's round(1.5) = round(2.5) = 2.
  assert.deepEqual(smartResize(42, 70, 28, 1, 1e9), [56, 56]);
  assert.deepEqual(smartResize(1000, 700, 28, 3136, 28 * 28 * 100), [308, 224]);
  assert.deepEqual(smartResize(20, 30, 28, 56 * 56, 1e9), [56, 84]);
  assert.deepEqual(smartResize(300, 300, 28, 576 * 784, 576 * 784), [672, 672]);
  assert.throws(() => smartResize(1, 201, 28, 1, 1e9), code('bad_image', /too thin/));
});

test('an <image> line is dropped at either end and refused inside', () => {
  assert.equal(plainQuestion('<image>\nWhich?'), 'Which?');
  assert.equal(plainQuestion('Which?\n<image>'), 'Which?');
  assert.throws(() => plainQuestion('Which <image> one?'), code('bad_input', /<image>/));
});

test('Qwen without any chat template is refused by name', async () => {
  const drop = (c: Record<string, unknown>) => delete c.chat_template;
  await assert.rejects(
    openChanged('tokenizer_config.json', drop),
    code('bad_checkpoint', /no chat template, and Qwen has no other prompt/),
  );
});

test('the token of a picture’s place in a question is the question’s fault, not the template’s', async () => {
  const { tokenizer, config } = await openModel(golden.dir);
  const question = 'Which <|image_pad|>?';
  assert.throws(() => buildPrompt(tokenizer, config.imageTokenId, question), code('bad_input', /image_pad/));
  assert.throws(
    () => teacherPrompt(tokenizer, config.imageTokenId ?? -1, question, 'natural'),
    code('bad_input', /image_pad/),
  );
});

test('a pixel budget no picture can keep is refused when the folder is opened', async () => {
  const budget = (min: number, max: number) =>
    openChanged('preprocessor_config.json', (c) => {
      Object.assign(c, { min_pixels: min, max_pixels: max });
    });
  await assert.rejects(budget(5000, 4000), (error: FoveaError) => {
    assert.match(error.message, /min_pixels 5000 is above max_pixels 4000/);
    assert.match(error.next ?? '', /Compare/);
    return error.code === 'bad_checkpoint';
  });
  await assert.rejects(
    budget(1, 2),
    code('bad_checkpoint', /max_pixels 2 is below the \d+ of one visual token/),
  );
  await budget(4000, 4000);
});

test('Q-Zoom’s gate is recognised, in the folder itself and in an RPN laid over it', async (t) => {
  const { base, rpn } = await splitRpn(golden.dir, temporaryDir(t));
  assert.deepEqual([(await openModel(golden.dir)).gate, (await openModel(base, rpn)).gate], [false, false]);
  await addGate(rpn);
  assert.equal((await openModel(base, rpn)).gate, true);
  assert.equal((await openModel(base)).gate, false);
  await addGate(base);
  assert.equal((await openModel(base)).gate, true);
});
