import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ModelGraphs } from '../../models/architectures/index.ts';
import type { Graph } from '../../src-main/graph/types.ts';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { knownDevices, loadModel, SELF_CHECK_LIMIT } from '../../src-main/runtime/index.ts';
import { OnnxModel } from '../../src-main/runtime/model.ts';
import { relativeError, selfCheck, stepsCheck } from '../../src-main/runtime/self-check.ts';
import { modelGraphs } from '../../models/architectures/index.ts';
import { openDemo } from '../support/golden-model.ts';
import { singlePrecisionDemo } from '../support/single-precision.ts';
import { wrongTogether } from '../support/wrong-together.ts';

const checkpoint = await openDemo();
const graphs = modelGraphs(checkpoint);
const onCpu = (of: ModelGraphs) => new OnnxModel(of, { device: 'cpu', cpuThreads: 1 });

/** The CPU with one wrong kernel: the projected features come out slightly too large. */
function faultyVision(scale: number): ModelGraphs {
  const vision = (): Graph => {
    const graph = graphs.vision();
    const [features] = graph.outputs;
    assert.ok(features);
    const raw = 'features_raw';
    const factor = { name: 'factor', dtype: 'float32', shape: [] } as const;
    const rename = (name: string): string => (name === features.name ? raw : name);
    return {
      ...graph,
      initializers: [...graph.initializers, { ...factor, data: { inline: Float32Array.of(scale) } }],
      nodes: [
        ...graph.nodes.map((node) => ({ ...node, outputs: node.outputs.map(rename) })),
        { op: 'Mul', inputs: [raw, 'factor'], outputs: [features.name], attributes: {} },
      ],
    };
  };
  return { ...graphs, vision };
}

test('a model says what it is and where it runs', async () => {
  const model = await loadModel(checkpoint, { device: 'cpu' });
  assert.equal(model.profile.device, 'cpu');
  assert.equal(model.profile.layers, checkpoint.config.text.layers);
  assert.deepEqual(model.profile.rpn, { k: checkpoint.config.rpn?.k, t: checkpoint.config.rpn?.t });
  assert.equal(model.info.selfCheck, null);
  assert.ok(model.info.parameters > 1e6);
  await model.dispose();
});

test('weights that cannot fit are refused before anything is read', async () => {
  const halves = await openModel(join(import.meta.dirname, '../golden/oracle/cases/qwen2_5-vl-shrunk'));
  const small = { device: 'cpu', availableBytes: 100_000 } as const;
  await assert.rejects(loadModel(halves, small), {
    code: 'out_of_memory',
    message: /take 0\.0 GB of memory/,
    next: /--precision int4/,
  });
  const cacheFolder = join(import.meta.dirname, 'never-made');
  await assert.rejects(loadModel(halves, { ...small, precision: 'int4', cacheFolder }), {
    code: 'out_of_memory',
    next: /smaller model/,
  });
  assert.equal(existsSync(cacheFolder), false);
  // Mapped weights (those of a float32 checkpoint) take nothing that the system could not have back.
  const mapped = await openModel(await singlePrecisionDemo());
  await (await loadModel(mapped, small)).dispose();
});

test('the self-check passes a device that agrees and refuses one that does not, by name, error and limit', async () => {
  const reference = onCpu(graphs);
  const same = onCpu(graphs);
  const { maxError, limit } = await selfCheck(same, reference);
  assert.equal(maxError, 0);
  assert.equal(limit, SELF_CHECK_LIMIT);
  for (const broken of [{ ...graphs, ropeTheta: 12 }, faultyVision(1.02)]) {
    const model = onCpu(broken);
    await assert.rejects(selfCheck(model, reference), (error: Error & { code?: string; next?: string }) => {
      assert.equal(error.code, 'device_disagrees');
      assert.match(error.message, /the device cpu .* error [\d.e+-]+, limit 0\.01/);
      assert.match(error.next ?? '', /--device cpu/);
      return true;
    });
    await model.dispose();
  }
  await Promise.all([reference.dispose(), same.dispose()]);
});

test('the error measure sees sizes, signs and values that are not numbers', () => {
  const of = (...values: number[]) => Float32Array.from(values);
  assert.ok(Math.abs(relativeError(of(1, 2), of(1, 4)) - 0.5) < 1e-6);
  assert.equal(relativeError(of(1), of(1, 2)), Infinity);
  assert.equal(relativeError(of(1, NaN), of(1, 2)), Infinity);
});

test('a device that is asked for and not there is refused with a next step', async () => {
  const absent = (['dml', 'coreml', 'cuda'] as const).find((device) => !knownDevices().includes(device));
  assert.ok(absent);
  await assert.rejects(
    loadModel(checkpoint, { device: absent }),
    (error: Error & { code?: string; next?: string }) => {
      assert.equal(error.code, 'device_unavailable');
      assert.match(error.message, new RegExp(absent));
      assert.match(error.next ?? '', /--device cpu/);
      return true;
    },
  );
});

test('a missing tensor is named when its graph is made', async () => {
  const gone = 'model.layers.2.mlp.up_proj.weight';
  const { weights, config } = checkpoint;
  const holey = {
    config,
    weights: {
      get: (name: string) => (name === gone ? undefined : weights.get(name)),
      names: () => weights.names(),
    },
  };
  await assert.rejects(loadModel(holey, { device: 'cpu' }), {
    code: 'missing_tensor',
    message: new RegExp(gone),
  });
});

const onLinux = process.platform === 'linux';
const mappings = () => readFileSync('/proc/self/maps', 'utf8').match(/\.safetensors$/gm)?.length ?? 0;

test(
  'disposing lets go of every mapping, and loading again and again leaks none',
  { skip: !onLinux },
  async () => {
    const round = async (): Promise<{ maps: number; threads: number }> => {
      const model = await loadModel(checkpoint, { device: 'cpu', cpuThreads: 2 });
      assert.ok(mappings() > 0);
      await model.forward(model.newCache(), { parts: [{ tokens: [5] }], layers: 1 });
      await model.dispose();
      return { maps: mappings(), threads: readdirSync('/proc/self/task').length };
    };
    const first = await round();
    assert.equal(first.maps, 0);
    for (let again = 0; again < 3; again++) assert.deepEqual(await round(), first);
  },
);

test(
  'a model disposed in the middle of a run finishes it and lets go afterwards',
  { skip: !onLinux },
  async () => {
    const model = await loadModel(checkpoint, { device: 'cpu' });
    const running = model.forward(model.newCache(), { parts: [{ tokens: [5, 6] }] });
    await model.dispose();
    assert.ok((await running).logits);
    assert.equal(mappings(), 0);
  },
);

test('steps of many sequences that are not what the CPU makes one at a time are found and named', async () => {
  const resident = (of: ModelGraphs) => new OnnxModel(of, { device: 'cpu', cpuThreads: 1 }, 'resident');
  const reference = onCpu(graphs);
  const right = resident(graphs);
  assert.ok((await stepsCheck(right, reference)).maxError < 1e-5);
  const wrong = resident(wrongTogether(graphs));
  assert.ok((await selfCheck(wrong, reference)).maxError < 1e-5, 'one at a time it is right');
  await assert.rejects(stepsCheck(wrong, reference), {
    code: 'device_disagrees',
    message: /^cpu computes something else when 3 samples decode together.*error [\d.]+, limit 0\.01$/,
  });
  wrong.refuseBatches();
  assert.equal(wrong.profile.batches, false);
  await assert.rejects(wrong.steps([{ cache: wrong.newCache(), token: 5 }]), /one sequence at a time/);
  await Promise.all([right, wrong, reference].map((model) => model.dispose()));
});
