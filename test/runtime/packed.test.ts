/** bitsandbytes, AWQ and GPTQ checkpoints as their own packages wrote them, against what those packages unpack. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCached } from '../../src-main/checkpoint/cached.ts';
import { openFolders, openModel } from '../../src-main/checkpoint/open.ts';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import type { QuantisedRef } from '../../src-main/graph/weights.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { Session } from '../../src-main/runtime/session.ts';
import { relativeDifference } from '../support/oracle.ts';
import { packedCase, packedFolder, packedNames, packedNumbers, pattern, REMAKE } from '../support/packed.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { writeSafetensors } from '../support/safetensors.ts';
import { random, writeAdapter } from '../support/write-adapter.ts';

/** float32 sums in another order, of the largest number. */
const ROUNDING = 2e-5;

for (const name of packedNames()) {
  const golden = packedCase(name);

  test(`${name}: every layer stands for the weights that its own package unpacks, to the bit`, async (t) => {
    const checkpoint = await openModel(await packedFolder(t, golden));
    const weights = await openCached(checkpoint, 'as-stored', { folder: temporaryDir(t) });
    for (const [layer, hash] of Object.entries(golden.weights)) {
      // The tower's layers after the one whose features are taken.
      if (layer.includes('encoder.layers.1.')) continue;
      const ref = weights?.quantised(layer);
      assert.ok(ref, layer);
      assert.equal(hashOf(await multipliedOut(ref)), hash, `${layer}; ${REMAKE}`);
    }
  });

  test(`${name}: features and logits are transformers' with those weights`, async (t) => {
    const checkpoint = await openModel(await packedFolder(t, golden));
    const model = await loadModel(checkpoint, { device: 'cpu', cacheFolder: temporaryDir(t) });
    t.after(() => model.dispose());
    const expected = await packedNumbers(name);
    const close = (actual: Float32Array | null, what: string): void => {
      const difference = relativeDifference(actual ?? [], expected.get(what) ?? []);
      t.diagnostic(`${what} differ by ${difference.toExponential(1)}`);
      assert.ok(difference <= ROUNDING, `${what} differ by ${difference}; ${REMAKE}`);
    };
    const { grid } = golden;
    const features = await model.encodeImage(pattern(model.pixelCount(grid)), grid);
    close(features, 'features');
    const [start, end] = golden.image_span;
    const [before, after] = [golden.input_ids.slice(0, start), golden.input_ids.slice(start + 1)];
    const parts = [{ tokens: before }, { features, count: end - start, grid }, { tokens: after }];
    const { logits } = await model.forward(model.newCache(), { parts });
    close(logits, 'logits');
  });
}

test('int8 products: the same 4 bits, near the original and not equal to it, from the same cache', async (t) => {
  const golden = packedCase('qwen-awq');
  const checkpoint = await openModel(await packedFolder(t, golden));
  const cacheFolder = temporaryDir(t);
  const rows = pattern(8 * 64);
  const hidden = [];
  for (const precision of ['as-stored', 'int4'] as const) {
    const model = await loadModel(checkpoint, { device: 'cpu', cacheFolder, precision });
    t.after(() => model.dispose());
    const parts = [{ features: rows, count: 8 }];
    hidden.push((await model.forward(model.newCache(), { parts, hiddenOf: 1 })).hidden);
  }
  const difference = relativeDifference(hidden[1] ?? [], hidden[0] ?? []);
  assert.ok(difference > 1e-5 && difference < 0.05, `differs by ${difference}`);
});

test('an RPN of floats lies over a packed base, whatever it is packed as; an adapter does not', async (t) => {
  const rpnDir = writeRpn(temporaryDir(t));
  const logits = [];
  for (const name of ['llava-gptq', 'llava-nf4-double']) {
    const dir = await packedFolder(t, packedCase(name));
    const model = await loadModel(await openModel(dir, rpnDir), {
      device: 'cpu',
      cacheFolder: temporaryDir(t),
    });
    t.after(() => model.dispose());
    logits.push(await model.rpn(pattern(6 * 64), [5, 6], [1, 5]));
  }
  assert.equal(relativeDifference(logits[1] ?? [], logits[0] ?? []), 0);
  assert.ok(new Set(logits[0]).size === 4);

  const dir = await packedFolder(t, packedCase('llava-gptq'));
  const modules = { 'model.language_model.layers.0.self_attn.q_proj': [64, 64] } as const;
  const adapterDir = writeAdapter(join(temporaryDir(t), 'adapter'), dir, { modules });
  await assert.rejects(openFolders({ dir, adapterDir }), {
    code: 'unsupported_model',
    message: /the base's weights are packed \(GPTQ\)/,
  });
});

/** An RPN of one layer at the decoder's foot, with a copy of one of the base's layers as the published folders have. */
function writeRpn(dir: string): string {
  const layer = 'model.twig_layers.0';
  const shapes: Record<string, readonly number[]> = {
    [`${layer}.self_attn.q_proj.weight`]: [64, 64],
    [`${layer}.self_attn.k_proj.weight`]: [32, 64],
    [`${layer}.self_attn.v_proj.weight`]: [32, 64],
    [`${layer}.self_attn.o_proj.weight`]: [64, 64],
    [`${layer}.mlp.gate_proj.weight`]: [128, 64],
    [`${layer}.mlp.up_proj.weight`]: [128, 64],
    [`${layer}.mlp.down_proj.weight`]: [64, 128],
    [`${layer}.input_layernorm.weight`]: [64],
    [`${layer}.post_attention_layernorm.weight`]: [64],
    'model.twig_norm.weight': [64],
    'language_model.model.layers.0.self_attn.q_proj.weight': [64, 64],
  };
  const tensors = Object.entries(shapes).map(([name, shape], i) => [name, random(shape, i + 1)] as const);
  writeSafetensors(join(dir, 'model.safetensors'), Object.fromEntries(tensors));
  const keys = { enable_twig: true, twig_K: 0, twig_T: 1, roi_source: 'qk', roi_multi_head: true };
  const config = { architectures: ['LlavaForConditionalGeneration'], model_type: 'llava', ...keys };
  writeFileSync(join(dir, 'config.json'), JSON.stringify(config));
  return dir;
}

/** What a layer multiplies by, `[n, k]`: its product with the unit matrix, whose sums are one number and zeros. */
async function multipliedOut(ref: QuantisedRef): Promise<Float32Array> {
  const [n, k] = ref.shape;
  const b = new GraphBuilder('unit');
  b.output('y', b.linear(b.input('x', 'float32', ['S', k]), b.quantised('w', ref)));
  const session = await Session.open(b.finish(), { device: 'cpu', cpuThreads: 1, prepack: true });
  const unit = Float32Array.from({ length: k * k }, (_, i) => (i % (k + 1) === 0 ? 1 : 0));
  const y = (await session.run({ x: [unit, [k, k]] })).y?.data ?? new Float32Array(0);
  await session.release();
  return Float32Array.from({ length: n * k }, (_, i) => y[(i % k) * n + Math.floor(i / k)] as number);
}

/** SHA-256 of the numbers, negative zeros made positive. */
function hashOf(weights: Float32Array): string {
  const positive = weights.map((weight) => weight + 0);
  return createHash('sha256').update(new Uint8Array(positive.buffer)).digest('hex');
}
