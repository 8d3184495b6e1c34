import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelGraphs } from '../../models/architectures/index.ts';
import type { ForwardRequest } from '../../src-main/pipeline/ports.ts';
import { OnnxModel } from '../../src-main/runtime/model.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { joined, openDemo } from '../support/golden-model.ts';
import { assertClose } from '../support/numbers.ts';
import { randomWeights, tinyConfig } from '../support/random-checkpoint.ts';

const settings = { device: 'cpu', cpuThreads: 1 } as const;
const graphs = modelGraphs(await openDemo());
const k = graphs.rpn?.k ?? 1;

const REQUESTS: readonly Omit<ForwardRequest, 'parts'>[] = [
  {},
  { logits: 'none' },
  { taps: { heads: [{ layer: 1, heads: [2, 0] }], rows: [1, 3], keys: [0, 4] } },
  { hiddenOf: k },
  { taps: { heads: [{ layer: 0, heads: 'all' }], rows: [3, 4], keys: [1, 3] }, logits: 'none' },
  { logits: 'all' },
  { layers: 2, taps: { heads: [{ layer: 1, heads: [1] }], rows: [0, 1], keys: [0, 1] } },
];

for (const kind of ['layered', 'resident'] as const)
  test(`sessions in pieces answer as exact decoders do, and each piece is made once (${kind})`, async () => {
    const made: string[] = [];
    const spied = {
      ...graphs,
      between: (i: number) => {
        made.push(`between ${i}`);
        return graphs.between(i);
      },
      head: () => {
        made.push('head');
        return graphs.head();
      },
    };
    const exact = new OnnxModel(graphs, settings);
    const layered = new OnnxModel(spied, settings, kind);
    await layered.warm();
    const whole: Omit<ForwardRequest, 'parts'>[] = [
      ...REQUESTS,
      { hiddenOf: graphs.layers },
      { layers: 2, hiddenOf: 2 },
      { layers: k + 1, hiddenOf: k, taps: { heads: [{ layer: k, heads: [0] }], rows: [2, 3], keys: [0, 2] } },
      { taps: { heads: [{ layer: graphs.layers - 1, heads: 'all' }], rows: [1, 3], keys: [0, 4] } },
    ];
    for (const request of whole) {
      const [first, second] = [exact.newCache(), layered.newCache()];
      // A prompt, then more tokens behind what the cache holds.
      for (const tokens of [
        [5, 6, 7, 8],
        [9, 5, 4, 6],
      ]) {
        const parts = [{ tokens }];
        const expected = await exact.forward(first, { parts, ...request });
        const result = await layered.forward(second, { parts, ...request });
        assert.equal(result.logits === null, expected.logits === null);
        assert.equal(result.hidden === null, expected.hidden === null);
        assertClose(result.logits ?? [], expected.logits ?? [], 1e-5, 'logits');
        assertClose(result.hidden ?? [], expected.hidden ?? [], 1e-5, 'hidden states');
        assert.deepEqual(
          result.taps.map(({ layer, heads, rows, keys }) => [layer, heads, rows, keys]),
          expected.taps.map(({ layer, heads, rows, keys }) => [layer, heads, rows, keys]),
        );
        assertClose(joined(result.taps), joined(expected.taps), 1e-6, 'taps');
      }
    }
    await Promise.all([exact.dispose(), layered.dispose()]);
    assert.deepEqual(made, [...Array.from({ length: graphs.layers + 1 }, (_, i) => `between ${i}`), 'head']);
  });

for (const [kind, buffer] of [
  ['layered', null],
  ['resident', null],
  ['resident', 1_000_000],
] as const)
  test(`a long feed that layers take piece by piece gives what one piece gives (${kind}, ${buffer} bytes in a buffer)`, async (t) => {
    const config = tinyConfig({ text: { maxPositions: 2048, kvHeads: 2 } });
    const long = modelGraphs({ config, weights: await randomWeights(temporaryDir(t), config) });
    const exact = new OnnxModel(long, settings);
    const layered = new OnnxModel(long, settings, kind, false, buffer);
    const [first, second] = [exact.newCache(), layered.newCache()];
    for (const count of [700, 1100, 3]) {
      const parts = [{ tokens: Array.from({ length: count }, (_, i) => (7 * i + count) % 32) }];
      const taps = {
        heads: [
          { layer: 0, heads: [2] },
          { layer: 1, heads: [3, 0] },
        ],
        rows: [Math.max(0, count - 600), count],
        keys: [5, first.length + count],
      } as const;
      const request = { parts, hiddenOf: 2, taps };
      const expected = await exact.forward(first, request);
      const result = await layered.forward(second, request);
      assertClose(result.logits ?? [], expected.logits ?? [], 1e-4, 'logits');
      assertClose(result.hidden ?? [], expected.hidden ?? [], 1e-4, 'hidden states');
      assertClose(joined(result.taps), joined(expected.taps), 1e-5, 'taps');
    }
    await Promise.all([exact.dispose(), layered.dispose()]);
  });

test('a tight model lets vision tower and RPN go for a prompt, and opens them again', async (t) => {
  const config = tinyConfig({ text: { maxPositions: 512 } });
  const source = modelGraphs({ config, weights: await randomWeights(temporaryDir(t), config) });
  for (const [tight, times] of [
    [true, 3],
    [false, 1],
  ] as const) {
    let made = 0;
    const spied = { ...source, vision: () => (made++, source.vision()) };
    const model = new OnnxModel(spied, settings, 'layered', tight);
    await model.warm();
    const pixels = new Float32Array(model.pixelCount(source.grid)).fill(0.5);
    const first = await model.encodeImage(pixels);
    for (const count of [300, 10, 300]) {
      await model.forward(model.newCache(), { parts: [{ tokens: new Array<number>(count).fill(5) }] });
      assert.deepEqual(await model.encodeImage(pixels), first);
    }
    assert.equal(made, times);
    await model.dispose();
  }
});
