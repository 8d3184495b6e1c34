/** Weights in pieces, for devices whose buffers have a largest size: the same numbers, and no piece too large. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { modelGraphs } from '../../models/architectures/index.ts';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { GraphError } from '../../src-main/graph/verifier.ts';
import { placed } from '../../src-main/graph/weights.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { MAX_BUFFER_BYTES } from '../../src-main/runtime/device.ts';
import { selfCheck } from '../../src-main/runtime/self-check.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { goldenCases, REGENERATE } from '../support/demo-goldens.ts';
import { goldenErrors, openDemo, pixelsOf } from '../support/golden-model.ts';

/** A product of fewer rows takes another kernel, which adds up in another order. */
const ROUNDING = 1e-5;
const CASES = join(import.meta.dirname, '../golden/oracle/cases');

/** Original and v5 layouts, tied heads and not, biases, float32 and half precision. */
const MODELS = ['llava-original-twig', 'llava-hf-twig', 'qwen2_5-vl-windows', 'qwen2_5-vl-shrunk'];

for (const name of MODELS) {
  test(`${name}: buffers of 8 kB change nothing`, async () => {
    const checkpoint = await openModel(join(CASES, name));
    const [whole, pieces] = await Promise.all([
      loadModel(checkpoint, { device: 'cpu' }),
      loadModel(checkpoint, { device: 'cpu', maxBufferBytes: 8192 }),
    ]);
    const { maxError } = await selfCheck(pieces, whole, ROUNDING);
    assert.ok(maxError <= ROUNDING);
    await Promise.all([whole.dispose(), pieces.dispose()]);
  });
}

test('quantised layers come in pieces too', async (t) => {
  const checkpoint = await openModel(join(CASES, 'qwen2_5-vl-windows'));
  const options = { device: 'cpu', precision: 'int4', cacheFolder: temporaryDir(t) } as const;
  const whole = await loadModel(checkpoint, options);
  const pieces = await loadModel(checkpoint, { ...options, maxBufferBytes: 5000 });
  assert.ok((await selfCheck(pieces, whole, ROUNDING)).maxError <= ROUNDING);
  await Promise.all([whole.dispose(), pieces.dispose()]);
});

test('the demo model in pieces agrees with PyTorch', async () => {
  const checkpoint = await openDemo();
  const model = await loadModel(checkpoint, { device: 'cpu', maxBufferBytes: 140_000 });
  const [golden] = goldenCases();
  assert.ok(golden);
  const errors = await goldenErrors(model, golden, await pixelsOf(checkpoint, golden));
  for (const [what, error] of Object.entries(errors)) {
    assert.ok(error <= 1e-4, `${what} differ by ${error}; ${REGENERATE}`);
  }
  await model.dispose();
});

test('no weight of a graph is larger than a buffer, and the embedding table stays with the CPU', async () => {
  const { config, weights } = await openModel(join(CASES, 'qwen2_5-vl-shrunk'));
  const maxBytes = 8192;
  const graphs = modelGraphs({ config, weights: placed(weights, { maxBytes, held: [] }) });
  const { layers } = graphs;
  const decoder = graphs.decoder({ layers, logits: 'last', taps: [0], hiddenOf: 1 });
  const head = config.text.tieWordEmbeddings ? /embed_tokens/ : /lm_head/;
  assert.ok(decoder.initializers.filter(({ name }) => head.test(name)).length > 5);
  const graph = [decoder, graphs.vision(), graphs.head(), graphs.between(0), graphs.rpnBranch()];
  for (const one of graph) {
    assert.ok(one);
    for (const { name, data } of one.initializers) {
      assert.ok(('file' in data ? data.file.length : data.inline.byteLength) <= maxBytes, name);
    }
  }
  const [table] = graphs.embed().initializers;
  assert.ok(
    table && 'file' in table.data && table.data.file.length > maxBytes,
    'looked up whole, on the CPU',
  );
});

test('a row that no buffer holds is refused where the graph is made', async () => {
  const { config, weights } = await openModel(join(CASES, 'qwen2_5-vl-shrunk'));
  const graphs = modelGraphs({ config, weights: placed(weights, { maxBytes: 64, held: [] }) });
  assert.throws(() => graphs.head(), GraphError);
});

test("WebGPU's buffers are those that every adapter allows", () => {
  assert.equal(MAX_BUFFER_BYTES.webgpu, 128 * 2 ** 20);
  assert.equal(MAX_BUFFER_BYTES.cpu, null);
});
