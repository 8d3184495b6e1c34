/** What the model answers without a region, and how likely it finds a given answer, against one uncached pass. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { decodeImage } from '../../src-main/checkpoint/image/decode.ts';
import type { PictureEdit, ReanswerRequest } from '../../src-main/engine/protocol.ts';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { logProbOf } from '../../src-main/pipeline/passes/log-prob.ts';
import { applyEdit, fillOf } from '../../src-main/pipeline/subject/picture-edit.ts';
import { promptFor, promptParts } from '../../src-main/pipeline/subject/prompted.ts';
import { reanswer } from '../../src-main/pipeline/reanswer.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { encodeImage } from '../../src-main/pipeline/subject/subject.ts';
import { viewOf } from '../../src-main/pipeline/subject/view.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { presetSchema } from '../../src-shared/contract/preset.ts';
import { oracleCases } from '../support/oracle.ts';

/** Nats per token: fp32 sums in another order. */
const TOLERANCE = 1e-3;
const QUESTION = 'What is the code on the red tag?';

test('the log-probability of a token is that of a softmax, also where exponentials overflow', () => {
  const logits = Float32Array.of(1000, 1001, 999);
  const total = Math.exp(-1) + 1 + Math.exp(-2);
  assert.ok(Math.abs(logProbOf(logits, 0) - Math.log(Math.exp(-1) / total)) < 1e-12);
  assert.ok(Number.isNaN(logProbOf(logits, 3)));
});

const [llava] = (await oracleCases('llava')).filter(({ name }) => name === 'llava-original-twig');
const [cropped] = (await oracleCases('llava')).filter(({ name }) => name === 'llava-hf-twig');
const [qwen] = (await oracleCases('qwen2_5_vl')).filter(({ name }) => name === 'qwen2_5-vl-windows');
assert.ok(llava && cropped && qwen);

for (const [golden, square] of [
  [llava, null],
  [cropped, null],
  [qwen, null],
  [qwen, 16],
] as const) {
  const name = square ? `${golden.name}, teacher's view` : golden.name;
  const checkpoint = await openModel(golden.dir);
  const model = await loadModel(checkpoint, { device: 'cpu' });
  test.after(() => model.dispose());
  const subject = { checkpoint, model };
  const variant = golden.family === 'llava' ? 'llava' : 'qwen';
  const preset = presetSchema.parse({
    id: 'tiny',
    name: 'Tiny',
    family: golden.family,
    grounding: [{ layer: 1, heads: [0] }],
    sink: null,
    rows: 'answer',
    labels: { variant, sinkThresh: 1, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 1 },
    roi: { variant, form: 'mask', threshold: 0.2 },
    rpn: null,
    ...(square ? { teacher: { squareTokens: square, prompt: 'textual' } } : {}),
    maxNewTokens: 18,
  });
  const view = viewOf(model.profile, preset);
  const [width, height] = golden.image_size;
  const box = [1, 2, Math.ceil(width / 2), Math.ceil(height / 2)] as const;
  const ask = (edit: PictureEdit | null, score: readonly number[] = []) => {
    const request: Omit<ReanswerRequest, 'model'> = {
      preset,
      imagePath: golden.image,
      question: QUESTION,
      edit,
      score,
    };
    return reanswer(subject, request);
  };

  test(`${name}: the untouched picture is answered as labelling answers it`, async () => {
    const outcome = await analyseSample(subject, {
      preset,
      imagePath: golden.image,
      question: QUESTION,
      answerMode: 'self',
      answer: null,
      want: { questionMap: false, rpn: false, secondStage: false, allHeadsOf: [] },
    });
    const again = await ask(null);
    assert.deepEqual(again.answerTokens, outcome.answerTokens);
    assert.equal(again.answer, outcome.answer);
    assert.deepEqual(again.logProbs, []);
  });

  test(`${name}: log-probabilities are those of one uncached pass over the edited picture`, async () => {
    const { answerTokens: score } = await ask(null);
    assert.ok(score.length > 17, 'more than one feed of scored tokens');
    for (const edit of [null, { kind: 'hide', box }, { kind: 'keep', box }] as const) {
      const { logProbs } = await ask(edit, score);
      const image = await decodeImage(golden.image);
      const seen = edit ? applyEdit(image, edit, fillOf(subject, view)) : image;
      const { features, placement } = await encodeImage(subject, seen, new Stopwatch(), view.squareTokens);
      const prompt = promptFor(subject, QUESTION, placement.grid, view.prompt);
      const cache = model.newCache();
      const parts = [...promptParts(prompt, features), { tokens: score }];
      const { logits } = await model.forward(cache, { parts, logits: 'all' });
      cache.dispose();
      assert.ok(logits);
      const width = logits.length / (prompt.length + score.length);
      score.forEach((token, i) => {
        const at = (prompt.length - 1 + i) * width;
        const expected = logProbOf(logits.subarray(at, at + width), token);
        const difference = Math.abs(expected - (logProbs[i] as number));
        assert.ok(difference <= TOLERANCE, `${edit?.kind ?? 'whole'}: token ${i} differs by ${difference}`);
      });
    }
  });

  test(`${name}: scored only, nothing is generated and the likelihoods are the same`, async () => {
    const { answerTokens: score } = await ask(null);
    const edit = { kind: 'hide', box } as const;
    const request = { preset, imagePath: golden.image, question: QUESTION, edit, score };
    const scored = await reanswer(subject, { ...request, generate: false });
    assert.deepEqual([scored.answer, scored.answerTokens], ['', []]);
    assert.deepEqual(scored.logProbs, (await ask(edit, score)).logProbs);
  });

  test(`${name}: a region is filled with the colour of no picture, and nothing else changes`, async () => {
    const image = await decodeImage(golden.image);
    const { colour, source } = fillOf(subject, view);
    const padded = checkpoint.preprocessor.geometry === 'pad';
    assert.equal(source, square ? 'square' : padded ? 'padding' : 'mean');
    const mean = checkpoint.preprocessor.mean.map((value) => Math.trunc(value * 255));
    assert.deepEqual(colour, square ? [127, 127, 127] : mean);
    assert.deepEqual((await ask({ kind: 'hide', box })).fill, { colour, source });
    const before = new Uint8Array(image.data);
    const hidden = applyEdit(image, { kind: 'hide', box }, { colour, source });
    const kept = applyEdit(image, { kind: 'keep', box }, { colour, source });
    assert.deepEqual(new Uint8Array(image.data), before, 'the picture itself stays');
    const inside = (i: number) => {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      return x >= box[0] && x < box[2] && y >= box[1] && y < box[3];
    };
    const filled = (i: number): number => colour[i % 3] as number;
    assert.deepEqual(
      hidden.data,
      Uint8Array.from(before, (v, i) => (inside(i) ? filled(i) : v)),
    );
    assert.deepEqual(
      kept.data,
      Uint8Array.from(before, (v, i) => (inside(i) ? v : filled(i))),
    );
  });

  test(`${name}: a box outside of the picture is refused`, async () => {
    for (const wrong of [
      [0, 0, width + 1, height],
      [3, 3, 3, 5],
      [0.5, 0, 4, 4],
    ] as const) {
      await assert.rejects(ask({ kind: 'hide', box: wrong }), { code: 'bad_input' });
    }
  });
}
