/**
 * hidden_states[K] as they are kept: of the picture as it is, the same numbers whether they were left by a label or computed
 * by themselves, before or after other questions; and what an RPN says of them alone.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFolders } from '../../src-main/checkpoint/open.ts';
import type { AnswerMode, LabelRequest } from '../../src-main/engine/protocol.ts';
import { decodeFeatures } from '../../src-main/features/codec.ts';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { featuresOf } from '../../src-main/pipeline/features.ts';
import { NativeView } from '../../src-main/pipeline/passes/native.ts';
import { prefillHidden } from '../../src-main/pipeline/passes/rpn.ts';
import type { VisionLanguageModel } from '../../src-main/pipeline/ports.ts';
import { predictFrom } from '../../src-main/pipeline/predict.ts';
import { promptFor } from '../../src-main/pipeline/subject/prompted.ts';
import { SharedPrefix } from '../../src-main/pipeline/subject/shared-prefix.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { encodeImageFile } from '../../src-main/pipeline/subject/subject.ts';
import { loadBranch, loadModel } from '../../src-main/runtime/index.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { presetSchema } from '../../src-shared/contract/preset.ts';
import { DEMO_CHECKPOINT, demoGolden } from '../support/demo.ts';
import { demoPreset, demoRequest } from '../support/demo-subject.ts';
import { oracleCases, relativeDifference } from '../support/oracle.ts';
import { splitRpn } from '../support/split-rpn.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const qwenPreset = presetSchema.parse({
  id: 'tiny-qwen',
  name: 'Tiny Qwen',
  family: 'qwen2_5_vl',
  grounding: [{ layer: 3, heads: [0, 2] }],
  sink: [{ layer: 1, heads: [1] }],
  rows: 'answer',
  labels: { variant: 'qwen', sinkThresh: 0.9, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 1 },
  roi: { variant: 'qwen', form: 'mask', threshold: 0 },
  rpn: null,
  teacher: { squareTokens: 16, prompt: 'natural' },
  maxNewTokens: 24,
});

interface Case {
  readonly name: string;
  readonly dir: string;
  readonly request: Omit<LabelRequest, 'model'>;
  readonly other: string;
}

const [first, , third] = demoGolden<{ image: string; text: string }[]>('greedy_100.json');
const [qwen] = await oracleCases('qwen2_5_vl');
const cases: readonly Case[] = [
  { name: 'the demo', dir: DEMO_CHECKPOINT, request: demoRequest(first!), other: third!.text },
  {
    name: 'a Qwen whose teacher sees another picture',
    dir: qwen!.dir,
    request: {
      ...demoRequest(first!),
      preset: qwenPreset,
      imagePath: qwen!.image,
      question: qwen!.teacher!.question,
    },
    other: 'What is it, then?',
  },
];

/** A model that counts the layers that tokens pass, each token's own. */
function counting(model: VisionLanguageModel): { model: VisionLanguageModel; passed: () => number } {
  let passed = 0;
  const own = Object.create(model, { profile: { value: model.profile } }) as VisionLanguageModel;
  const counted: VisionLanguageModel = Object.assign(own, {
    encodeImage: model.encodeImage.bind(model),
    rpn: model.rpn.bind(model),
    newCache: model.newCache.bind(model),
    forward: (...args: Parameters<VisionLanguageModel['forward']>) => {
      const [, { parts, layers = model.profile.layers }] = args;
      for (const part of parts) passed += layers * ('tokens' in part ? part.tokens.length : part.count);
      return model.forward(...args);
    },
  });
  return { model: counted, passed: () => passed };
}

for (const { name, dir, request, other } of cases) {
  const checkpoint = await openFolders({ dir });
  const model = await loadModel(checkpoint, { device: 'cpu', cpuThreads: 1 });
  test.after(() => model.dispose());
  const subject = { checkpoint, model };
  const layer = model.profile.rpn!.k;
  const want = { ...request.want, rpn: true, featuresOf: layer };
  const { preset, imagePath, question } = request;
  const alone = async (asked = question): Promise<Uint8Array> =>
    (await featuresOf(subject, { preset, imagePath, question: asked, layer })).features;
  const label = (answerMode: AnswerMode, changes: Partial<typeof request> = {}) => ({
    ...request,
    answerMode,
    answer: answerMode === 'teacher' ? 'a red tag, I think' : null,
    want,
    ...changes,
  });

  test(`${name}: features are hidden_states[K] of the picture as it is, within half a step`, async () => {
    const watch = new Stopwatch();
    const encoded = await encodeImageFile(subject, imagePath, watch, null, preset.picture);
    const prompt = promptFor(subject, question, encoded.placement.grid);
    const cache = model.newCache();
    const start = { cache, hidden: null };
    const depth = { layers: layer, hiddenOf: layer };
    const hidden = await prefillHidden(subject, encoded, prompt, start, depth, watch);
    const features = decodeFeatures(await alone());
    assert.deepEqual(
      [features.length, features.hiddenSize, features.visual, features.grid],
      [prompt.length, model.profile.hiddenSize, prompt.visual, prompt.grid],
    );
    assert.ok(relativeDifference(features.rows, hidden) < 1e-4);
    const { width, height } = encoded.image;
    assert.deepEqual(features.picture, { width, height, turned: 1 });
    cache.dispose();
  });

  test(`${name}: to the bit the same, kept while labelling or computed alone, whatever was asked before`, async () => {
    const expected = await alone();
    for (const answerMode of ['self', 'teacher'] as const) {
      const { features } = await analyseSample(subject, label(answerMode));
      assert.deepEqual(features, expected, `${answerMode}, alone`);
    }
    const encoded = await encodeImageFile(
      subject,
      imagePath,
      new Stopwatch(),
      preset.teacher?.squareTokens ?? null,
      preset.picture,
    );
    const [shared, native] = [new SharedPrefix(), new NativeView()];
    const after = async (answerMode: AnswerMode, asked: string, secondStage: boolean) => {
      const changes = { question: asked, want: { ...want, secondStage } };
      return (await analyseSample(subject, label(answerMode, changes), { encoded, shared, native })).features;
    };
    // A prefix that was fed with a question is not taken up.
    await analyseSample(
      subject,
      { ...label('self'), want: { ...want, featuresOf: undefined } },
      { encoded, shared, native },
    );
    assert.deepEqual(await after('teacher', other, false), await alone(other), 'another question first');
    assert.deepEqual(await after('self', question, true), expected, 'the prefix taken up');
    assert.deepEqual(await after('teacher', question, true), expected, 'after a second stage');
    shared.dispose();
    native.dispose();
  });

  test(`${name}: labels are the same with and without, and nothing below the branch runs twice`, async () => {
    for (const answerMode of ['self', 'teacher'] as const) {
      const { featuresOf: _, ...plain } = want;
      const [one, two] = [counting(model), counting(model)];
      const without = await analyseSample(
        { checkpoint, model: one.model },
        label(answerMode, { want: plain }),
      );
      const kept = await analyseSample({ checkpoint, model: two.model }, label(answerMode));
      assert.equal(without.features, undefined);
      assert.equal(kept.answer, without.answer);
      for (const map of ['grounding', 'rpn'] as const) {
        const [a, b] = [kept.maps[map], without.maps[map]].map((one) => one && decodeFloat16(one.bits));
        assert.ok(a && b && relativeDifference(a, b) < 2e-3, map);
      }
      assert.deepEqual(kept.labels, without.labels);
      // Prefix, question and answer are feeds of their own then; what each token passes is the same.
      assert.equal(two.passed(), one.passed());
    }
  });

  test(`${name}: the branch alone says of features what a label says, box for box`, async () => {
    const branch = loadBranch(checkpoint, 1);
    const { features, maps, boxes } = await analyseSample(subject, label('self'));
    const found = await predictFrom({ checkpoint, model: branch }, { preset, features: features! });
    await branch.dispose();
    assert.deepEqual([found.rpn.grid, found.rpn.transform], [maps.rpn!.grid, maps.rpn!.transform]);
    assert.ok(relativeDifference(decodeFloat16(found.rpn.bits), decodeFloat16(maps.rpn!.bits)) < 2e-3);
    assert.deepEqual(found.boxes, boxes.rpn);
  });

  test(`${name}: another layer than the branch's can be asked for alone, one that is not there cannot`, async () => {
    const { features } = await featuresOf(subject, { preset, imagePath, question, layer: layer + 1 });
    const [own, next] = [decodeFeatures(await alone()), decodeFeatures(features)];
    assert.deepEqual([next.length, next.visual, next.grid], [own.length, own.visual, own.grid]);
    assert.notDeepEqual(next.rows, own.rows);
    await assert.rejects(featuresOf(subject, { preset, imagePath, question, layer: 99 }), {
      code: 'bad_input',
    });
  });

  test(`${name}: a base without a branch gives the features of the layer it is asked for`, async (t) => {
    const { base } = await splitRpn(dir, temporaryDir(t));
    const bare = await openFolders({ dir: base });
    const own = await loadModel(bare, { device: 'cpu', cpuThreads: 1 });
    t.after(() => own.dispose());
    const expected = await alone();
    const { features } = await analyseSample({ checkpoint: bare, model: own }, label('self'));
    assert.deepEqual(features, expected);
    assert.throws(() => loadBranch(bare, 1), { code: 'bad_checkpoint' });
    const none = featuresOf({ checkpoint: bare, model: own }, { preset, imagePath, question, layer: 99 });
    await assert.rejects(none, { code: 'bad_input' });
  });
}

test('features of another model are refused before anything runs', async () => {
  const checkpoint = await openFolders({ dir: qwen!.dir });
  const model = loadBranch(checkpoint, 1);
  const demo = await openFolders({ dir: DEMO_CHECKPOINT });
  const branch = loadBranch(demo, 1);
  const own = await loadModel(checkpoint, { device: 'cpu', cpuThreads: 1 });
  const asked = { preset: qwenPreset, imagePath: qwen!.image, question: 'What?', layer: own.profile.rpn!.k };
  const { features } = await featuresOf({ checkpoint, model: own }, asked);
  const put = predictFrom({ checkpoint: demo, model: branch }, { preset: demoPreset, features });
  await assert.rejects(put, { code: 'bad_input', message: /not this model's/ });
  for (const one of [model, branch, own]) await one.dispose();
});
