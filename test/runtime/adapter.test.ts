import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFolders } from '../../src-main/checkpoint/open.ts';
import { greedy } from '../../src-main/pipeline/passes/greedy.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { adapterCases } from '../support/adapters.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { firstLogits } from '../support/first-logits.ts';
import { oracleCases, relativeDifference, TOLERANCE } from '../support/oracle.ts';

const REGENERATE = 'to make the numbers anew see test/golden/oracle/README.md';
const bases = new Map(
  [...(await oracleCases('llava')), ...(await oracleCases('qwen2_5_vl'))].map((one) => [one.name, one]),
);
// More of them are made on demand: python adapters.py --all FOLDER.
const more = process.env.FOVEA_ADAPTER_CASES;
const cases = [...(await adapterCases()), ...(more === undefined ? [] : await adapterCases(more))];

for (const golden of cases) {
  test(`${golden.name}: base and adapter compute what PEFT computes without merging`, async (t) => {
    const base = bases.get(golden.base);
    assert.ok(base);
    const checkpoint = await openFolders({ dir: golden.dir });
    const model = await loadModel(checkpoint, { device: 'cpu', cacheFolder: temporaryDir(t) });
    try {
      const cache = model.newCache();
      const logits = await firstLogits(checkpoint, model, base, cache);
      const difference = relativeDifference(logits, golden.logits);
      t.diagnostic(
        `logits differ by ${difference.toExponential(1)}; the adapter moves them by ${golden.moved}`,
      );
      assert.ok(difference <= TOLERANCE, `logits differ by ${difference}; ${REGENERATE}`);
      const options = {
        generation: checkpoint.generation,
        maxNewTokens: 8,
        promptTokens: base.input_ids,
        taps: null,
      };
      const { tokens } = await greedy(model, cache, logits, options, new Stopwatch());
      assert.deepEqual(tokens, golden.answer, REGENERATE);
    } finally {
      await model.dispose();
    }
  });
}
