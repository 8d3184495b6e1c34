/** Kept encodings of pictures: labels have the same bits with and without, and the disk never fails a sample. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openFolders } from '../../src-main/checkpoint/open.ts';
import { ModelCache } from '../../src-main/engine/models.ts';
import type { EncodingsPlace, LabelOutcome, LabelRequest } from '../../src-main/engine/protocol.ts';
import type { FromEngine, ToEngine } from '../../src-main/engine/wire.ts';
import { Worker } from '../../src-main/engine/work.ts';
import { encodingFileBytes } from '../../src-main/features/encoding.ts';
import { FeatureStore } from '../../src-main/features/store.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { presetSchema } from '../../src-shared/contract/preset.ts';
import { DEMO_CHECKPOINT, demoGolden } from '../support/demo.ts';
import { demoPreset, demoRequest } from '../support/demo-subject.ts';
import { oracleCases } from '../support/oracle.ts';
import { fill, onDisk } from '../support/own-disk.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const questions = demoGolden<{ image: string; text: string }[]>('greedy_100.json');
const [first] = questions;
const others = questions.filter(({ image }, i) => questions.findIndex((one) => one.image === image) === i);
const [qwen] = await oracleCases('qwen2_5_vl');

/** Visual tokens of the demo. */
const ONE = encodingFileBytes({ tokens: 256, hiddenSize: 128 });
const models = new ModelCache(2, 1);

const want = { questionMap: true, rpn: true, secondStage: true, allHeadsOf: [] };
const demo = (changes: Partial<LabelRequest> = {}): LabelRequest => ({
  model: { dir: DEMO_CHECKPOINT, device: 'cpu' },
  ...demoRequest(first!, { want }),
  ...changes,
});

/** An engine that has seen no picture yet. */
function freshEngine(): (type: 'label' | 'features', request: unknown) => Promise<FromEngine> {
  const waiting = new Map<number, (message: FromEngine) => void>();
  const worker = new Worker(models, (message) => {
    if ('id' in message && message.type !== 'quantising') waiting.get(message.id)?.(message);
  });
  let id = 0;
  return (type, input) =>
    new Promise((resolve) => {
      waiting.set(++id, resolve);
      worker.accept({ type, id, input } as ToEngine);
    });
}

async function label(request: LabelRequest, engine = freshEngine()): Promise<LabelOutcome> {
  const came = await engine('label', request);
  assert.ok(came.type === 'label', JSON.stringify(came));
  return came.output;
}

/** What is stored of a sample. */
function stored({ timings: _, encodings: __, ...rest }: LabelOutcome): unknown {
  return rest;
}

const placeIn = (folder: string, changes: Partial<EncodingsPlace> = {}): EncodingsPlace => ({
  folder,
  budgetBytes: 20e9,
  model: 'a'.repeat(64),
  name: 'demo',
  write: true,
  ...changes,
});
const place = (t: TestContext, changes: Partial<EncodingsPlace> = {}): EncodingsPlace =>
  placeIn(join(temporaryDir(t), 'features'), changes);

const filesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true })
        .map(String)
        .filter((name) => /encoding$|tmp$/.test(name))
    : [];

const made = { reused: 0, kept: 1, keptBytes: ONE, bad: null, refused: null };
const reused = { reused: 1, kept: 0, keptBytes: 0, bad: null, refused: null };

test('a label has the same bits without, when the encoding is kept, and with the kept one; a crop is not kept', async (t) => {
  const encodings = place(t);
  const plain = await label(demo());
  assert.equal(plain.encodings, undefined);
  assert.ok(plain.secondStage?.crop, 'it looks at a crop as well');
  const keeping = await label(demo({ encodings }));
  assert.deepEqual(keeping.encodings, made);
  assert.equal(filesIn(encodings.folder).length, 1);
  const kept = await label(demo({ encodings }));
  assert.deepEqual(kept.encodings, reused);
  assert.deepEqual(
    [plain, keeping, kept].map(({ timings }) => ['encode' in timings, 'encodeCrop' in timings]),
    [
      [true, true],
      [true, true],
      [false, true],
    ],
  );
  assert.deepEqual(stored(keeping), stored(plain));
  assert.deepEqual(stored(kept), stored(plain));
  assert.equal(filesIn(encodings.folder).length, 1);
});

test('other presets, other questions and features by themselves take it up; other pixels do not', async (t) => {
  const encodings = place(t);
  await label(demo({ encodings }));
  const preset = { ...demoPreset, id: 'other', grounding: [{ layer: 2, heads: [0] }], maxNewTokens: 3 };
  for (const changes of [
    { preset },
    { question: 'What else?' },
    { answerMode: 'teacher', answer: '38' } as const,
    // The picture has no part that one can see through, and no orientation: the pixels are the same.
    { preset: { ...demoPreset, picture: { exif: 'turned', alpha: 'white' } as const } },
  ]) {
    const outcome = await label(demo({ ...changes, encodings }));
    assert.deepEqual(outcome.encodings, reused);
    assert.deepEqual(stored(outcome), stored(await label(demo(changes))));
  }
  const { model, imagePath, question } = demo();
  const asked = { model, preset: demoPreset, imagePath, question, layer: 1 };
  const with_ = await freshEngine()('features', { ...asked, encodings });
  const without = await freshEngine()('features', asked);
  assert.ok(with_.type === 'features' && without.type === 'features');
  assert.deepEqual(with_.output.features, without.output.features);
  assert.deepEqual(['encode' in with_.output.timings, 'encode' in without.output.timings], [false, true]);
  const { encodings: other } = await label({ ...demo(), ...demoRequest(others[1]!), encodings });
  assert.deepEqual(other, made);
});

test('another model, or another way to compute it, does not take it up', async (t) => {
  const encodings = place(t);
  await label(demo({ encodings }));
  const { encodings: report } = await label(demo({ encodings: { ...encodings, model: 'b'.repeat(64) } }));
  assert.deepEqual(report, made);
  const checkpoint = await openFolders({ dir: DEMO_CHECKPOINT });
  const encoders = [];
  for (const options of [{}, { cpuThreads: 2 }, { precision: 'int4' }, { precision: 'int8', int8Worth: 0 }]) {
    const loaded = await loadModel(checkpoint, {
      device: 'cpu',
      cpuThreads: 1,
      cacheFolder: temporaryDir(t),
      ...(options as { cpuThreads?: number; precision?: 'int4' | 'int8' }),
    });
    encoders.push(loaded.encoder);
    await loaded.dispose();
  }
  assert.equal(new Set(encoders).size, 4, 'threads and precisions');
  const again = await loadModel(checkpoint, { device: 'cpu', cpuThreads: 1 });
  assert.equal(again.encoder, encoders[0], 'it is the same whenever it is loaded');
  await again.dispose();
});

test('a picture on a square of its own is kept beside the picture as it is', async (t) => {
  const encodings = place(t);
  const preset = presetSchema.parse({
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
  const { dir, image, teacher } = qwen!;
  const request: LabelRequest = {
    model: { dir, device: 'cpu' },
    ...demoRequest(first!, { preset, imagePath: image, question: teacher!.question, want }),
  };
  const plain = await label(request);
  const keeping = await label({ ...request, encodings });
  assert.deepEqual([keeping.encodings?.kept, filesIn(encodings.folder).length], [2, 2]);
  const kept = await label({ ...request, encodings });
  assert.deepEqual(kept.encodings, { ...reused, reused: 2 });
  for (const outcome of [keeping, kept]) assert.deepEqual(stored(outcome), stored(plain));
});

test('a damaged file, and what is no file, is encoded again and said', async (t) => {
  const encodings = place(t);
  const { folder } = encodings;
  const plain = stored(await label(demo()));
  await label(demo({ encodings }));
  const [name] = filesIn(folder);
  const path = join(folder, name!);
  const whole = readFileSync(path);
  writeFileSync(
    path,
    whole.map((byte, i) => (i === 5000 ? byte ^ 1 : byte)),
  );
  const damaged = await label(demo({ encodings }));
  assert.match(damaged.encodings!.bad!, /damaged/);
  assert.deepEqual([damaged.encodings!.kept, stored(damaged)], [1, plain]);
  assert.deepEqual(readFileSync(path), whole);
  writeFileSync(path, whole.subarray(0, 1000));
  assert.match((await label(demo({ encodings }))).encodings!.bad!, /1000 of/);
  rmSync(path);
  mkdirSync(path);
  const none = await label(demo({ encodings }));
  assert.notEqual(none.encodings!.bad, null);
  assert.notEqual(none.encodings!.refused, null, 'nor can another be put there');
  assert.deepEqual(stored(none), plain);
});

test('room is made within the budget; without leave to write nothing is', async (t) => {
  const encodings = place(t, { budgetBytes: 2.5 * ONE });
  const { folder } = encodings;
  assert.deepEqual((await label(demo({ encodings: { ...encodings, write: false } }))).encodings, {
    ...made,
    kept: 0,
    keptBytes: 0,
  });
  assert.equal(existsSync(folder), false);
  await FeatureStore.open(folder, 2.5 * ONE);
  const engine = freshEngine();
  for (const golden of others.slice(0, 5)) {
    await label({ ...demo(), ...demoRequest(golden), encodings }, engine);
  }
  const sizes = filesIn(folder).map((name) => statSync(join(folder, name)).size);
  assert.deepEqual(sizes, [ONE, ONE]);
  await FeatureStore.open(folder, ONE - 1);
  const small = { ...encodings, budgetBytes: ONE - 1 };
  const { encodings: report } = await label({ ...demo(), ...demoRequest(others[5]!), encodings: small });
  assert.match(report!.refused!, /more than all that is kept may take/);
});

test('a full disk keeps nothing, fails no sample and leaves no half of a file', async (t) => {
  const plain = stored(await label(demo()));
  await onDisk(t, async (disk) => {
    fill(disk);
    const outcome = await label(demo({ encodings: placeIn(disk) }));
    assert.match(outcome.encodings!.refused!, /disk with 0 MB left/);
    assert.deepEqual([stored(outcome), filesIn(disk)], [plain, []]);
  });
});
