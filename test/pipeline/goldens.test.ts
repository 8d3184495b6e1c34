/**
 * The pipeline against the recipe's own PyTorch forward: greedy answers, maps, RPN logits, second stage.
 * Goldens: test/golden/demo; models/demo/recipe/golden.py regenerates them.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { generateAnswer } from '../../src-main/pipeline/passes/first-stage.ts';
import { planTaps } from '../../src-main/pipeline/passes/plan.ts';
import { promptFor, promptParts } from '../../src-main/pipeline/subject/prompted.ts';
import { predictRpn } from '../../src-main/pipeline/passes/rpn.ts';
import { answerWithCrops } from '../../src-main/pipeline/passes/second-stage.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { encodeImageFile } from '../../src-main/pipeline/subject/subject.ts';
import type { EncodedImage } from '../../src-main/pipeline/subject/subject.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';
import { DEMO_PROJECT_SCENES, demoGolden } from '../support/demo.ts';
import { demoPreset, demoRequest, loadDemo } from '../support/demo-subject.ts';

interface Question {
  question_id: string;
  image: string;
  text: string;
  answer: string;
  answer_ids: number[];
}
type Case = Question & {
  rpn_logits: number[];
  grounding_map_float16?: number[];
  visual_positions: [number, number];
};
type Crop = Question & { box_xyxy: SourceXyxy; prompt_length: number; logits_last_prompt: number[] };

const subject = await loadDemo();
after(() => subject.model.dispose());
const cases = demoGolden<Case[]>('cases.json');
const crops = demoGolden<Crop[]>('second_stage.json');
const TOLERANCE = 1e-4;

function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  return Array.from(a).reduce((worst, v, i) => Math.max(worst, Math.abs(v - b[i])), 0);
}

test('greedy answers equal the recipe’s on 100 questions', async () => {
  const questions = demoGolden<Question[]>('greedy_100.json');
  assert.equal(questions.length, 100);
  const stage = {
    plan: planTaps(subject.model.profile, demoPreset, []),
    maxNewTokens: demoPreset.maxNewTokens,
  };
  let last: { image: string; encoded: EncodedImage } | undefined;
  for (const { image, text, answer_ids } of questions) {
    const watch = new Stopwatch();
    if (last?.image !== image) {
      last = { image, encoded: await encodeImageFile(subject, join(DEMO_PROJECT_SCENES, image), watch) };
    }
    const request = { ...stage, hiddenOf: null, promptRows: 'none' as const, answerRows: false };
    const cache = subject.model.newCache();
    const { tokens } = await generateAnswer(
      subject,
      last.encoded,
      promptFor(subject, text),
      { cache, hidden: null },
      request,
      watch,
    );
    assert.deepEqual(tokens, answer_ids, `${image}: ${text}`);
  }
});

test('RPN logits of one forward pass cut at layer K, and of the generation prefill, equal the recipe’s', async () => {
  for (const golden of cases) {
    const prompt = promptFor(subject, golden.text);
    assert.deepEqual(prompt.visual, golden.visual_positions);
    const watch = new Stopwatch();
    const encoded = await encodeImageFile(subject, join(DEMO_PROJECT_SCENES, golden.image), watch);
    const alone = await predictRpn(subject, encoded, prompt, watch);
    assert.ok(maxDifference(alone, golden.rpn_logits) < TOLERANCE);
    const want = { questionMap: false, rpn: true, secondStage: false, allHeadsOf: [] };
    const { maps } = await analyseSample(subject, demoRequest(golden, { want }), { encoded });
    assert.ok(maps.rpn);
    const scale = Math.max(...golden.rpn_logits.map(Math.abs));
    assert.ok(maxDifference(decodeFloat16(maps.rpn.bits), golden.rpn_logits) < TOLERANCE + scale * 2 ** -10);
  }
});

test('grounding maps equal the recipe’s, up to one float16 step', async () => {
  for (const golden of cases) {
    assert.ok(golden.grounding_map_float16);
    // The recipe also feeds the last token of an answer that reached the limit; one token more does the same here.
    const capped = golden.answer_ids.length >= demoPreset.maxNewTokens;
    const preset = { ...demoPreset, maxNewTokens: demoPreset.maxNewTokens + (capped ? 1 : 0) };
    const { maps } = await analyseSample(subject, demoRequest(golden, { preset }));
    assert.ok(maps.grounding);
    const top = Math.max(...golden.grounding_map_float16);
    assert.ok(
      maxDifference(decodeFloat16(maps.grounding.bits), golden.grounding_map_float16) <= top * 2 ** -10,
    );
  }
});

test('the second stage equals the recipe’s, with the prefix reused and without', async () => {
  const stage = {
    plan: planTaps(subject.model.profile, demoPreset, []),
    maxNewTokens: demoPreset.maxNewTokens,
  };
  for (const golden of crops) {
    const watch = new Stopwatch();
    const encoded = await encodeImageFile(subject, join(DEMO_PROJECT_SCENES, golden.image), watch);
    const prompt = promptFor(subject, golden.text);
    const crop = [{ box: golden.box_xyxy, keep: null }];
    const reused = subject.model.newCache();
    const request = { ...stage, hiddenOf: null, promptRows: 'none' as const, answerRows: false };
    await generateAnswer(subject, encoded, prompt, { cache: reused, hidden: null }, request, watch);
    const results = [];
    for (const cache of [reused, subject.model.newCache()]) {
      const second = await answerWithCrops(subject, encoded, prompt, crop, cache, demoPreset, watch);
      assert.equal(cache.length, golden.prompt_length + second.tokens.length - 1);
      assert.deepEqual(second.tokens, golden.answer_ids);
      assert.ok(maxDifference(second.logits, golden.logits_last_prompt) < TOLERANCE);
      results.push(second);
    }
    assert.ok(maxDifference(results[0].logits, results[1].logits) < 1e-5, 'prefix reuse changes nothing');
  }
});

test('cached decoding equals feeding everything again', async () => {
  const golden = cases[0];
  const watch = new Stopwatch();
  const encoded = await encodeImageFile(subject, join(DEMO_PROJECT_SCENES, golden.image), watch);
  const parts = promptParts(promptFor(subject, golden.text), encoded.features);
  for (let n = 0; n < golden.answer_ids.length; n++) {
    const fed = golden.answer_ids.slice(0, n);
    const { logits } = await subject.model.forward(subject.model.newCache(), {
      parts: [...parts, { tokens: fed }],
    });
    assert.ok(logits);
    assert.equal(logits.indexOf(Math.max(...logits)), golden.answer_ids[n]);
  }
});
