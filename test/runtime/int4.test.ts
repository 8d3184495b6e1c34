/** The demo model from its quantised cache: near the original everywhere, and the answers it gives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelGraphs } from '../../models/architectures/index.ts';
import { openQuantised } from '../../src-main/checkpoint/quantised/index.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { goldenCases } from '../support/demo-goldens.ts';
import { argmax, feedPrompt, goldenErrors, openDemo, pixelsOf } from '../support/golden-model.ts';
import { randomWeights, tinyConfig } from '../support/random-checkpoint.ts';

const checkpoint = await openDemo();

test('int4 stays near the original and answers', async (t) => {
  const cacheFolder = temporaryDir(t);
  const model = await loadModel(checkpoint, { device: 'cpu', precision: 'int4', cacheFolder });
  t.after(() => model.dispose());
  const cases = goldenCases();
  let [first, same, all] = [0, 0, 0];
  for (const golden of cases) {
    const pixels = await pixelsOf(checkpoint, golden);
    const errors = await goldenErrors(model, golden, pixels);
    assert.ok(
      Object.values(errors).some((error) => error > 1e-4),
      'the weights are not the original ones',
    );
    const { cache, result } = await feedPrompt(model, golden, pixels);
    let { logits } = result;
    for (const [i, id] of golden.answer_ids.entries()) {
      assert.ok(logits);
      const own = argmax(logits) === id;
      all++;
      same += Number(own);
      if (i === 0) first += Number(own);
      ({ logits } = await model.forward(cache, { parts: [{ tokens: [id] }] }));
    }
  }
  assert.ok(first >= 0.5 * cases.length, `${first} of ${cases.length} first tokens are the original's`);
  assert.ok(same >= 0.6 * all, `${same} of ${all} tokens are the original's`);
});

test('every linear layer of decoder, vision and RPN is quantised; the table is looked up as it is stored', async (t) => {
  const weights = await openQuantised(checkpoint, { folder: temporaryDir(t) });
  const graphs = modelGraphs({ config: checkpoint.config, weights });
  const decoder = graphs.decoder({ layers: graphs.layers, logits: 'last', taps: [0], hiddenOf: null });
  const rpn = graphs.rpnBranch();
  assert.ok(rpn);
  const gemms = (graph: typeof decoder) => graph.nodes.filter(({ op }) => op === 'Gemm').length;
  assert.equal(gemms(decoder), 0);
  assert.equal(gemms(graphs.vision()), 1, 'the patch kernel');
  assert.equal(gemms(rpn), 1, 'scores of queries and keys');
  const [table] = graphs.embed().initializers;
  assert.ok(table && 'file' in table.data);
  assert.notEqual(table.data.file.file, weights.file);
});

test('a tied head is quantised while its table stays', async (t) => {
  const config = tinyConfig({ text: { tieWordEmbeddings: true } });
  const source = { config, weights: await randomWeights(temporaryDir(t), config) };
  const weights = await openQuantised(source, { folder: temporaryDir(t) });
  const name = 'model.embed_tokens.weight';
  assert.partialDeepStrictEqual(weights.quantised(name), { bits: 8 });
  assert.notEqual(weights.get(name)?.file, weights.file);
  const model = await loadModel(source, { device: 'cpu', precision: 'int4', cacheFolder: temporaryDir(t) });
  const { logits } = await model.forward(model.newCache(), { parts: [{ tokens: [5, 6] }] });
  assert.equal(logits?.length, config.text.vocabSize);
  assert.ok(logits.every(Number.isFinite));
  await model.dispose();
});
