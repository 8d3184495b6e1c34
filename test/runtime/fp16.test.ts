/** Models with float16 weights: from the cache, from the files, and held as they are where a device can. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { modelGraphs } from '../../models/architectures/index.ts';
import { openCheckpoint } from '../../src-main/checkpoint/checkpoint.ts';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { openQuantised } from '../../src-main/checkpoint/quantised/index.ts';
import { placed } from '../../src-main/graph/weights.ts';
import { heldDtypes } from '../../src-main/runtime/held.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { selfCheck } from '../../src-main/runtime/self-check.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { goldenCases, REGENERATE } from '../support/demo-goldens.ts';
import { goldenErrors, pixelsOf } from '../support/golden-model.ts';
import { singlePrecisionDemo } from '../support/single-precision.ts';

const CASES = join(import.meta.dirname, '../golden/oracle/cases');
const demo = await openCheckpoint(await singlePrecisionDemo());

test('the demo model at fp16 is within 1e-2 of the original, not the same, and answers as PyTorch did', async (t) => {
  const stored = await loadModel(demo, { device: 'cpu' });
  const model = await loadModel(demo, { device: 'cpu', precision: 'fp16', cacheFolder: temporaryDir(t) });
  const { maxError } = await selfCheck(model, stored);
  assert.ok(maxError > 1e-5 && maxError <= 1e-2, `${maxError}`);
  for (const golden of goldenCases().slice(0, 3)) {
    const errors = await goldenErrors(model, golden, await pixelsOf(demo, golden));
    assert.equal(errors['greedy tokens'], 0, REGENERATE);
  }
  await Promise.all([stored.dispose(), model.dispose()]);
});

for (const [name, limit] of [
  ['qwen2_5-vl-shrunk', 1e-4],
  ['llava-hf-twig', 1e-4],
  ['qwen2_5-vl-windows', 1e-2],
] as const) {
  test(`${name}: fp16 from the cache is the model as stored within ${limit}`, async (t) => {
    const checkpoint = await openModel(join(CASES, name));
    const stored = await loadModel(checkpoint, { device: 'cpu' });
    const options = { device: 'cpu', precision: 'fp16', cacheFolder: temporaryDir(t) } as const;
    const halves = await loadModel(checkpoint, options);
    // float16 has more digits than bfloat16: only numbers below its normal range are rounded.
    const { maxError } = await selfCheck(halves, stored, limit);
    assert.ok(maxError <= limit);
    const held = await loadModel(checkpoint, { ...options, held: ['F16'], maxBufferBytes: 8192 });
    assert.ok((await selfCheck(held, halves, 1e-5)).maxError <= 1e-5);
    await Promise.all([stored.dispose(), halves.dispose(), held.dispose()]);
  });
}

test('float16 weights are run from the files: no cache is written', async (t) => {
  const checkpoint = await openModel(join(CASES, 'llava-hf-plain-33'));
  const { config } = checkpoint;
  // Such a checkpoint: what a cache holds.
  const weights = await openQuantised(checkpoint, { folder: temporaryDir(t), form: 'fp16' });
  const cacheFolder = temporaryDir(t);
  const model = await loadModel({ config, weights }, { device: 'cpu', precision: 'fp16', cacheFolder });
  assert.deepEqual(readdirSync(cacheFolder), []);
  await model.dispose();
});

test('held weights stay in their dtype in the graph, and are inputs with a value, so that nothing is folded', async () => {
  const { config, weights } = await openModel(join(CASES, 'qwen2_5-vl-shrunk'));
  const graphs = modelGraphs({ config, weights: placed(weights, { maxBytes: null, held: ['BF16'] }) });
  const { initializers } = graphs.between(1);
  const held = initializers.filter((one) => one.held);
  assert.ok(held.length >= 7 && held.every(({ dtype, shape }) => dtype === 'bfloat16' && shape.length === 2));
  assert.ok(
    initializers.some((one) => one.dtype === 'bfloat16' && one.held !== true),
    'norms are copied',
  );
});

test('bfloat16 held as it is gives the same numbers', async () => {
  const checkpoint = await openModel(join(CASES, 'qwen2_5-vl-shrunk'));
  const [copied, held] = await Promise.all([
    loadModel(checkpoint, { device: 'cpu' }),
    loadModel(checkpoint, { device: 'cpu', held: ['BF16'] }),
  ]);
  assert.ok((await selfCheck(held, copied, 1e-6)).maxError <= 1e-6);
  await Promise.all([held.dispose(), copied.dispose()]);
});

test('the CPU holds none; a device that is not there holds none either', async () => {
  const stored = new Set(['F16', 'BF16'] as const);
  assert.deepEqual(await heldDtypes({ device: 'cpu', cpuThreads: 1 }, stored), []);
  assert.deepEqual(await heldDtypes({ device: 'cuda', cpuThreads: 1 }, stored), []);
});
