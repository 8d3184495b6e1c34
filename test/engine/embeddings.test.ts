/** Embeddings by the engine itself: of what vision tower and projector gave, the same with a label and without. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelCache } from '../../src-main/engine/models.ts';
import type { EmbedOutcome, LabelOutcome, LabelRequest } from '../../src-main/engine/protocol.ts';
import { fromEngineSchema, type FromEngine, type ToEngine } from '../../src-main/engine/wire.ts';
import { Worker } from '../../src-main/engine/work.ts';
import { encodeImageFile } from '../../src-main/pipeline/subject/subject.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { EMBEDDING_SIZE } from '../../src-shared/kernels/embeddings/embed.ts';
import { presetSchema } from '../../src-shared/contract/preset.ts';
import { DEMO_CHECKPOINT, demoGolden } from '../support/demo.ts';
import { demoRequest } from '../support/demo-subject.ts';
import { oracleCases } from '../support/oracle.ts';

const questions = demoGolden<{ image: string; text: string }[]>('greedy_100.json');
const [first] = questions;
const other = questions.find(({ image }) => image !== first!.image)!;
const models = new ModelCache(2, 1);
const want = { questionMap: false, rpn: false, secondStage: false, allHeadsOf: [] };
const model = { dir: DEMO_CHECKPOINT, device: 'cpu' } as const;

function engine(): (type: 'label' | 'embed', input: unknown) => Promise<FromEngine> {
  const waiting = new Map<number, (message: FromEngine) => void>();
  const worker = new Worker(models, (message) => {
    fromEngineSchema.parse(message);
    if ('id' in message && message.type !== 'quantising') waiting.get(message.id)?.(message);
  });
  let id = 0;
  return (type, input) =>
    new Promise((resolve) => {
      waiting.set(++id, resolve);
      worker.accept({ type, id, input } as ToEngine);
    });
}

async function output(reply: Promise<FromEngine>): Promise<LabelOutcome & EmbedOutcome> {
  const came = await reply;
  assert.ok('output' in came, JSON.stringify(came));
  return came.output as LabelOutcome & EmbedOutcome;
}

test('a label comes with the embedding of its picture: the mean of its tokens, in double precision to a step', async () => {
  const ask = engine();
  const asked: LabelRequest = { model, ...demoRequest(first!, { want }) };
  const { embedding } = await output(ask('label', asked));
  const opened = await models.get(model, {});
  const { features } = await encodeImageFile(opened, asked.imagePath, new Stopwatch(undefined));
  const d = opened.model.profile.hiddenSize;
  assert.equal(d, EMBEDDING_SIZE, 'the demo is not projected');
  const mean = Array.from({ length: d }, (_, i) => {
    let sum = 0;
    for (let at = i; at < features.length; at += d) sum += features[at]!;
    return sum / (features.length / d);
  });
  const largest = Math.max(...mean.map(Math.abs));
  assert.ok(Math.abs(embedding!.scale - largest / 127) < 1e-6 * largest);
  mean.forEach((value, i) =>
    assert.ok(Math.abs(embedding!.data[i]! * embedding!.scale - value) <= 0.5001 * embedding!.scale),
  );
  assert.equal(embedding!.squareTokens, null);

  const { imagePath, preset } = asked;
  assert.deepEqual((await output(ask('embed', { model, preset, imagePath }))).embedding, embedding);
  assert.deepEqual((await output(engine()('embed', { model, preset, imagePath }))).embedding, embedding);
  const elsewhere = demoRequest(other).imagePath;
  const another = (await output(ask('embed', { model, preset, imagePath: elsewhere }))).embedding;
  assert.notDeepEqual(another!.data, embedding!.data);
  const gone = await ask('embed', { model, preset, imagePath: '/nowhere.png' });
  assert.ok(gone.type === 'error' && gone.error.code === 'not_found', JSON.stringify(gone));
});

test('a teacher’s view has an embedding of its own', async () => {
  const [qwen] = await oracleCases('qwen2_5_vl');
  const dir = qwen!.dir;
  const preset = presetSchema.parse({
    id: 'tiny-qwen',
    name: 'Tiny Qwen',
    family: 'qwen2_5_vl',
    grounding: [{ layer: 3, heads: [0, 2] }],
    sink: null,
    rows: 'answer',
    labels: { variant: 'qwen', sinkThresh: 0.9, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 1 },
    roi: { variant: 'qwen', form: 'mask', threshold: 0 },
    rpn: null,
    teacher: { squareTokens: 16, prompt: 'natural' },
    maxNewTokens: 24,
  });
  const { imagePath } = demoRequest(first!);
  const ask = engine();
  const request = { model: { dir, device: 'cpu' }, preset, imagePath };
  const square = (await output(ask('embed', request))).embedding;
  assert.equal(square!.squareTokens, 16);
  const own = (await output(ask('embed', { ...request, preset: { ...preset, teacher: undefined } })))
    .embedding;
  assert.equal(own!.squareTokens, null);
  assert.notDeepEqual(own!.data, square!.data);
});
