/** Methods that an evaluation compares, on the demo model: each is the pipeline's own second look at another place. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { methodSchema } from '../../src-shared/contract/evaluation.ts';
import type { Method } from '../../src-shared/contract/evaluation.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import type { TryQuestion } from '../../src-main/engine/protocol.ts';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { reanswer } from '../../src-main/pipeline/reanswer.ts';
import { lookAgain } from '../../src-main/pipeline/look.ts';
import { tryMethod } from '../../src-main/pipeline/try-method.ts';
import { openQwen } from '../../src-main/checkpoint/qwen/open.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { presetSchema } from '../../src-shared/contract/preset.ts';
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';
import { oracleCases } from '../support/oracle.ts';
import { demoGolden } from '../support/demo.ts';
import { demoRequest, loadDemo } from '../support/demo-subject.ts';

const subject = await loadDemo();
after(() => subject.model.dispose());
const questions = demoGolden<{ image: string; text: string }[]>('greedy_100.json').slice(0, 2);
const QWEN = presetSchema.parse({
  id: 'tiny-qwen',
  name: 'Tiny Qwen',
  family: 'qwen2_5_vl',
  grounding: [{ layer: 3, heads: [0, 2] }],
  sink: null,
  rows: 'answer',
  labels: { variant: 'qwen', sinkThresh: 0.9, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 1 },
  roi: { variant: 'qwen', form: 'mask', threshold: 0.5 },
  rpn: null,
  maxNewTokens: 4,
});
const BOX = [10, 20, 90, 70] as const;

function tried(question: (typeof questions)[number], method: Method, more: Partial<TryQuestion> = {}) {
  const { preset, imagePath, question: text } = demoRequest(question);
  return tryMethod(subject, { preset, imagePath, question: text, method, ...more });
}

test('crops of maps are those of a prediction, with the answer of its second look', async () => {
  for (const question of questions) {
    const want = { questionMap: false, rpn: true, secondStage: true, allHeadsOf: [] };
    const first = await analyseSample(subject, demoRequest(question, { want }));
    const rpn = await tried(question, 'rpn');
    assert.deepEqual(rpn.crops, first.boxes.rpn);
    assert.deepEqual(
      [rpn.answer, rpn.skipped, rpn.imageSize],
      [first.secondStage?.answer, first.secondStage?.skipped, first.imageSize],
    );
    assert.deepEqual(rpn.map, first.maps.rpn);
    for (const [method, map, boxes] of [
      ['raw', first.maps.grounding, first.boxes.raw],
      ['denoised', first.maps.denoised, first.boxes.denoised],
    ] as const) {
      const outcome = await tried(question, method);
      assert.deepEqual([outcome.map, outcome.crops], [map, boxes]);
      const box = boxes[0];
      if (!box) assert.equal(outcome.answer, first.answer);
    }
    // How sure the model is of its answer is that of feeding the answer's tokens.
    const alone = await tried(question, 'alone');
    const { imagePath, preset } = demoRequest(question);
    const said = await reanswer(subject, {
      preset,
      imagePath,
      question: question.text,
      edit: null,
      score: [...first.answerTokens],
      generate: false,
    });
    const probabilities = said.logProbs.map(Math.exp);
    const logs = said.logProbs.reduce((sum, one) => sum + one, 0) / said.logProbs.length;
    assert.ok(Math.abs(alone.needs.weakest! - (1 - Math.min(...probabilities))) < 1e-4);
    assert.ok(Math.abs(alone.needs.sure! - (1 - Math.exp(logs))) < 1e-4);
    assert.deepEqual([alone.needs.peak, alone.needs.trained], [null, null]);
    // The RPN's peak is what its threshold is compared with: above it there is no box.
    const { roi } = preset;
    const just = (threshold: number) => ({ preset: { ...preset, roi: { ...roi, threshold } } });
    assert.equal((await tried(question, 'rpn', just(rpn.needs.peak!))).skipped, 'no_box');
    assert.deepEqual([rpn.needs.sure, rpn.needs.weakest], [null, null]);
    assert.deepEqual([alone.answer, alone.crops, alone.map], [first.answer, [], null]);
    assert.deepEqual([alone.visualTokens, alone.encodedTokens], [256, 256]);
  }
});

test('ViCrop’s variants that need gradients are refused by name, what nobody has plainly', () => {
  const said = (name: string) => methodSchema.safeParse(name).error?.issues[0]?.message ?? '';
  assert.match(said('grad_att'), /^grad_att needs gradients/);
  assert.match(said('pure_grad_high'), /^pure_grad_high needs gradients/);
  assert.match(said('rel_att_high'), /in blocks; vicrop is/);
  assert.match(said('looking'), /^Invalid option/);
  assert.equal(methodSchema.parse('vicrop'), 'vicrop');
});

test('a known box is the second look at a drawn one; none, or one beside the picture, is refused', async () => {
  const [question] = questions as [(typeof questions)[number]];
  const look = await lookAgain(subject, { ...demoRequest(question), answer: '', at: { box: BOX } });
  for (const method of ['truth', 'proposal'] as const) {
    const outcome = await tried(question, method, { boxes: [BOX] });
    assert.equal(outcome.answer, look.secondStage.answer);
    assert.deepEqual(outcome.crops, [BOX]);
    assert.deepEqual([outcome.visualTokens, outcome.encodedTokens], [512, 512]);
    await assert.rejects(tried(question, method), { code: 'bad_input' });
    await assert.rejects(tried(question, method, { boxes: [[0, 0, 9000, 10]] }), { code: 'bad_input' });
  }
});

test('ViCrop looks at its window, relative attention by the preset’s rule; the layer is the preset’s deepest unless it is said', async () => {
  const [question] = questions as [(typeof questions)[number]];
  const vicrop = await tried(question, 'vicrop');
  const relative = await tried(question, 'relative');
  assert.deepEqual([vicrop.layer, relative.layer], [4, 4]);
  assert.deepEqual(vicrop.map, relative.map);
  assert.equal(vicrop.crops.length, 1);
  const [x0, y0, x1, y1] = vicrop.crops[0]!;
  const [width, height] = vicrop.imageSize;
  assert.ok(x0 >= 0 && y0 >= 0 && x1 <= width && y1 <= height && x1 - x0 >= 220);
  const look = await lookAgain(subject, {
    ...demoRequest(question),
    answer: '',
    at: { box: vicrop.crops[0]! },
  });
  assert.equal(vicrop.answer, look.secondStage.answer);
  // A ratio: about 1 where the question changes nothing, 0 beside the picture.
  const values = [...decodeFloat16(vicrop.map!.bits)];
  assert.ok(values.every((value) => value >= 0) && Math.max(...values) > 1);
  const other = await tried(question, 'relative', { layer: 1 });
  assert.equal(other.layer, 1);
  assert.notDeepEqual(other.map, relative.map);
  await assert.rejects(tried(question, 'vicrop', { layer: 6 }), { code: 'bad_input' });
});

test('the whole picture in another way: two scales and a warp by attention are answered, more tokens are refused by name', async () => {
  const [question] = questions as [(typeof questions)[number]];
  const s2 = await tried(question, 's2');
  assert.deepEqual([s2.variant, s2.crops, s2.map], ['mean of two scales', [], null]);
  // One base square and four of the larger picture; the language model is fed as many as ever.
  assert.deepEqual([s2.encodedTokens, s2.visualTokens], [5 * 256, 256]);
  const warp = await tried(question, 'warp');
  assert.deepEqual([warp.layer, warp.crops, warp.map?.grid], [4, [], [16, 16]]);
  const shares = decodeFloat16(warp.map!.bits).reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(shares - 1) < 0.01, String(shares));
  await assert.rejects(tried(question, 'scaled'), { code: 'unsupported_model', message: /^scaled: / });
  await assert.rejects(tried(question, 'alone', { tokens: 64 }), {
    code: 'unsupported_model',
    message: /^a budget of visual tokens: the encoder takes \d+ × \d+ pixels only/,
  });
});

test('controls are as large as a given box, the RPN’s, or a stated part; chance follows from the seed', async () => {
  const [question] = questions as [(typeof questions)[number]];
  const sizeOf = ([box]: readonly SourceXyxy[]) => box && [box[2] - box[0], box[3] - box[1]];
  const centre = await tried(question, 'centre', { boxes: [BOX] });
  const [width, height] = centre.imageSize;
  assert.deepEqual(sizeOf(centre.crops), [80, 50]);
  assert.deepEqual(centre.crops[0]?.slice(0, 2), [
    Math.floor((width - 79) / 2),
    Math.floor((height - 49) / 2),
  ]);
  const rpn = await tried(question, 'rpn');
  assert.deepEqual(sizeOf((await tried(question, 'centre')).crops), sizeOf(rpn.crops));
  const half = await tried(question, 'random', { share: 0.25, seed: 5 });
  assert.deepEqual(sizeOf(half.crops), [Math.round(width / 2), Math.round(height / 2)]);
  assert.deepEqual((await tried(question, 'random', { share: 0.25, seed: 5 })).crops, half.crops);
  assert.notDeepEqual((await tried(question, 'random', { share: 0.25, seed: 6 })).crops, half.crops);
});

test('one region packed is that crop; of several all are shown; the residual knows no question', async () => {
  const [question, other] = questions as [(typeof questions)[number], (typeof questions)[number]];
  const truth = await tried(question, 'truth', { boxes: [BOX] });
  const one = await tried(question, 'packed', { boxes: [BOX] });
  assert.deepEqual([one.answer, one.crops], [truth.answer, [BOX]]);
  const boxes = [BOX, [100, 100, 140, 120]] as const;
  const two = await tried(question, 'packed', { boxes });
  assert.deepEqual([two.crops, two.visualTokens], [boxes, 512]);
  const found = await tried(question, 'packed');
  assert.ok(found.crops.length > 0 && found.map !== null);
  const saliency = await tried(question, 'saliency');
  const again = await tried({ ...question, text: other.text }, 'saliency');
  assert.deepEqual([saliency.map, saliency.crops], [again.map, again.crops]);
  assert.equal(Math.max(...decodeFloat16(saliency.map!.bits)), 1);
});

test('Qwen-shaped: the same methods on the picture’s own grid; more tokens are given, two scales refused by name', async (t) => {
  const [golden] = await oracleCases('qwen2_5_vl');
  const checkpoint = await openQwen(golden!.dir);
  const model = await loadModel(checkpoint, { device: 'cpu' });
  t.after(() => model.dispose());
  const ask = (method: Method, more: Partial<TryQuestion> = {}) =>
    tryMethod(
      { checkpoint, model },
      { preset: QWEN, imagePath: golden!.image, question: 'what is it?', method, ...more },
    );
  const alone = await ask('alone');
  for (const method of ['relative', 'vicrop', 'saliency', 'warp', 'raw'] as const) {
    const { map, answer } = await ask(method);
    assert.ok(map && map.bits.length === map.grid[0] * map.grid[1], method);
    assert.equal(typeof answer, 'string');
  }
  const vicrop = await ask('vicrop');
  assert.equal(vicrop.layer, 3);
  assert.ok(vicrop.visualTokens > alone.visualTokens);
  const scaled = await ask('scaled', { times: 2 });
  assert.ok(
    Math.abs(scaled.visualTokens - 2 * alone.visualTokens) <= alone.visualTokens / 2,
    scaled.variant!,
  );
  assert.match(scaled.variant!, /^\d+ visual tokens in place of \d+$/);
  await assert.rejects(ask('s2'), { code: 'unsupported_model', message: /^s2: / });
  // A budget holds for the picture and for its crop, by any method.
  const few = Math.floor(alone.visualTokens / 2);
  const small = await ask('alone', { tokens: few });
  assert.ok(small.visualTokens <= few && small.visualTokens >= few / 2, `${small.visualTokens} of ${few}`);
  const [width, height] = alone.imageSize;
  const cropped = await ask('truth', { tokens: few, boxes: [[0, 0, width, height]] });
  assert.equal(cropped.encodedTokens, 2 * small.encodedTokens);
  const raw = await ask('raw', { tokens: few });
  assert.equal(raw.map!.bits.length, small.visualTokens);
});
