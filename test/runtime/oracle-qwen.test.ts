import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mropePositions } from '../../models/architectures/mrope.ts';
import { decodeImage } from '../../src-main/checkpoint/image/decode.ts';
import { qwenPixels } from '../../src-main/checkpoint/image/qwen-processor.ts';
import { buildPrompt } from '../../src-main/checkpoint/prompt.ts';
import { openQwen } from '../../src-main/checkpoint/qwen/open.ts';
import { greedy } from '../../src-main/pipeline/passes/greedy.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { joined } from '../support/golden-model.ts';
import { expectedArray, oracleCases, REGENERATE, relativeDifference, TOLERANCE } from '../support/oracle.ts';

const cases = await oracleCases('qwen2_5_vl');

test('three seeds and more with a branch, tied and not, of both generations of names', async () => {
  const configs = await Promise.all(cases.map(async ({ dir }) => (await openQwen(dir)).config));
  assert.ok(new Set(cases.map(({ seed }) => seed)).size >= 3);
  assert.ok(configs.every(({ rpn, text }) => rpn && text.qkvBias && text.kvHeads < text.heads));
  assert.equal(new Set(configs.map(({ text }) => text.tieWordEmbeddings)).size, 2);
  assert.equal(new Set(configs.map(({ names }) => names.layers)).size, 2);
});

for (const golden of cases) {
  test(`${golden.name}: every number is transformers', from the picture to the answer`, async () => {
    const checkpoint = await openQwen(golden.dir);
    const model = await loadModel(checkpoint, { device: 'cpu' });
    const close = (actual: ArrayLike<number> | null, what: string): void => {
      const difference = relativeDifference(actual ?? [], expectedArray(golden, what));
      assert.ok(difference <= TOLERANCE, `${what} differ by ${difference}; ${REGENERATE}`);
    };
    try {
      const { pixels, grid } = qwenPixels(await decodeImage(golden.image), checkpoint.preprocessor);
      assert.deepEqual(grid, golden.grid);
      const width = pixels.length / (4 * grid[0] * grid[1]);
      const kept = expectedArray(golden, 'pixel_rows') as number[];
      close(
        joined(kept.map((row) => ({ data: pixels.subarray(row * width, (row + 1) * width) }))),
        'pixel_values',
      );
      const features = await model.encodeImage(pixels, grid);
      close(features, 'visual_features');

      const ids = buildPrompt(checkpoint.tokenizer, checkpoint.config.imageTokenId, golden.question);
      const [start, end] = golden.image_span;
      assert.deepEqual(ids.before, golden.input_ids.slice(0, start));
      assert.deepEqual(ids.after, golden.input_ids.slice(start + 1));
      const length = end + ids.after.length;
      const count = end - start;
      const { axes } = mropePositions(0, [{ count: start }, { count, grid }, { count: ids.after.length }]);
      assert.deepEqual(
        axes.flatMap((axis) => [...axis]),
        expectedArray(golden, 'position_ids'),
      );

      const cache = model.newCache();
      const parts = [{ tokens: ids.before }, { features, count, grid }, { tokens: ids.after }];
      const k = model.profile.rpn?.k ?? 0;
      const prefill = await model.forward(cache, { parts, hiddenOf: k });
      close(prefill.logits, 'logits');
      close(prefill.hidden, 'layer_k');
      close(
        await model.rpn(prefill.hidden ?? new Float32Array(0), [length - 1, length], [start, end], grid),
        'rpn_logits',
      );

      const answer = expectedArray(golden, 'answer_ids') as number[];
      const options = {
        generation: checkpoint.generation,
        maxNewTokens: 32,
        promptTokens: golden.input_ids,
        taps: null,
      };
      const { tokens } = await greedy(model, cache, prefill.logits as Float32Array, options, new Stopwatch());
      assert.deepEqual(tokens, answer, REGENERATE);

      const rows = expectedArray(golden, 'rows') as number[];
      const forcedLength = length + rows.length - 1;
      const forced = await model.forward(model.newCache(), {
        parts: [...parts, { tokens: answer.slice(0, rows.length - 1) }],
        logits: 'none',
        taps: {
          heads: (expectedArray(golden, 'layers') as number[]).map((layer) => ({ layer, heads: 'all' })),
          rows: [length - 1, forcedLength],
          keys: [0, forcedLength],
        },
      });
      close(joined(forced.taps), 'attention');
    } finally {
      await model.dispose();
    }
  });
}
