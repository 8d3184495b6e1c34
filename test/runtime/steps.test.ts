/** Steps of many sequences made together give what each gives by itself, whatever the others are. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { modelGraphs } from '../../models/architectures/index.ts';
import type { ForwardResult, KvCache, StepRequest, TappedRows } from '../../src-main/pipeline/ports.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { OnnxModel } from '../../src-main/runtime/model.ts';
import type { DecoderKind } from '../../src-main/runtime/model.ts';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { joined, openDemo } from '../support/golden-model.ts';
import { assertClose, seeded } from '../support/numbers.ts';
import { randomWeights, tinyConfig } from '../support/random-checkpoint.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const CASES = join(import.meta.dirname, '../golden/oracle/cases');
const settings = { device: 'cpu', cpuThreads: 1 } as const;
const demo = modelGraphs(await openDemo());

interface Sequence {
  readonly cache: KvCache;
  /** Its tokens from here on, and its taps. */
  readonly tokens: number[];
  readonly taps: StepRequest['taps'] | null;
}

/** Sequences of mixed lengths with mixed taps, prefilled. */
async function sequences(model: OnnxModel, count: number, seed: number): Promise<Sequence[]> {
  const random = seeded(seed);
  const upTo = (n: number): number => Math.floor(random() * n);
  const { layers, vocabSize } = model.profile;
  const made: Sequence[] = [];
  for (let i = 0; i < count; i++) {
    const cache = model.newCache();
    const length = 2 + upTo(70);
    const words = (n: number) => Array.from({ length: n }, () => upTo(vocabSize));
    await model.forward(cache, { parts: [{ tokens: words(length) }], logits: 'none' });
    const keys = [upTo(length - 1), length] as const;
    const heads = [
      { layer: upTo(layers - 1), heads: [1, 0] },
      { layer: layers - 1, heads: 'all' as const },
    ];
    const tapped = i % 3 === 0 ? null : { heads: heads.slice(i % 2), keys };
    made.push({ cache, tokens: words(1 + upTo(9)), taps: tapped });
  }
  return made;
}

const requestOf = ({ cache, tokens, taps }: Sequence, step: number): StepRequest => ({
  cache,
  token: tokens[step] as number,
  ...(taps ? { taps } : {}),
});

function given(result: PromiseSettledResult<ForwardResult> | undefined): ForwardResult {
  assert.ok(result?.status === 'fulfilled', JSON.stringify(result));
  return result.value;
}

/** Everything the steps give, with at most `width` sequences at once: one that ends makes room for the next. */
async function decode(model: OnnxModel, all: readonly Sequence[], width: number): Promise<ForwardResult[][]> {
  const results = all.map((): ForwardResult[] => []);
  const waiting = all.map((_, i) => i);
  const running: number[] = [];
  while (waiting.length + running.length > 0) {
    while (running.length < width && waiting.length > 0) running.push(waiting.shift() as number);
    const batch = running.map((i) => requestOf(all[i] as Sequence, (results[i] as ForwardResult[]).length));
    const made = await model.steps(batch);
    running.forEach((i, j) => results[i]?.push(given(made[j])));
    for (const i of [...running])
      if (results[i]?.length === all[i]?.tokens.length) running.splice(running.indexOf(i), 1);
  }
  return results;
}

const shapeOf = ({ layer, heads, rows, keys }: TappedRows) => [layer, heads, rows, keys];

/** @param tolerance relative to the largest logit, and of probabilities */
function compare(
  actual: readonly ForwardResult[][],
  expected: readonly ForwardResult[][],
  tolerance: number,
): void {
  expected.forEach((steps, i) =>
    steps.forEach((step, j) => {
      const own = actual[i]?.[j];
      assert.ok(own);
      const what = `sequence ${i}, step ${j}`;
      assert.deepEqual(own.taps.map(shapeOf), step.taps.map(shapeOf));
      const largest = (step.logits ?? new Float32Array()).reduce((a, b) => Math.max(a, Math.abs(b)), 1);
      assertClose(own.logits ?? [], step.logits ?? [], tolerance * largest, `${what}: logits`);
      assertClose(joined(own.taps), joined(step.taps), tolerance, `${what}: taps`);
    }),
  );
}

async function oneByOne(model: OnnxModel, all: readonly Sequence[]): Promise<ForwardResult[][]> {
  const results: ForwardResult[][] = [];
  for (const { cache, tokens, taps } of all) {
    const steps: ForwardResult[] = [];
    for (const token of tokens) {
      const tapped = taps ? { taps: { ...taps, rows: [0, 1] as const } } : {};
      const step = await model.forward(cache, { parts: [{ tokens: [token] }], ...tapped });
      steps.push({ ...step, logits: step.logits?.slice() ?? null });
    }
    results.push(steps);
  }
  return results;
}

const COUNT = 20;

for (const kind of ['exact', 'layered'] satisfies DecoderKind[]) {
  test(`steps in batches of 1, 3, 8 and 20 give the same bits, and what forward gives (${kind})`, async () => {
    const model = new OnnxModel(demo, settings, kind);
    const expected = await oneByOne(model, await sequences(model, COUNT, 7));
    const first = await decode(model, await sequences(model, COUNT, 7), 1);
    compare(first, expected, 1e-5);
    for (const width of [3, 8, COUNT]) {
      compare(await decode(model, await sequences(model, COUNT, 7), width), first, 0);
    }
    await model.dispose();
  });
}

test('steps where caches lie on a device give what forward gives, whatever is made with them', async () => {
  const model = new OnnxModel(demo, settings, 'resident');
  const expected = await oneByOne(model, await sequences(model, COUNT, 7));
  for (const width of [1, 3, 8]) {
    compare(await decode(model, await sequences(model, COUNT, 7), width), expected, 1e-5);
  }
  await model.dispose();
});

test('the same with shared key and value heads, biases and positions that are not places', async (t) => {
  const config = tinyConfig({ text: { kvHeads: 2, maxPositions: 256 } });
  const shared = { config, weights: await randomWeights(temporaryDir(t), config) };
  for (const source of [shared, await openModel(join(CASES, 'qwen2_5-vl-shrunk'))]) {
    for (const kind of ['exact', 'resident'] as const) {
      const model = new OnnxModel(modelGraphs(source), settings, kind);
      const expected = await oneByOne(model, await sequences(model, 6, 3));
      compare(await decode(model, await sequences(model, 6, 3), 4), expected, 1e-4);
      await model.dispose();
    }
  }
});

test('a step that is wrong gives its error; the others go on and its cache is as it was', async () => {
  const model = new OnnxModel(demo, settings);
  const all = await sequences(model, 4, 11);
  const expected = await decode(model, await sequences(model, 4, 11), 1);
  const early = model.newCache();
  await model.forward(early, { parts: [{ tokens: [5, 6] }], layers: 1 });
  const full = model.newCache();
  await model.forward(full, { parts: [{ tokens: new Array<number>(demo.maxPositions).fill(5) }], layers: 1 });
  const lost = model.newCache();
  await model.forward(lost, { parts: [{ tokens: [5, 6, 7] }] });
  const bad: StepRequest[] = [
    { cache: early, token: 5 },
    { cache: full, token: 5 },
    { cache: lost, token: demo.vocabSize },
    { cache: lost, token: 5, taps: { heads: [{ layer: 0, heads: [99] }], keys: [0, 2] } },
    { cache: lost, token: 5, taps: { heads: [{ layer: 0, heads: [0] }], keys: [0, 9] } },
  ];
  const lengths = bad.map(({ cache }) => cache.length);
  const good = all.map((sequence) => requestOf(sequence, 0));
  const made = await model.steps([...good.slice(0, 2), ...bad, ...good.slice(2)]);
  const errors = made.slice(2, 2 + bad.length);
  assert.deepEqual(
    errors.map((step) => (step.status === 'rejected' ? FoveaError.from(step.reason).code : null)),
    ['internal', 'bad_input', 'bad_checkpoint', 'internal', 'internal'],
  );
  assert.deepEqual(
    bad.map(({ cache }) => cache.length),
    lengths,
  );
  const rest = [...made.slice(0, 2), ...made.slice(2 + bad.length)].map((step) => [given(step)]);
  compare(
    rest,
    expected.map((steps) => steps.slice(0, 1)),
    0,
  );
  await assert.rejects(model.steps([good[0] as StepRequest, good[0] as StepRequest]), /one cache/);
  await model.dispose();
});
