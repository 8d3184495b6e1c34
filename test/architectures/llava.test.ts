import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { modelGraphs } from '../../models/architectures/index.ts';
import { ropeTables } from '../../models/architectures/rope.ts';
import type { LlavaConfig } from '../../src-main/checkpoint/config.ts';
import { llavaNames } from '../../src-main/checkpoint/llava-names.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { assertClose, randoms, seeded } from '../support/numbers.ts';
import { randomWeights, tinyConfig } from '../support/random-checkpoint.ts';
import { ReferenceModel } from '../support/reference-llava.ts';

const TOLERANCE = 2e-5;
const dir = mkdtempSync(join(tmpdir(), 'fovea-architectures-'));
test.after(() => rmSync(dir, { recursive: true }));

const renamed = llavaNames('llava_hf', {
  vision: 'model.vision_tower',
  projector: 'model.multi_modal_projector.linear_',
  decoder: 'model.language_model',
  head: 'lm_head',
});
const VARIANTS: readonly [string, LlavaConfig][] = [
  ['the original layout', tinyConfig()],
  ['the llava-hf layout', tinyConfig({ layout: 'llava_hf' })],
  ['the llava-hf layout with other names for every part', tinyConfig({ layout: 'llava_hf', names: renamed })],
  ['grouped keys and values', tinyConfig({ text: { kvHeads: 2 } })],
  [
    'one key head for all',
    tinyConfig({ text: { kvHeads: 1 }, rpn: { k: 0, t: 3, norm: true, multiHead: false } }),
  ],
  ['a head size that is not d / heads', tinyConfig({ text: { headDim: 6 } })],
  ['tied embeddings', tinyConfig({ text: { tieWordEmbeddings: true } })],
  ['another rotary base and epsilon', tinyConfig({ text: { ropeTheta: 500, rmsNormEps: 1e-2 } })],
  ['exact GELU in the tower', tinyConfig({ vision: { activation: 'gelu' } })],
  ['pixels that fill no patch', tinyConfig({ vision: { imageSize: 14 } })],
  ['the last vision layer', tinyConfig({ visionSelectLayer: -1 })],
  ['a vision layer counted from the front', tinyConfig({ visionSelectLayer: 1 })],
  ['an RPN of one layer', tinyConfig({ rpn: { k: 2, t: 1, norm: true, multiHead: true } })],
  ['an RPN without twig_norm', tinyConfig({ rpn: { k: 1, t: 2, norm: false, multiHead: true } })],
  [
    'an RPN with one full-width dot product',
    tinyConfig({ rpn: { k: 1, t: 2, norm: true, multiHead: false } }),
  ],
  ['no RPN', tinyConfig({ rpn: null })],
];

for (const [i, [what, config]] of VARIANTS.entries()) {
  test(`${what}: every number is the plain reference's`, async () => {
    const weights = await randomWeights(join(dir, String(i)), config);
    const model = await loadModel({ config, weights }, { device: 'cpu' });
    const side = config.vision.imageSize;
    const pixels = randoms(3 * side * side, seeded(7));
    const [before, after] = [
      [1, 9],
      [11, 3, 30],
    ];
    const expected = new ReferenceModel(config, weights).run(before, pixels, after);

    const features = await model.encodeImage(pixels);
    assertClose(features, expected.features.flat(), TOLERANCE, 'features');
    const count = expected.features.length;
    assert.deepEqual(model.profile.grid, [Math.sqrt(count), Math.sqrt(count)]);
    const length = before.length + count + after.length;
    const layers = config.text.layers;
    const result = await model.forward(model.newCache(), {
      parts: [{ tokens: before }, { features, count }, { tokens: after }],
      logits: 'all',
      hiddenOf: layers - 1,
      taps: {
        heads: Array.from({ length: layers }, (_, layer) => ({ layer, heads: 'all' as const })),
        rows: [0, length],
        keys: [0, length],
      },
    });
    assertClose(result.logits ?? [], expected.logits.flat(), TOLERANCE, 'logits');
    assertClose(result.hidden ?? [], expected.hidden[layers - 1]?.flat() ?? [], TOLERANCE, 'hidden states');
    result.taps.forEach((tap, layer) => {
      assertClose(
        tap.data,
        expected.attention[layer]?.flat(2) ?? [],
        TOLERANCE,
        `attention of layer ${layer}`,
      );
    });

    if (config.rpn) {
      const { hidden } = await model.forward(model.newCache(), {
        parts: [{ tokens: before }, { features, count }, { tokens: after }],
        hiddenOf: config.rpn.k,
        layers: Math.max(1, config.rpn.k),
      });
      const rpn = await model.rpn(
        hidden ?? new Float32Array(0),
        [length - 1, length],
        [before.length, before.length + count],
      );
      assertClose(rpn, expected.rpn, TOLERANCE, 'RPN logits');
    } else {
      await assert.rejects(model.rpn(features, [0, 1], [0, 1]), /no RPN/);
    }
    await model.dispose();
  });
}

test('an early exit builds no later layer, and features no later vision layer', async () => {
  const config = tinyConfig();
  const weights = await randomWeights(join(dir, 'early'), config);
  const asked: string[] = [];
  const spy = {
    get: (name: string) => {
      asked.push(name);
      return weights.get(name);
    },
    names: () => weights.names(),
  };
  const graphs = modelGraphs({ config, weights: spy });
  graphs.decoder({ layers: 2, logits: 'none', taps: [1], hiddenOf: null });
  assert.ok(asked.some((name) => name.startsWith('model.layers.1.self_attn')));
  assert.ok(!asked.some((name) => /layers\.2|layers\.1\.mlp|lm_head|model\.norm/.test(name)));
  asked.length = 0;
  graphs.vision();
  assert.ok(!asked.some((name) => /encoder\.layers\.2|post_layernorm/.test(name)));
});

test('rotary tables turn the first half of each pair against the second', () => {
  const { cos, sin } = ropeTables(3, 1, 4, 100);
  assertClose(cos, [Math.cos(3), Math.cos(0.3), Math.cos(3), Math.cos(0.3)], 1e-6);
  assertClose(sin, [-Math.sin(3), -Math.sin(0.3), Math.sin(3), Math.sin(0.3)], 1e-6);
});
