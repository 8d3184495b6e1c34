/** A prompt in chunks gives what it gives in one feed, wherever it is cut, and leaves nothing when it does not end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttentionShape, DecoderVariant } from '../../models/architectures/index.ts';
import { modelGraphs } from '../../models/architectures/index.ts';
import { openModel } from '../../src-main/checkpoint/open.ts';
import type {
  FeedPart,
  ForwardRequest,
  ForwardResult,
  KvCache,
  TapRequest,
} from '../../src-main/pipeline/ports.ts';
import { CHUNK_ROWS, chunksOf } from '../../src-main/runtime/chunks.ts';
import { OnnxModel } from '../../src-main/runtime/model.ts';
import type { DecoderKind } from '../../src-main/runtime/model.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Grid } from '../../src-shared/kernels/types.ts';
import { openDemo, joined } from '../support/golden-model.ts';
import { assertClose, maxDifference, randoms, seeded } from '../support/numbers.ts';
import { randomWeights, tinyConfig } from '../support/random-checkpoint.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { oracleCases } from '../support/oracle.ts';

/** Softmax of a row that sums fewer keys, and single rows, which a matrix product sums in another order. */
const TOLERANCE = 1e-5;
const settings = { device: 'cpu', cpuThreads: 1 } as const;

/** One checkpoint for each way that a family lays its decoder out: heads, ties, branches, names. */
const sources = [
  { name: 'demo', source: await openDemo(), grid: null },
  ...(await Promise.all(
    [...(await oracleCases('llava')), ...(await oracleCases('qwen2_5_vl'))]
      .filter(({ name }) => /twig$|plain-33|qwen/.test(name))
      .map(async ({ name, dir, grid }) => ({ name, source: await openModel(dir), grid })),
  )),
];

interface Asked {
  readonly parts: readonly FeedPart[];
  /** What is fed behind it. */
  readonly next: readonly FeedPart[];
  /** First row of the picture, first row behind it, and rows in all. */
  readonly picture: readonly [start: number, end: number];
  readonly length: number;
}

/** A prompt around a picture, then a crop's features and more words: positions go by the grid where a family's do. */
function promptOf(model: OnnxModel, own: Grid | null): Asked {
  const { dynamicGrid, hiddenSize, vocabSize, grid: fixed } = model.profile;
  const grid = dynamicGrid && own ? own : fixed;
  const random = seeded(5);
  const words = (n: number) => ({
    tokens: Array.from({ length: n }, () => Math.floor(random() * Math.min(vocabSize, 300))),
  });
  const picture = (of: Grid): FeedPart => {
    const count = of[0] * of[1];
    const features = randoms(count * hiddenSize, random, 0.5);
    return { features, count, ...(dynamicGrid ? { grid: of } : {}) };
  };
  const count = grid[0] * grid[1];
  return {
    parts: [words(6), picture(grid), words(9)],
    next: [words(1), picture([2, 3]), words(4)],
    picture: [6, 6 + count],
    length: 15 + count,
  };
}

function close(actual: ForwardResult, expected: ForwardResult, what: string): void {
  const scale = (values: Float32Array) => values.reduce((a, b) => Math.max(a, Math.abs(b)), 1);
  for (const name of ['logits', 'hidden'] as const) {
    assert.equal(actual[name] === null, expected[name] === null, `${what}: ${name}`);
    const wanted = expected[name] ?? new Float32Array();
    assertClose(actual[name] ?? [], wanted, TOLERANCE * scale(wanted), `${what}: ${name}`);
  }
  const shape = ({ taps }: ForwardResult) => taps.map(({ data: _, ...rest }) => rest);
  assert.deepEqual(shape(actual), shape(expected), what);
  assertClose(joined(actual.taps), joined(expected.taps), TOLERANCE, `${what}: taps`);
}

/** What analyses ask of a prompt: rows behind the picture, every row and key, an early exit, a shared prefix. */
function requestsOf(model: OnnxModel, { picture, length }: Asked): Omit<ForwardRequest, 'parts'>[] {
  const { layers } = model.profile;
  const k = model.profile.rpn?.k ?? 1;
  const heads: TapRequest['heads'] = [
    { layer: layers - 1, heads: [1, 0] },
    { layer: 0, heads: 'all' },
  ];
  const early = Math.max(1, layers - 1);
  return [
    { taps: { heads, rows: [picture[1], length], keys: picture }, hiddenOf: k },
    { taps: { heads, rows: [0, length], keys: [3, length] }, logits: 'all', hiddenOf: 0 },
    { taps: { heads, rows: [length - 1, length], keys: picture }, logits: 'none', hiddenOf: layers },
    {
      taps: { heads: [{ layer: early - 1, heads: [0] }], rows: [picture[1], length], keys: picture },
      layers: early,
    },
    { layers: k, hiddenOf: k, logits: 'none' },
  ];
}

/** Prompt, crop and two steps: everything that depends on what the cache and its positions hold. */
async function look(model: OnnxModel, asked: Asked, request: Omit<ForwardRequest, 'parts'>) {
  const cache = model.newCache();
  const results = [await model.forward(cache, { ...request, parts: asked.parts })];
  const { layers } = request;
  const behind = layers === undefined ? {} : { layers };
  for (const parts of [asked.next, [{ tokens: [5] }], [{ tokens: [9] }]]) {
    results.push(await model.forward(cache, { ...behind, parts }));
  }
  assert.equal(cache.length, asked.length + 13);
  cache.dispose();
  return results.map((result) => ({ ...result, logits: result.logits?.slice() ?? null }));
}

for (const { name, source, grid } of sources) {
  test(`${name}: chunks of 1, 7 and 64 rows give what the whole gives`, async () => {
    const graphs = modelGraphs(source);
    const whole = new OnnxModel(graphs, settings, 'exact', false, null, Infinity);
    const asked = promptOf(whole, grid);
    for (const request of requestsOf(whole, asked)) {
      const expected = await look(whole, asked, request);
      // Row by row takes long; everything is asked of every row once.
      const sizes = request.logits === 'all' ? [1, 7, 64] : [7, 64];
      for (const kind of ['exact', 'layered', 'resident'] satisfies DecoderKind[]) {
        for (const rows of sizes) {
          const model = new OnnxModel(graphs, settings, kind, false, null, rows);
          const came = await look(model, asked, request);
          came.forEach((one, i) =>
            close(
              one,
              expected[i] as ForwardResult,
              `${kind}, ${rows} rows, feed ${i}, ${JSON.stringify(request)}`,
            ),
          );
          await model.dispose();
        }
      }
    }
    await whole.dispose();
  });
}

test('taps of rows in one chunk over keys in a later one are what a mask leaves: 0', async () => {
  const graphs = modelGraphs(await openDemo());
  const taps = { heads: [{ layer: 1, heads: 'all' }], rows: [0, 2], keys: [12, 20] } as const;
  for (const kind of ['exact', 'layered', 'resident'] satisfies DecoderKind[]) {
    const model = new OnnxModel(graphs, settings, kind, false, null, 7);
    const { taps: found } = await model.forward(model.newCache(), { parts: words(20), taps });
    const { length } = found[0]?.heads ?? [];
    assert.equal(length, graphs.heads);
    assert.deepEqual(found[0]?.data, new Float32Array(length * 2 * 8), kind);
    await model.dispose();
  }
});

test('scores are never more than a buffer takes, and keys that one cannot hold are refused before anything runs', async (t) => {
  const config = tinyConfig({
    text: { heads: 4, kvHeads: 1, headDim: 8, hiddenSize: 32, maxPositions: 512 },
  });
  const graphs = modelGraphs({ config, weights: await randomWeights(temporaryDir(t), config) });
  // 240 keys of eight numbers, and the scores of eight rows over sixty keys.
  const buffer = 4 * graphs.heads * 60 * 8;
  const chunked = new OnnxModel(graphs, settings, 'resident', false, buffer);
  const whole = new OnnxModel(graphs, settings);
  const parts = (count: number) => [{ tokens: Array.from({ length: count }, (_, i) => (7 * i) % 32) }];
  const fed: number[] = [];
  const cache = chunked.newCache();
  const pause = (): Promise<void> => Promise.resolve(void fed.push(cache.length));
  const { logits } = await chunked.forward(cache, { parts: parts(60) }, pause);
  assert.deepEqual(fed, [7, 15, 22, 30, 37, 45, 52], 'eight rows over sixty keys at most');
  const expected = await whole.forward(whole.newCache(), { parts: parts(60) });
  assertClose(logits ?? [], expected.logits ?? [], 1e-4, 'logits');
  fed.length = 0;
  await assert.rejects(chunked.forward(cache, { parts: parts(200) }, pause), {
    code: 'out_of_memory',
    message: /^260 tokens take more keys/,
  });
  assert.deepEqual(fed, []);
  await Promise.all([chunked.dispose(), whole.dispose()]);
});

test('one session serves all chunks of a prompt, and steps go on from them', async () => {
  const made: DecoderVariant[] = [];
  const graphs = modelGraphs(await openDemo());
  const spied = {
    ...graphs,
    decoder: (variant: DecoderVariant) => {
      made.push(variant);
      return graphs.decoder(variant);
    },
  };
  const model = new OnnxModel(spied, settings, 'exact', false, null, 7);
  const taps = { heads: [{ layer: 2, heads: [0] }], rows: [18, 20], keys: [0, 5] } as const;
  await model.forward(model.newCache(), {
    parts: [{ tokens: new Array<number>(20).fill(5) }],
    taps,
    hiddenOf: 3,
  });
  assert.deepEqual(made, [{ layers: graphs.layers, taps: [2], hiddenOf: 3, logits: 'last' }]);
  await model.dispose();
});

test('chunks are even, none is longer than the most, and what is no longer than that is one', () => {
  const feed = (count: number) => ({
    embeds: new Float32Array(count),
    count,
    positions: {
      positions: [new Float32Array(count), [count, 1]] as const,
      key_positions: [new Float32Array(3 + count), [1, 3 + count]] as const,
    },
    wanted: { layers: 1, taps: [], hiddenOf: null, logits: 'last' } as const,
    variant: { layers: 1, taps: [], hiddenOf: null, logits: 'last' } as const,
    taps: undefined,
  });
  for (const count of [1, CHUNK_ROWS, CHUNK_ROWS + 1, 1025, 1600, 2048]) {
    const sizes = chunksOf(feed(count), 3, CHUNK_ROWS).map(({ start, end, feed: { positions } }) => {
      assert.deepEqual(positions['key_positions']?.[1], [1, 3 + end]);
      return end - start;
    });
    assert.equal(
      sizes.reduce((a, b) => a + b),
      count,
    );
    assert.equal(sizes.length, Math.ceil(count / CHUNK_ROWS));
    assert.ok(Math.max(...sizes) <= CHUNK_ROWS && Math.max(...sizes) - Math.min(...sizes) <= 1);
  }
});

const words = (count: number) => [{ tokens: Array.from({ length: count }, (_, i) => 5 + (i % 90)) }];

/** A cache with a prompt of three tokens, and what four more give on a cache like it that nothing was done to. */
async function begun(model: OnnxModel): Promise<{ cache: KvCache; expected: Float32Array }> {
  const untouched = model.newCache();
  for (const count of [3, 4]) await model.forward(untouched, { parts: words(count), logits: 'none' });
  untouched.truncate(3);
  const { logits } = await model.forward(untouched, { parts: words(4) });
  const cache = model.newCache();
  await model.forward(cache, { parts: words(3) });
  return { cache, expected: logits?.slice() ?? new Float32Array() };
}

for (const kind of ['exact', 'layered', 'resident'] satisfies DecoderKind[]) {
  test(`between two chunks others may ask; a pause that rejects leaves the cache as it was (${kind})`, async () => {
    const model = new OnnxModel(modelGraphs(await openDemo()), settings, kind, false, null, 7);
    const { cache, expected } = await begun(model);
    const other = model.newCache();
    await model.forward(other, { parts: words(6) });
    const lengths: number[] = [];
    const cancelled = new FoveaError('cancelled', 'the sample was cancelled');
    const feeding = model.forward(cache, { parts: words(30) }, async () => {
      lengths.push(cache.length);
      const [step] = await model.steps([{ cache: other, token: 9 }]);
      assert.equal(step?.status, 'fulfilled');
      if (lengths.length === 3) throw cancelled;
    });
    await assert.rejects(feeding, cancelled);
    assert.deepEqual(lengths, [9, 15, 21]);
    assert.equal(other.length, 9);
    assert.equal(cache.length, 3);
    const { logits } = await model.forward(cache, { parts: words(4) });
    assert.equal(maxDifference(logits ?? [], expected), 0);
    await model.dispose();
  });
}

test('a chunk that fails, and a request that is wrong of the last one only, leave the cache as it was', async () => {
  const graphs = modelGraphs(await openDemo());
  const spied = {
    ...graphs,
    attention: (shape: AttentionShape) => {
      // Opened for the chunk that is tapped, the last.
      if (shape.tapped) throw new FoveaError('out_of_memory', 'no memory for it');
      return graphs.attention(shape);
    },
  };
  const model = new OnnxModel(spied, settings, 'layered', false, null, 7);
  const { cache, expected } = await begun(model);
  let pauses = 0;
  const pause = (): Promise<void> => Promise.resolve(void pauses++);
  const ask = (rows: TapRequest['rows'], heads = [0]) =>
    model.forward(
      cache,
      { parts: words(30), taps: { heads: [{ layer: 1, heads }], rows, keys: [0, 2] } },
      pause,
    );
  await assert.rejects(ask([29, 30]), { code: 'out_of_memory' });
  assert.equal(pauses, 4, 'four chunks went before it');
  for (const wrong of [ask([29, 31]), ask([29, 30], [99])]) await assert.rejects(wrong, { code: 'internal' });
  assert.equal(pauses, 4, 'nothing of those ran');
  assert.equal(cache.length, 3);
  const { logits } = await model.forward(cache, { parts: words(4) });
  assert.equal(maxDifference(logits ?? [], expected), 0);
  await model.dispose();
});
