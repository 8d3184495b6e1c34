import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadModel } from '../../src-main/runtime/index.ts';
import { goldenCases, REGENERATE } from '../support/demo-goldens.ts';
import {
  allTaps,
  argmax,
  feedPrompt,
  goldenErrors,
  joined,
  openDemo,
  pixelsOf,
  promptParts,
} from '../support/golden-model.ts';
import { assertClose } from '../support/numbers.ts';

const TOLERANCE = 1e-4;

const checkpoint = await openDemo();
const model = await loadModel(checkpoint, { device: 'cpu' });
test.after(() => model.dispose());

for (const golden of goldenCases()) {
  test(`${golden.question_id}: features, logits, attention, hidden states and RPN are PyTorch's within ${TOLERANCE}`, async () => {
    const errors = await goldenErrors(model, golden, await pixelsOf(checkpoint, golden));
    for (const [what, error] of Object.entries(errors)) {
      assert.ok(error <= TOLERANCE, `${what} differ by ${error}; ${REGENERATE}`);
    }
  });

  test(`${golden.question_id}: the greedy answer is PyTorch's, token by token with the cache`, async () => {
    const { cache, result } = await feedPrompt(model, golden, await pixelsOf(checkpoint, golden));
    const ids: number[] = [];
    let logits = result.logits;
    while (logits && ids.length < golden.answer_ids.length) {
      ids.push(argmax(logits));
      ({ logits } = await model.forward(cache, { parts: [{ tokens: ids.slice(-1) }] }));
    }
    assert.deepEqual(ids, golden.answer_ids, REGENERATE);
  });

  const rows = golden.attention_answer_rows;
  if (rows === undefined || rows.shape[2] === 0) continue;
  const [layers = 0, , count = 0, keys = 0] = rows.shape;

  test(`${golden.question_id}: answer rows are PyTorch's, teacher-forced in one feed and fed back one by one`, async () => {
    const features = await model.encodeImage(await pixelsOf(checkpoint, golden));
    const prompt = promptParts(golden, features, model.profile.hiddenSize);
    const start = golden.last_prompt_position + 1;
    const answer = golden.answer_ids.slice(0, count);
    assert.equal(start + count, keys);

    const forced = await model.forward(model.newCache(), {
      parts: [...prompt, { tokens: answer }],
      taps: allTaps(layers, [start, start + count], [0, keys]),
      layers,
    });
    assert.equal(forced.logits, null);
    assertClose(joined(forced.taps), rows.data, TOLERANCE, 'teacher-forced rows');

    const cache = model.newCache();
    await model.forward(cache, { parts: prompt, logits: 'none' });
    for (const [i, token] of answer.entries()) {
      const step = await model.forward(cache, {
        parts: [{ tokens: [token] }],
        taps: allTaps(layers, [0, 1], [0, start + i + 1]),
      });
      for (const { layer, heads, data } of step.taps) {
        for (const head of heads) {
          const at = ((layer * heads.length + head) * count + i) * keys;
          const own = data.subarray(head * (start + i + 1), (head + 1) * (start + i + 1));
          assertClose(
            own,
            rows.data.subarray(at, at + own.length),
            TOLERANCE,
            `row ${i} of layer ${layer} head ${head}`,
          );
        }
      }
    }
  });
}
