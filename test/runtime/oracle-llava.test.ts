import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCheckpoint } from '../../src-main/checkpoint/checkpoint.ts';
import { normalise, squareImage } from '../../src-main/checkpoint/image/clip-processor.ts';
import { decodeImage } from '../../src-main/checkpoint/image/decode.ts';
import { greedy } from '../../src-main/pipeline/passes/greedy.ts';
import { promptFor, promptParts, promptTokens } from '../../src-main/pipeline/subject/prompted.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { expectedArray, oracleCases, REGENERATE, relativeDifference, TOLERANCE } from '../support/oracle.ts';
import { joined } from '../support/golden-model.ts';

const cases = await oracleCases('llava');

test('three seeds and more of every layout, with a branch and without, heads grouped and not, tied and not', async () => {
  const facts = await Promise.all(
    cases.map(async ({ dir, seed, image_size: [width, height] }) => {
      const { config } = await openCheckpoint(dir);
      const { heads, kvHeads, tieWordEmbeddings: tied } = config.text;
      return {
        seed,
        square: width === height,
        layout: `${config.layout} ${config.names.layers}`,
        rpn: config.rpn,
        tied,
        grouped: kvHeads < heads,
      };
    }),
  );
  for (const layout of [
    'llava model.layers',
    'llava_hf language_model.model.layers',
    'llava_hf model.language_model.layers',
  ]) {
    const own = facts.filter((one) => one.layout === layout);
    for (const branch of [true, false]) {
      const seeds = own.filter(({ rpn }) => (rpn !== null) === branch).map(({ seed }) => seed);
      assert.ok(
        new Set(seeds).size >= 3,
        `${layout} ${branch ? 'with' : 'without'} a branch: ${seeds.join()}`,
      );
    }
    for (const what of ['tied', 'grouped'] as const) {
      assert.deepEqual(new Set(own.map((one) => one[what])), new Set([true, false]), `${layout}: ${what}`);
    }
    assert.ok(own.some(({ square }) => !square));
  }
});

for (const golden of cases) {
  test(`${golden.name}: every number is transformers', from the picture to the answer`, async () => {
    const checkpoint = await openCheckpoint(golden.dir);
    const model = await loadModel(checkpoint, { device: 'cpu' });
    const subject = { checkpoint, model };
    const close = (actual: ArrayLike<number> | null, what: string): void => {
      const difference = relativeDifference(actual ?? [], expectedArray(golden, what));
      assert.ok(difference <= TOLERANCE, `${what} differ by ${difference}; ${REGENERATE}`);
    };
    try {
      const { preprocessor } = checkpoint;
      const pixels = normalise(squareImage(await decodeImage(golden.image), preprocessor), preprocessor);
      close(pixels, 'pixel_values');
      const features = await model.encodeImage(pixels);
      close(features, 'visual_features');

      const prompt = promptFor(subject, golden.question);
      const [start, end] = golden.image_span;
      assert.deepEqual(prompt.visual, [start, end]);
      assert.deepEqual(prompt.ids.before, golden.input_ids.slice(0, start));
      assert.deepEqual(prompt.ids.after, golden.input_ids.slice(start + 1));

      const cache = model.newCache();
      const k = model.profile.rpn?.k;
      const parts = promptParts(prompt, features);
      const prefill = await model.forward(cache, { parts, ...(k === undefined ? {} : { hiddenOf: k }) });
      close(prefill.logits, 'logits');
      if (k !== undefined && prefill.hidden) {
        close(prefill.hidden, 'layer_k');
        close(
          await model.rpn(prefill.hidden, [prompt.length - 1, prompt.length], prompt.visual),
          'rpn_logits',
        );
      } else {
        assert.equal(golden.expected.has('rpn_logits'), false);
      }

      const answer = expectedArray(golden, 'answer_ids') as number[];
      const options = {
        generation: checkpoint.generation,
        maxNewTokens: 32,
        promptTokens: promptTokens(prompt),
        taps: null,
      };
      const { tokens } = await greedy(model, cache, prefill.logits as Float32Array, options, new Stopwatch());
      assert.deepEqual(tokens, answer, REGENERATE);

      const rows = expectedArray(golden, 'rows') as number[];
      const length = prompt.length + rows.length - 1;
      const forced = await model.forward(model.newCache(), {
        parts: [...parts, { tokens: answer.slice(0, rows.length - 1) }],
        logits: 'none',
        taps: {
          heads: (expectedArray(golden, 'layers') as number[]).map((layer) => ({ layer, heads: 'all' })),
          rows: [prompt.length - 1, length],
          keys: [0, length],
        },
      });
      close(joined(forced.taps), 'attention');
    } finally {
      await model.dispose();
    }
  });
}
