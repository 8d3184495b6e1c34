import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openModel } from '../../../src-main/checkpoint/open.ts';
import type { LabelOutcome, LabelRequest } from '../../../src-main/engine/protocol.ts';
import { analyseSample } from '../../../src-main/pipeline/analyse.ts';
import { InFlight } from '../../../src-main/pipeline/in-flight.ts';
import { promptFor } from '../../../src-main/pipeline/subject/prompted.ts';
import { NativeView } from '../../../src-main/pipeline/passes/native.ts';
import type { ForwardRequest, VisionLanguageModel } from '../../../src-main/pipeline/ports.ts';
import { SharedPrefix } from '../../../src-main/pipeline/subject/shared-prefix.ts';
import { Stopwatch } from '../../../src-main/pipeline/subject/stopwatch.ts';
import { encodeImageFile } from '../../../src-main/pipeline/subject/subject.ts';
import { loadModel } from '../../../src-main/runtime/index.ts';
import { presetSchema } from '../../../src-shared/contract/preset.ts';
import { decodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { oracleCases, relativeDifference } from '../../support/oracle.ts';

/** Maps are stored as float16; a cached prefix sums in another order. */
const TOLERANCE = 2e-3;
const QUESTIONS = ['Which?', 'What is the code on the red tag?', 'Is it 7?', 'Which?'];

/** Counts how often features of a picture are fed: each time a prefix is computed. */
function counting(model: VisionLanguageModel): { model: VisionLanguageModel; pictures: () => number } {
  let count = 0;
  const spy = {
    ...model,
    profile: model.profile,
    pixelCount: model.pixelCount.bind(model),
    encodeImage: model.encodeImage.bind(model),
    newCache: model.newCache.bind(model),
    steps: model.steps.bind(model),
    rpn: model.rpn.bind(model),
    dispose: model.dispose.bind(model),
    forward: (cache: Parameters<typeof model.forward>[0], request: ForwardRequest) => {
      count += request.parts.filter((part) => 'features' in part).length;
      return model.forward(cache, request);
    },
  } satisfies VisionLanguageModel;
  return { model: spy, pictures: () => count };
}

const [llava] = (await oracleCases('llava')).filter(({ name }) => name === 'llava-original-twig');
const [qwen] = (await oracleCases('qwen2_5_vl')).filter(({ name }) => name === 'qwen2_5-vl-windows');
assert.ok(llava && qwen);

for (const golden of [llava, qwen]) {
  const checkpoint = await openModel(golden.dir);
  const loaded = await loadModel(checkpoint, { device: 'cpu' });
  test.after(() => loaded.dispose());
  const variant = golden.family === 'llava' ? 'llava' : 'qwen';
  const preset = presetSchema.parse({
    id: 'tiny',
    name: 'Tiny',
    family: golden.family,
    grounding: [{ layer: 2, heads: [0, 2] }],
    sink: [{ layer: 1, heads: [1] }],
    rows: 'answer',
    labels: { variant, sinkThresh: 0.9, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 1 },
    roi: { variant, form: 'mask', threshold: 0.2 },
    rpn: null,
    ...(variant === 'qwen' ? { teacher: { squareTokens: 16, prompt: 'textual' } } : {}),
    maxNewTokens: 8,
  });
  const squareTokens = variant === 'qwen' ? 16 : null;

  const same = (a: LabelOutcome, b: LabelOutcome): void => {
    assert.deepEqual(a.answerTokens, b.answerTokens);
    assert.equal(a.secondStage?.answer, b.secondStage?.answer);
    assert.deepEqual(a.secondStage?.crop, b.secondStage?.crop);
    for (const name of ['grounding', 'sink', 'question', 'rpn'] as const) {
      const [left, right] = [a.maps[name], b.maps[name]];
      assert.ok(left && right, name);
      const difference = relativeDifference(decodeFloat16(left.bits), decodeFloat16(right.bits));
      assert.ok(difference <= TOLERANCE, `${name} differs by ${difference}`);
    }
  };

  for (const answerMode of ['self', 'teacher'] as const) {
    for (const secondStage of [false, true]) {
      test(`${golden.name}, ${answerMode}, ${secondStage ? 'with' : 'without'} crop: questions that share a prefix are answered as if alone`, async () => {
        const { model, pictures } = counting(loaded);
        const subject = { checkpoint, model };
        const encoded = await encodeImageFile(subject, golden.image, new Stopwatch(), squareTokens);
        const shared = new SharedPrefix();
        const native = new NativeView();
        let crops = 0;
        for (const question of QUESTIONS) {
          const request: Omit<LabelRequest, 'model'> = {
            preset,
            imagePath: golden.image,
            question,
            answerMode,
            answer: answerMode === 'teacher' ? (question === 'Which?' ? 'a tag' : 'it') : null,
            want: { questionMap: true, rpn: true, secondStage, allHeadsOf: [] },
          };
          const outcome = await analyseSample(subject, request, { encoded, shared, native });
          same(outcome, await analyseSample({ checkpoint, model: loaded }, request, { encoded }));
          if (outcome.secondStage?.crop) crops++;
        }
        // Once in each view; a second stage goes on from what the RPN's forward pass left.
        if (variant === 'qwen') assert.equal(pictures(), 2 + crops, 'a view was prefilled more than once');
        else if (!secondStage) assert.equal(pictures(), 1, 'the picture was prefilled more than once');
        shared.dispose();
        native.dispose();
      });
    }
  }

  test(`${golden.name}: questions in flight at once wait for the prefix, take copies of it, and are answered as if alone`, async () => {
    const { model, pictures } = counting(loaded);
    const encoded = await encodeImageFile({ checkpoint, model }, golden.image, new Stopwatch(), squareTokens);
    const [shared, native] = [new SharedPrefix(), new NativeView()];
    const samples = new InFlight(model);
    const request = (question: string): Omit<LabelRequest, 'model'> => ({
      preset,
      imagePath: golden.image,
      question,
      answerMode: 'self',
      answer: null,
      want: { questionMap: true, rpn: true, secondStage: false, allHeadsOf: [] },
    });
    const outcomes = await Promise.all(
      QUESTIONS.map(async (question) => {
        const member = samples.join();
        const subject = { checkpoint, model: member.model };
        try {
          return await analyseSample(subject, request(question), { encoded, shared, native });
        } finally {
          member.leave();
        }
      }),
    );
    assert.equal(pictures(), variant === 'qwen' ? 2 : 1, 'a view was prefilled more than once');
    for (const [i, question] of QUESTIONS.entries()) {
      const subject = { checkpoint, model: loaded };
      same(outcomes[i] as LabelOutcome, await analyseSample(subject, request(question), { encoded }));
    }
    shared.dispose();
    native.dispose();
  });

  test(`${golden.name}: when the one that fills the prefix is cancelled, another does`, async () => {
    const { model } = counting(loaded);
    const encoded = await encodeImageFile({ checkpoint, model }, golden.image, new Stopwatch(), squareTokens);
    const shared = new SharedPrefix();
    const prompt = promptFor({ checkpoint, model }, 'Which?', encoded.placement.grid);
    const depth = { layers: model.profile.layers, hiddenOf: null };
    const first = await shared.start({ checkpoint, model }, prompt, depth);
    const second = shared.start({ checkpoint, model }, prompt, depth);
    first.end();
    const lease = await second;
    assert.equal(lease.cache.length, 0);
    assert.ok(lease.filled, 'it is the one to fill it');
    lease.end();
    shared.dispose();
  });

  test(`${golden.name}: a deeper run computes the prefix anew, a shallower one takes it up`, async () => {
    const { model, pictures } = counting(loaded);
    const subject = { checkpoint, model };
    const encoded = await encodeImageFile(subject, golden.image, new Stopwatch(), squareTokens);
    const shared = new SharedPrefix();
    const native = new NativeView();
    const ask = (answerMode: 'self' | 'teacher', rpn: boolean) =>
      analyseSample(
        subject,
        {
          preset,
          imagePath: golden.image,
          question: 'Which?',
          answerMode,
          answer: 'one',
          want: { questionMap: false, rpn, secondStage: false, allHeadsOf: [] },
        },
        { encoded, shared, native },
      );
    const counts: number[] = [];
    for (const [mode, rpn] of [
      ['teacher', false],
      ['teacher', true],
      ['self', true],
      ['teacher', false],
    ] as const) {
      await ask(mode, rpn);
      counts.push(pictures());
    }
    // Where the RPN is asked about another view, that view's prefix is the second, and serves the third.
    assert.deepEqual(counts, [1, 2, 3, 3]);
    shared.dispose();
    native.dispose();
    // After disposal it begins anew.
    await ask('self', false);
    assert.equal(pictures(), 4);
  });
}
