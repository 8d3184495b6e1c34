/** Caches on a device: who shares rows, what is given back, and what is refused before the device would make wrong numbers of it. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { modelGraphs } from '../../models/architectures/index.ts';
import type { ModelGraphs } from '../../models/architectures/index.ts';
import type { KvCache } from '../../src-main/pipeline/ports.ts';
import { positionFeeds } from '../../src-main/runtime/feeds.ts';
import { Tensor } from '../../src-main/runtime/onnxruntime.ts';
import { OnnxModel } from '../../src-main/runtime/model.ts';
import { ResidentKvCache } from '../../src-main/runtime/resident/kv-cache.ts';
import { Resident } from '../../src-main/runtime/resident/resident.ts';
import { ResidentDecoder } from '../../src-main/runtime/resident/decoder.ts';
import { ResidentPieces } from '../../src-main/runtime/resident/pieces.ts';
import { KvStore } from '../../src-main/runtime/resident/store.ts';
import { SessionCache } from '../../src-main/runtime/session-cache.ts';
import { Session } from '../../src-main/runtime/session.ts';
import { openDemo } from '../support/golden-model.ts';
import { assertClose } from '../support/numbers.ts';

const WIDTH = 4;
const LAYERS = 2;

class Watched extends Resident {
  released = 0;

  constructor(rows: number) {
    super(new Tensor('float32', new Float32Array(rows * WIDTH), [rows, WIDTH]));
  }

  override release(): void {
    this.released++;
  }
}

function filled(store: KvStore, rows: number): { cache: ResidentKvCache; made: Watched[] } {
  const cache = new ResidentKvCache(LAYERS, store);
  const made: Watched[] = [];
  for (let i = 0; i < LAYERS; i++) {
    const pair = { keys: new Watched(rows), values: new Watched(rows) };
    made.push(pair.keys, pair.values);
    cache.put(i, pair);
  }
  cache.commit(LAYERS, rows);
  return { cache, made };
}

const releases = (made: readonly Watched[]) => made.map(({ released }) => released);

test('a fork shares rows; they are given back once, when nobody uses them any more', () => {
  const store = new KvStore('webgpu', 10_000);
  const { cache, made } = filled(store, 10);
  const bytes = 2 * LAYERS * 10 * WIDTH * 4;
  assert.equal(store.bytes, bytes);
  const fork = cache.fork(7);
  assert.equal(store.bytes, bytes, 'a fork copies nothing');
  assert.equal(fork.length, 7);
  assert.equal(cache.growth(LAYERS, 1), LAYERS * 11, 'what is shared stays beside what a step makes');
  fork.put(0, { keys: new Watched(7), values: new Watched(7) });
  assert.equal(store.bytes, bytes + 2 * 7 * WIDTH * 4);
  assert.equal(cache.growth(LAYERS, 1), 1 + 11);
  cache.dispose();
  assert.deepEqual(releases(made), [1, 1, 0, 0]);
  fork.truncate(3);
  assert.deepEqual(releases(made), [1, 1, 0, 0], 'rows that are left behind are cut off by the next feed');
  fork.truncate(0);
  assert.deepEqual(releases(made), [1, 1, 1, 1]);
  assert.equal(store.bytes, 0);
  fork.dispose();
  assert.deepEqual(releases(made), [1, 1, 1, 1]);
});

test('a model that ends gives back what caches still hold, and they may end after it', () => {
  const store = new KvStore('webgpu', 10_000);
  const { cache, made } = filled(store, 3);
  store.dispose();
  cache.dispose();
  assert.deepEqual(releases(made), [1, 1, 1, 1]);
});

test('more keys and values than the device is known to take are refused by name', () => {
  const store = new KvStore('webgpu', 2_000);
  filled(store, 10);
  store.makeRoom(2_000 - store.bytes);
  assert.throws(() => store.makeRoom(2_001 - store.bytes), {
    code: 'out_of_memory',
    message: /would take 0\.0 GB on webgpu/,
    next: /--device cpu/,
  });
});

test('keys that one buffer does not hold are refused before they are made; the cache goes on as it was', async () => {
  const graphs = modelGraphs(await openDemo());
  const width = graphs.kvHeads * graphs.headDim;
  const settings = { device: 'cpu', cpuThreads: 1 } as const;
  const model = new OnnxModel(graphs, settings, 'resident', false, 20 * width * 4);
  const whole = new OnnxModel(graphs, settings);
  const cache = model.newCache();
  const tokens = Array.from({ length: 20 }, (_, i) => (i * 7) % 60);
  await model.forward(cache, { parts: [{ tokens: tokens.slice(0, 12) }] });
  await assert.rejects(model.forward(cache, { parts: [{ tokens: tokens.slice(0, 9) }] }), {
    code: 'out_of_memory',
    message: '21 tokens take more keys than one buffer of cpu holds',
  });
  assert.equal(cache.length, 12);
  const rest = await model.forward(cache, { parts: [{ tokens: tokens.slice(12) }] });
  const expected = await whole.forward(whole.newCache(), { parts: [{ tokens }] });
  assertClose(rest.logits ?? [], expected.logits ?? [], 1e-4, 'logits');
  await Promise.all([model.dispose(), whole.dispose()]);
});

test('steps that are made together have to fit together', async () => {
  const graphs = modelGraphs(await openDemo());
  const settings = { device: 'cpu', cpuThreads: 1 } as const;
  const sessions = new SessionCache(Infinity);
  const pieces = new ResidentPieces(graphs, settings, sessions);
  const oneRow = 2 * graphs.layers * graphs.kvHeads * graphs.headDim * 4;
  const decoder = new ResidentDecoder(graphs, settings, pieces, null, 2.5 * oneRow);
  const step = () => {
    const positions = positionFeeds(graphs, 0, 1, null);
    return { cache: decoder.newCache(), token: 5, positions, taps: [], tapped: [], bounds: {} };
  };
  const embeds = (count: number) => new Float32Array(count * graphs.hiddenSize).fill(0.1);
  await assert.rejects(decoder.steps([step(), step(), step()], embeds(3)), { code: 'out_of_memory' });
  assert.equal((await decoder.steps([step(), step()], embeds(2))).length, 2);
  decoder.dispose();
  await sessions.dispose();
});

test('whatever run fails, what was made on the device is given back', async (t) => {
  const graphs = modelGraphs(await openDemo());
  /** What lies on the device; a run that is to fail, counted from now on. */
  const there = new Set<Resident>();
  let [runs, fails] = [0, Infinity];
  const { keep, run } = Session.prototype;
  const counted = <T>(work: () => Promise<T>): Promise<T> =>
    ++runs === fails ? Promise.reject(new Error('the device is lost')) : work();
  mock.method(Session.prototype, 'keep', async function (this: Session, ...args: Parameters<typeof keep>) {
    const kept = await counted(() => keep.apply(this, args));
    for (const one of Object.values(kept.resident)) there.add(one);
    return kept;
  });
  mock.method(Session.prototype, 'run', function (this: Session, ...args: Parameters<typeof run>) {
    return counted(() => run.apply(this, args));
  });
  mock.method(Resident.prototype, 'release', function (this: Resident) {
    assert.ok(there.delete(this), 'given back once');
  });
  t.after(() => mock.restoreAll());

  const model = new OnnxModel(graphs, { device: 'cpu', cpuThreads: 1 }, 'resident', false, null, 8);
  const taps = { heads: [{ layer: 1, heads: 'all' }], keys: [0, 4] } as const;
  /** A prompt in chunks, one that is cut off and goes on another way, and steps of it and a fork. */
  const work = async (): Promise<void> => {
    const cache = model.newCache();
    const fork = model.newCache();
    const caches: KvCache[] = [cache, fork];
    try {
      const tokens = Array.from({ length: 20 }, (_, i) => i);
      await model.forward(cache, { parts: [{ tokens }], taps: { ...taps, rows: [3, 20] }, hiddenOf: 2 });
      cache.truncate(14);
      const other = cache.fork(9);
      caches.push(other);
      await model.forward(cache, { parts: [{ tokens: [7, 8] }], logits: 'all' });
      await model.forward(fork, { parts: [{ tokens: [3] }], layers: 1, logits: 'none' });
      const made = await model.steps([cache, other].map((of) => ({ cache: of, token: 9, taps })));
      assert.ok(made.every(({ status }) => status === 'fulfilled'));
    } finally {
      for (const one of caches) one.dispose();
    }
  };
  await work();
  const all = runs;
  assert.ok(all > 30, `${all}`);
  assert.equal(there.size, 0);
  for (let fail = 1; fail <= all; fail++) {
    [runs, fails] = [0, fail];
    await assert.rejects(work(), /the device is lost/);
    assert.equal(there.size, 0, `run ${fail} of ${all}`);
  }
  fails = Infinity;
  await model.dispose();
});

test('what fails half way through the layers leaves its caches as they were', async () => {
  const graphs = modelGraphs(await openDemo());
  let breaks = true;
  const spied: ModelGraphs = {
    ...graphs,
    attention: (shape) => {
      if (shape.tapped && breaks) throw new Error('the device is lost');
      return graphs.attention(shape);
    },
  };
  const settings = { device: 'cpu', cpuThreads: 1 } as const;
  const [model, whole] = [new OnnxModel(spied, settings, 'resident'), new OnnxModel(graphs, settings)];
  const prompts = [[5, 6, 7], [8]];
  const cache = model.newCache();
  const caches = [cache, model.newCache()];
  for (const [i, cache] of caches.entries()) {
    await model.forward(cache, { parts: [{ tokens: prompts[i] ?? [] }] });
  }
  const taps = { heads: [{ layer: 3, heads: [0] }], keys: [0, 1] } as const;
  const steps = (tapped: boolean) =>
    caches.map((cache, i) => ({ cache, token: 9 + i, ...(tapped ? { taps } : {}) }));
  await assert.rejects(model.steps(steps(true)), /the device is lost/);
  const tapped = { parts: [{ tokens: [4, 3] }], taps: { ...taps, rows: [0, 2] } } as const;
  await assert.rejects(model.forward(cache, tapped), /the device is lost/);
  assert.deepEqual(
    caches.map(({ length }) => length),
    [3, 1],
  );
  breaks = false;
  for (const [i, made] of (await model.steps(steps(true))).entries()) {
    assert.ok(made.status === 'fulfilled');
    const tokens = [...(prompts[i] ?? []), 9 + i];
    const expected = await whole.forward(whole.newCache(), { parts: [{ tokens }] });
    assertClose(made.value.logits ?? [], expected.logits ?? [], 1e-4, 'logits');
  }
  await Promise.all([model.dispose(), whole.dispose()]);
});
