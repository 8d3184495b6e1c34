import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { decodeFeatures } from '../../../src-main/features/codec.ts';
import {
  ensureFeatures,
  type EnsureHooks,
  type EnsureProgress,
} from '../../../src-main/jobs/features/ensure.ts';
import { layerOf, projectFeatureStore } from '../../../src-main/jobs/features/project-features.ts';
import { type FakeBehaviour, fakeEngine, fakeFeatures } from '../../support/fake-engine.ts';
import { featureProject, TEXTS } from '../../support/feature-project.ts';
import { testPreset } from '../../support/project.ts';
import { writePng } from '../../support/scenes.ts';

async function setUp(t: TestContext, behaviour?: FakeBehaviour) {
  const made = await featureProject(t);
  const engine = fakeEngine(behaviour);
  const source = { model: { dir: made.dir, device: 'auto' } as const, preset: testPreset, layer: 4 };
  const run = (hooks: EnsureHooks = {}) => ensureFeatures(made.project, engine, source, [1, 2, 3, 4], hooks);
  return { ...made, engine, run, asked: () => engine.featured.map(({ question }) => question) };
}

async function all<T>(many: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of many) list.push(one);
  return list;
}

const ONE = fakeFeatures('one').length;

test('what is missing is computed in the order of the pictures, once, and read in the order asked', async (t) => {
  const { run, asked, engine } = await setUp(t);
  const progress: EnsureProgress[] = [];
  const windows = await all(run({ onProgress: (one) => progress.push(one) }));
  assert.deepEqual(
    windows.map(({ samples, failed }) => [samples, failed]),
    [[[1, 2, 3, 4], []]],
  );
  assert.deepEqual(asked(), ['one', 'three', 'two', 'four']);
  assert.deepEqual(progress.at(-1), { done: 4, computed: 4, failed: 0, total: 4 });
  assert.ok(engine.featured.every(({ layer }) => layer === 4));
  for (const [i, text] of TEXTS.entries()) {
    assert.deepEqual(await windows[0]!.read(i + 1), decodeFeatures(fakeFeatures(text)));
    assert.deepEqual(await windows[0]!.encoded(i + 1), fakeFeatures(text));
  }
  const again: EnsureProgress[] = [];
  await all(run({ onProgress: (one) => again.push(one) }));
  assert.equal(asked().length, 4, 'nothing was asked a second time');
  assert.deepEqual(again.at(-1), { done: 4, computed: 0, failed: 0, total: 4 });
});

test('a budget that holds less than all gives windows, each of them whole while it is read', async (t) => {
  const { run, asked, project } = await setUp(t);
  const seen: number[][] = [];
  for await (const window of run({ budgetBytes: 4.2 * ONE })) {
    seen.push([...window.samples]);
    const before = asked().length;
    for (const id of window.samples) assert.deepEqual(await window.encoded(id), fakeFeatures(TEXTS[id - 1]!));
    assert.equal(asked().length, before, 'nothing of the window was gone');
    const { bytes } = await (await projectFeatureStore(project)).size();
    assert.ok(bytes <= 4.2 * ONE);
  }
  assert.deepEqual(seen, [
    [1, 2],
    [3, 4],
  ]);
});

test('a budget below one sample is refused, with the way out', async (t) => {
  const { run } = await setUp(t);
  await assert.rejects(all(run({ budgetBytes: ONE - 1 })), {
    code: 'no_space',
    next: /--keep-features=GB/,
  });
});

test('a folder that is deleted half-way is computed again', async (t) => {
  const { run, folder, asked } = await setUp(t);
  for await (const window of run()) {
    rmSync(folder, { recursive: true });
    for (const id of window.samples) {
      assert.deepEqual(await window.read(id), decodeFeatures(fakeFeatures(TEXTS[id - 1]!)));
    }
  }
  assert.equal(asked().length, 8);
  assert.equal(existsSync(folder), true);
});

test('another picture in the file is other features; one that is gone leaves its samples out, in words', async (t) => {
  const { run, at, asked, folder } = await setUp(t, (request) => {
    if ('imagePath' in request && !existsSync(request.imagePath)) {
      throw new FoveaError('not_found', 'there is no picture', { where: request.imagePath });
    }
  });
  await all(run());
  await writePng(at('1.png'), 31);
  await all(run());
  assert.deepEqual(asked().slice(4), ['one', 'three']);
  rmSync(at('2.png'));
  const [kept] = await all(run());
  assert.deepEqual(kept!.samples, [1, 2, 3, 4], 'what was kept of it still is');
  rmSync(folder, { recursive: true });
  const [window] = await all(run());
  assert.deepEqual(window!.samples, [1, 3]);
  assert.deepEqual(
    window!.failed.map(({ sampleId, reason }) => [sampleId, /no picture/.test(reason)]),
    [
      [2, true],
      [4, true],
    ],
  );
});

test('an engine that dies is asked again; a sample that kills it every time is left out', async (t) => {
  let once = true;
  const { run } = await setUp(t, (request) => {
    const question = 'question' in request ? request.question : '';
    if (question === 'two' || (question === 'three' && once)) {
      if (question === 'three') once = false;
      throw new FoveaError('engine_died', 'gone');
    }
  });
  const [window] = await all(run());
  assert.deepEqual(window!.samples, [1, 3, 4]);
  assert.deepEqual(
    window!.failed.map(({ sampleId }) => sampleId),
    [2],
  );
});

test('an engine that only dies ends it; so does what is wrong for every sample', async (t) => {
  const dying = await setUp(t, () => {
    throw new FoveaError('engine_died', 'gone');
  });
  await assert.rejects(all(dying.run()), { code: 'internal', next: /doctor/ });
  const broken = await setUp(t, () => {
    throw new FoveaError('bad_checkpoint', 'no weights');
  });
  await assert.rejects(all(broken.run()), { code: 'bad_checkpoint' });
  assert.equal(broken.asked().length, 1);
  const full = await setUp(t);
  writeFileSync(full.folder, 'a file where the folder would be');
  await assert.rejects(all(full.run()), { code: 'io', message: /could not be kept/ });
  assert.equal(full.asked().length, 1);
});

test('stopped, what was computed is kept', async (t) => {
  const stop = new AbortController();
  const { run, asked } = await setUp(t, (request) => {
    if ('question' in request && request.question === 'two') stop.abort();
  });
  await assert.rejects(all(run({ signal: stop.signal })), { code: 'cancelled' });
  await all(run());
  assert.deepEqual(asked(), ['one', 'three', 'two', 'two', 'four']);
});

test('the layer is the branch’s, else the preset’s, else there is none', () => {
  const preset = { ...testPreset, rpn: { k: 7, t: 3 } };
  assert.equal(layerOf({ name: 'm', rpn: { k: 4, t: 2 } }, preset), 4);
  assert.equal(layerOf({ name: 'm', rpn: null }, preset), 7);
  assert.throws(() => layerOf({ name: 'm', rpn: null }, { ...testPreset, rpn: null }), { code: 'bad_input' });
});
