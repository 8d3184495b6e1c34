/** int8: near the original where that is worth it, float32 where it is not or would change too much, on the CPU alone. */
import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { LlavaConfig } from '../../src-main/checkpoint/config.ts';
import type { Measured } from '../../src-main/checkpoint/quantised/index.ts';
import { memoryEstimate } from '../../src-main/checkpoint/memory.ts';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { measuredOf } from '../../src-main/checkpoint/quantised/index.ts';
import type { WeightIndex } from '../../src-main/checkpoint/weight-index.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { hasSignedProducts } from '../../src-main/runtime/int8/signed-products.ts';
import { goldenCases } from '../support/demo-goldens.ts';
import { goldenErrors, openDemo, pixelsOf } from '../support/golden-model.ts';
import { randoms, seeded } from '../support/numbers.ts';
import { packedCase, packedFolder } from '../support/packed.ts';
import { randomWeights, tinyConfig } from '../support/random-checkpoint.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const WIDTH = 256;
const INNER = 512;
const config = tinyConfig({
  text: { hiddenSize: WIDTH, intermediateSize: INNER, headDim: 64, maxPositions: 256, vocabSize: 512 },
});

/** What of a tensor's numbers becomes of them, by their place. */
type Change = (value: number, i: number) => number;

async function checkpointWith(
  t: TestContext,
  changes: Readonly<Record<string, Change>> = {},
): Promise<{ config: LlavaConfig; weights: WeightIndex }> {
  const weights = await randomWeights(temporaryDir(t), config);
  for (const [name, change] of Object.entries(changes)) {
    const ref = weights.get(name);
    assert.ok(ref?.dtype === 'F32', name);
    const values = randoms(ref.length / 4, seeded(name.length), 0.05).map(change);
    const file = openSync(ref.file, 'r+');
    writeSync(file, new Uint8Array(values.buffer), 0, ref.length, ref.offset);
    closeSync(file);
  }
  return { config, weights };
}

/** int8's measurements, and the relative error of its logits. */
async function atInt8(
  t: TestContext,
  source: Awaited<ReturnType<typeof checkpointWith>>,
  form: 'int8' | 'int8-fast' = 'int8',
): Promise<{ measured: Measured; error: number }> {
  const cacheFolder = temporaryDir(t);
  const tokens = Array.from({ length: 40 }, (_, i) => (i * 37) % config.text.vocabSize);
  const logits = async (precision: 'as-stored' | 'int8' | 'int8-fast'): Promise<Float32Array> => {
    const model = await loadModel(source, { device: 'cpu', precision, cacheFolder });
    try {
      const cache = model.newCache();
      await model.forward(cache, { parts: [{ tokens }], logits: 'none' });
      const step = await model.forward(cache, { parts: [{ tokens: [7] }] });
      assert.ok(step.logits);
      return step.logits;
    } finally {
      await model.dispose();
    }
  };
  const [exact, near] = [await logits('as-stored'), await logits(form)];
  const size = Math.hypot(...exact);
  const measured = await measuredOf(source, cacheFolder);
  assert.ok(measured);
  return { measured, error: Math.hypot(...near.map((value, i) => value - (exact[i] as number))) / size };
}

const layer = (name: string): string => `model.layers.1.${name}.weight`;

test('layers of some size become whole numbers, and what comes out stays near', async (t) => {
  const source = await checkpointWith(t);
  const { measured, error } = await atInt8(t, source);
  for (const name of ['mlp.gate_proj', 'mlp.up_proj', 'mlp.down_proj']) {
    const found = measured.layers.get(layer(name));
    assert.equal(found?.alone, 'rows', name);
    assert.ok(found.plain > 0.001 && found.plain < 0.025, `${name}: ${found.plain}`);
  }
  assert.equal(measured.layers.get(layer('self_attn.q_proj'))?.choice, 'small');
  assert.equal(measured.layers.get('lm_head.weight')?.alone, 'rows');
  assert.ok(measured.layers.has('model.twig_layers.0.mlp.gate_proj.weight'), 'the RPN is measured too');
  assert.ok(error > 1e-7 && error < 0.01, `${error}`);
  const fast = await atInt8(t, source, 'int8-fast');
  assert.ok(fast.error > error && fast.error < 0.1, `${fast.error}`);
});

test('a channel far larger than the others is evened out', async (t) => {
  const loud = 11;
  const quiet: Change = (value, i) => (i % WIDTH === loud ? value / 100 : value);
  const source = await checkpointWith(t, {
    [layer('post_attention_layernorm')]: (_, i) => (i === loud ? 200 : 1),
    [layer('mlp.gate_proj')]: quiet,
    [layer('mlp.up_proj')]: quiet,
  });
  const { measured, error } = await atInt8(t, source);
  for (const name of ['mlp.gate_proj', 'mlp.up_proj']) {
    const found = measured.layers.get(layer(name));
    assert.equal(found?.alone, 'smoothed', `${name}: ${JSON.stringify(found)}`);
    assert.ok((found.smoothed ?? 1) < found.plain / 2);
    assert.equal(found.group, layer('mlp.gate_proj'));
  }
  assert.equal(measured.factors.size, 1);
  assert.ok(error < 0.1, `${error}`);
});

test('a layer that cannot bear it takes two digits, however it is asked for', async (t) => {
  // In every row two weights are a hundred times the others, and each column is in turn: nothing can be evened out.
  const source = await checkpointWith(t, {
    [layer('mlp.down_proj')]: (value, i) =>
      (i % INNER) % WIDTH === Math.floor(i / INNER) ? 6 + value : value,
  });
  const { measured, error } = await atInt8(t, source);
  const found = measured.layers.get(layer('mlp.down_proj'));
  assert.deepEqual([found?.choice, found?.alone], ['digits', 'digits'], JSON.stringify(found));
  assert.equal(measured.layers.get(layer('mlp.up_proj'))?.alone, 'rows');
  assert.ok(error < 0.01, `${error}`);
});

test('the demo is too small for it and stays what it is; made to, it stays near', async (t) => {
  const checkpoint = await openDemo();
  const golden = goldenCases()[0];
  assert.ok(golden);
  const pixels = await pixelsOf(checkpoint, golden);
  const errors = async (options: {
    int8Worth?: number;
    precision: 'as-stored' | 'int8' | 'int8-fast';
  }): Promise<number[]> => {
    const model = await loadModel(checkpoint, { device: 'cpu', cacheFolder: temporaryDir(t), ...options });
    try {
      return Object.values(await goldenErrors(model, golden, pixels));
    } finally {
      await model.dispose();
    }
  };
  const exact = await errors({ precision: 'as-stored' });
  const same = await errors({ precision: 'int8' });
  same.forEach((error, i) => assert.ok(Math.abs(error - (exact[i] as number)) < 1e-5));
  const fast = await errors({ precision: 'int8-fast', int8Worth: 1 });
  assert.ok(Math.max(...fast) > 1e-4, 'whole numbers were used');
  assert.ok(Math.max(...fast) < 1.5, fast.join());
  const near = await errors({ precision: 'int8', int8Worth: 1 });
  assert.ok(Math.max(...near) < Math.max(...fast) / 20, `${near.join()} ${fast.join()}`);
});

test('progress goes over looking and writing, and stops when asked', async (t) => {
  const source = await checkpointWith(t);
  const heard: number[] = [];
  const model = await loadModel(source, {
    device: 'cpu',
    precision: 'int8',
    cacheFolder: temporaryDir(t),
    onQuantise: ({ done, total }) => heard.push(done / total),
  });
  await model.dispose();
  assert.ok(heard.length > 6 && heard.every((share, i) => share >= (heard[i - 1] ?? 0)));
  assert.equal(heard.at(-1), 1);

  const stop = new AbortController();
  const stopped = loadModel(source, {
    device: 'cpu',
    precision: 'int8',
    cacheFolder: temporaryDir(t),
    signal: stop.signal,
    onQuantise: () => stop.abort(),
  });
  await assert.rejects(stopped, { code: 'cancelled' });
});

test('a device other than the CPU is refused by name', async (t) => {
  const checkpoint = await openDemo();
  const wish = { device: 'webgpu', precision: 'int8', cacheFolder: temporaryDir(t) } as const;
  await assert.rejects(loadModel(checkpoint, wish), {
    code: 'device_unavailable',
    message: /int8.*not on webgpu/,
  });
  assert.deepEqual(readdirSync(wish.cacheFolder), [], 'nothing was measured or written for it');
});

test('packed weights are refused by what they are', async (t) => {
  const packed = await openModel(await packedFolder(t, packedCase('llava-awq')));
  const wish = { device: 'cpu', precision: 'int8', cacheFolder: temporaryDir(t) } as const;
  await assert.rejects(loadModel(packed, wish), {
    code: 'unsupported_model',
    message: /cannot be run at int8/,
  });
});

test('whether it fits into memory is known when it is measured: not all layers take two digits', async (t) => {
  const source = await checkpointWith(t);
  const options = { device: 'cpu', precision: 'int8', cacheFolder: temporaryDir(t) } as const;
  const most = memoryEstimate(source).int8?.copiedBytes ?? 0;
  const least = memoryEstimate(source)['int8-fast']?.copiedBytes ?? 0;
  await (await loadModel(source, { ...options, availableBytes: most - 1 })).dispose();
  const { copiedBytes = 0 } =
    memoryEstimate(source, await measuredOf(source, options.cacheFolder)).int8 ?? {};
  assert.ok(copiedBytes < most);
  await assert.rejects(loadModel(source, { ...options, availableBytes: copiedBytes - 1 }), {
    code: 'out_of_memory',
  });

  // Two digits for all that is there: refused when that is known, before a cache is written, and not measured again.
  const wide = { ...options, cacheFolder: temporaryDir(t), int8Worth: 1, availableBytes: least + 1 };
  let heard = 0;
  const load = () => loadModel(source, { ...wide, onQuantise: () => heard++ });
  await assert.rejects(load(), { code: 'out_of_memory' });
  assert.deepEqual(
    readdirSync(wide.cacheFolder).map((name) => /[^.]*$/.exec(name)?.[0]),
    ['measured'],
  );
  const before = heard;
  await assert.rejects(load(), { code: 'out_of_memory' });
  assert.ok(before > 0 && heard === before);
  const poor = { ...wide, cacheFolder: join(wide.cacheFolder, 'never-made'), availableBytes: least - 1 };
  await assert.rejects(loadModel(source, poor), { code: 'out_of_memory' });
  assert.equal(existsSync(poor.cacheFolder), false);
});

test('the processor says whether its products are exact', async () => {
  assert.equal(typeof (await hasSignedProducts({ device: 'cpu', cpuThreads: 1, prepack: true })), 'boolean');
});
