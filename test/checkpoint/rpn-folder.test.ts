import assert from 'node:assert/strict';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { DEMO_CHECKPOINT } from '../support/demo.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { oracleCases } from '../support/oracle.ts';
import { filled } from '../support/safetensors.ts';
import { editConfig, rewriteTensors, splitRpn } from '../support/split-rpn.ts';

const [qwen] = await oracleCases('qwen2_5_vl');
const split = (t: TestContext, merged = DEMO_CHECKPOINT) => splitRpn(merged, temporaryDir(t));

test('the RPN’s tensors and keys replace those of a base that has an RPN itself', async (t) => {
  const { base, rpn } = await split(t);
  editConfig(rpn, (config) => ({ ...config, twig_T: 1, roi_super_type: 'v0' }));
  const names = (dir: string, rpnDir?: string) =>
    openModel(dir, rpnDir).then(({ weights }) => new Set(weights.names()));
  const merged = await openModel(DEMO_CHECKPOINT, rpn);
  assert.deepEqual(merged.config.rpn, { k: 1, t: 1, norm: false, multiHead: true });
  assert.equal(merged.name, `${(await openModel(DEMO_CHECKPOINT)).name} + rpn`);
  const twig = 'model.twig_layers.0.self_attn.q_proj.weight';
  assert.equal(merged.weights.get(twig)?.file, join(rpn, 'model.safetensors'));
  assert.equal(merged.weights.get('model.layers.0.self_attn.q_proj.weight')?.file.startsWith(rpn), false);
  assert.deepEqual(await names(base, rpn), await names(DEMO_CHECKPOINT));

  // A deeper RPN in the base leaves nothing behind.
  await rewriteTensors(rpn, rpn, (name, tensor) => (name.startsWith('model.twig_layers.1.') ? null : tensor));
  const laid = await names(DEMO_CHECKPOINT, rpn);
  assert.deepEqual(
    [...laid].filter((name) => name.startsWith('model.twig_layers.1.')),
    [],
  );
});

test('an RPN-only folder opened alone says what is missing, from which files, and the command', async (t) => {
  for (const merged of [DEMO_CHECKPOINT, qwen?.dir ?? '']) {
    const { base, rpn } = await split(t, merged);
    await assert.rejects(
      openModel(rpn),
      (error: Error & { code?: string; where?: string; next?: string }) => {
        assert.equal(error.code, 'bad_checkpoint');
        assert.match(
          error.message,
          /RPN without its base model: .*norm\.weight.* missing from its safetensors/,
        );
        assert.equal(error.where, rpn);
        assert.match(error.next ?? '', /fovea label PROJECT --model BASE --rpn /);
        return true;
      },
    );
    assert.ok((await openModel(base, rpn)).config.rpn);
  }
  const { rpn } = await split(t);
  await assert.rejects(
    openModel(rpn),
    /model\.norm\.weight, lm_head\.weight, 3 of 6 layers \(model\.layers\.3…\)/,
  );
});

test('an RPN that does not fit the base names the tensor and both shapes', async (t) => {
  const { base, rpn } = await split(t);
  for (const wrong of ['model.twig_layers.1.mlp.up_proj.weight', 'model.layers.0.mlp.up_proj.weight']) {
    const folder = join(temporaryDir(t), 'rpn');
    cpSync(rpn, folder, { recursive: true });
    await rewriteTensors(rpn, folder, (name, tensor) => (name === wrong ? filled([384, 64]) : tensor));
    const message = `the RPN does not fit the base model: ${wrong} has shape [384, 64] where the base needs [384, 128]`;
    await assert.rejects(openModel(base, folder), { code: 'bad_checkpoint', message });
  }
  // Training code pads these.
  await rewriteTensors(rpn, rpn, (name, tensor) =>
    name === 'model.embed_tokens.weight' ? filled([256, 128]) : tensor,
  );
  await openModel(base, rpn);

  await assert.rejects(openModel(qwen?.dir ?? '', rpn), {
    code: 'bad_checkpoint',
    message: 'the RPN is one of LLaVA, the base model is Qwen2.5-VL',
  });
  editConfig(rpn, (config) => ({ ...config, twig_K: 6 }));
  await assert.rejects(openModel(base, rpn), {
    code: 'bad_checkpoint',
    message: /twig_K 6 is not a layer of 6/,
    where: join(rpn, 'config.json'),
  });
});

test('a folder that is no RPN, or an unfinished one, is refused', async (t) => {
  const { base, rpn } = await split(t);
  await assert.rejects(openModel(base, join(rpn, 'nowhere')), {
    code: 'not_found',
    message: /no RPN folder/,
  });
  const empty = join(temporaryDir(t), 'empty');
  mkdirSync(empty);
  await assert.rejects(openModel(base, empty), {
    code: 'bad_checkpoint',
    message: /config\.json is missing/,
  });
  await assert.rejects(openModel(base, base), {
    code: 'bad_checkpoint',
    message: /does not say enable_twig/,
  });
  const unnormed = join(temporaryDir(t), 'rpn');
  cpSync(rpn, unnormed, { recursive: true });
  await rewriteTensors(rpn, unnormed, (name, tensor) => (name === 'model.twig_norm.weight' ? null : tensor));
  await assert.rejects(openModel(base, unnormed), {
    code: 'missing_tensor',
    message: 'the RPN folder has no tensor model.twig_norm.weight',
  });
  // Only roi_super_type v1 has one.
  editConfig(unnormed, (config) => ({ ...config, roi_super_type: 'v0' }));
  assert.equal((await openModel(base, unnormed)).config.rpn?.norm, false);

  await rewriteTensors(rpn, rpn, (name, tensor) => (name.startsWith('model.twig_') ? null : tensor));
  await assert.rejects(openModel(base, rpn), {
    code: 'bad_checkpoint',
    message: /no tensor is called model\.twig_/,
  });
});

test('Qwen2.5-VL needs no twig_norm', async (t) => {
  const { base, rpn } = await split(t, qwen?.dir);
  await rewriteTensors(rpn, rpn, (name, tensor) => (name === 'model.twig_norm.weight' ? null : tensor));
  assert.equal((await openModel(base, rpn)).config.rpn?.norm, false);
});
