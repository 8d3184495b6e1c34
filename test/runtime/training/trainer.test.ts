import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { GraphSource } from '../../../models/architectures/index.ts';
import { modelGraphs } from '../../../models/architectures/index.ts';
import { readSafetensorsHeader } from '../../../src-main/checkpoint/files/safetensors.ts';
import { WeightIndex } from '../../../src-main/checkpoint/weight-index.ts';
import { GraphBuilder } from '../../../src-main/graph/builder.ts';
import { gradients } from '../../../src-main/graph/gradient/gradients.ts';
import { bceLoss } from '../../../src-main/graph/gradient/losses.ts';
import { replay, weightsOf } from '../../../src-main/graph/gradient/replay.ts';
import { OnnxModel } from '../../../src-main/runtime/model.ts';
import { Session } from '../../../src-main/runtime/session.ts';
import { exampleFeeds, lossFeeds, type BranchExample } from '../../../src-main/runtime/training/example.ts';
import { piecesOf } from '../../../src-main/runtime/training/branch-graph.ts';
import { BranchTrainer, initialBranch } from '../../../src-main/runtime/training/index.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import {
  branchExample,
  branchSource,
  LLAVA_TINY,
  QWEN_TINY,
  SETTINGS,
  storedValues,
} from '../../support/branch-source.ts';
import { writeSafetensors } from '../../support/safetensors.ts';
import { swiftShaderEnv } from '../../support/swiftshader.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const D = LLAVA_TINY.text.hiddenSize;
const CASES = [
  ['LLaVA', LLAVA_TINY],
  ['Qwen', QWEN_TINY],
] as const;

type Numbers = Record<string, number[]>;
const copy = (trainer: BranchTrainer): Numbers =>
  Object.fromEntries([...trainer.weights()].map(([name, { data }]) => [name, [...data]]));

async function opened<T>(
  source: GraphSource,
  work: (trainer: BranchTrainer) => Promise<T>,
  changes: Partial<typeof SETTINGS> = {},
): Promise<T> {
  const trainer = await BranchTrainer.open(source, { ...SETTINGS, ...changes });
  try {
    return await work(trainer);
  } finally {
    await trainer.dispose();
  }
}

/** Steps of two examples each, the same at each step number. */
async function train(trainer: BranchTrainer, steps: number, d = D): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    for (const seed of [trainer.steps % 4, 9]) {
      losses.push(await trainer.accumulate(branchExample(seed, d)));
    }
    trainer.step();
  }
  return losses;
}

/** The gradient of one example by a graph that adds nothing up, by tensor. */
async function gradientsOf(
  source: GraphSource,
  example: BranchExample,
): Promise<Record<string, Float32Array>> {
  const graphs = modelGraphs(source);
  const branch = graphs.rpnBranch()!;
  const b = new GraphBuilder('gradients');
  const built = replay(b, branch);
  const loss = bceLoss(b, built.get('rpn')!, b.input('labels', 'float32', ['N', 'Q']));
  const weights = weightsOf(branch);
  const wanted = weights.map(({ value }) => built.get(value.name)!);
  gradients(b, loss, wanted).forEach((gradient, i) => b.output(`of ${weights[i]!.tensor}`, gradient));
  const session = await Session.open(b.finish(), { device: 'cpu', cpuThreads: 1 });
  try {
    const output = await session.run({ ...exampleFeeds(graphs, example), ...lossFeeds(example) });
    return Object.fromEntries(weights.map(({ tensor }) => [tensor, output[`of ${tensor}`]!.data]));
  } finally {
    await session.release();
  }
}

for (const [family, config] of CASES) {
  test(`${family}: what is accumulated in place is the weighted sum of each example's gradients`, async (t) => {
    const source = await branchSource(temporaryDir(t), config);
    const examples = [branchExample(1, D), branchExample(2, D, { weight: 0.25 })];
    const own = await Promise.all(examples.map((example) => gradientsOf(source, example)));
    // Betas of 0 make the first moment the gradient itself.
    await opened(
      source,
      async (trainer) => {
        for (const example of examples) await trainer.accumulate(example);
        trainer.step();
        const path = join(temporaryDir(t), 'state');
        await trainer.save(path);
        const entries = await readSafetensorsHeader(path);
        const bytes = readFileSync(path);
        for (const [tensor, gradient] of Object.entries(own[0]!)) {
          const { offset, length } = entries.get(`exp_avg.${tensor}`)!;
          const mean = new Float32Array(Uint8Array.from(bytes.subarray(offset, offset + length)).buffer);
          const expected = gradient.map((g, i) => (g + 0.25 * own[1]![tensor]![i]!) / 2);
          const largest = Math.max(...expected.map(Math.abs));
          assert.ok(largest > 0, `${tensor} has a gradient`);
          mean.forEach((value, i) =>
            assert.ok(Math.abs(value - expected[i]!) <= 1e-5 * largest, `${tensor}[${i}]`),
          );
        }
        assert.equal(entries.size, 3 * Object.keys(own[0]!).length);
      },
      { betas: [0, 0], clipNorm: null },
    );
  });

  test(`${family}: a run again is the same run to the bit, and so is one saved and gone on with`, async (t) => {
    const dir = temporaryDir(t);
    const source = await branchSource(dir, config);
    const path = join(dir, 'state.safetensors');
    const whole = await opened(source, async (trainer) => {
      const losses = await train(trainer, 8);
      return { losses, weights: copy(trainer) };
    });
    assert.ok(whole.losses.at(-1)! < 0.8 * whole.losses[1]!, `it learns: ${whole.losses.join(' ')}`);
    const again = await opened(source, async (trainer) => {
      const losses = await train(trainer, 5);
      await trainer.save(path);
      return losses;
    });
    const resumed = await opened(source, async (trainer) => {
      await trainer.restore(path);
      assert.equal(trainer.steps, 5);
      const losses = await train(trainer, 3);
      return { losses, weights: copy(trainer) };
    });
    assert.deepEqual([...again, ...resumed.losses], whole.losses);
    assert.deepEqual(resumed.weights, whole.weights);
  });

  test(`${family}: scores are those of the model with these weights`, async (t) => {
    const source = await branchSource(temporaryDir(t), config);
    const example = branchExample(4, D);
    const scores = await opened(source, (trainer) => trainer.scores(example));
    const model = new OnnxModel(modelGraphs(source), { device: 'cpu', cpuThreads: 1 });
    t.after(() => model.dispose());
    const { hidden, length, visual, grid } = example;
    const expected = await model.rpn(hidden, [length - 1, length], visual, grid);
    assert.equal(scores.length, 20);
    scores.forEach((score, i) => assert.ok(Math.abs(score - expected[i]!) < 1e-5));
  });

  test(`${family}: every loss learns, on the features' grid and on another`, async (t) => {
    const source = await branchSource(temporaryDir(t), config);
    for (const loss of ['bce', 'focal', 'mse'] as const) {
      for (const labelGrid of [
        [4, 5],
        [6, 6],
      ] as const) {
        const example = branchExample(2, D, { labelGrid });
        const losses = await opened(
          source,
          async (trainer) => {
            const losses: number[] = [];
            for (let i = 0; i < 6; i++) {
              losses.push(await trainer.accumulate(example));
              trainer.step();
            }
            return losses;
          },
          { loss, warmup: 0 },
        );
        assert.ok(losses.at(-1)! < losses[0]!, `${loss} on ${labelGrid.join('×')}: ${losses.join(' ')}`);
      }
    }
  });
}

test('a step says its number, rate and norm; the first of a warm-up changes nothing', async (t) => {
  const source = await branchSource(temporaryDir(t), LLAVA_TINY);
  await opened(
    source,
    async (trainer) => {
      const before = copy(trainer);
      await trainer.accumulate(branchExample(1, D));
      const first = trainer.step();
      assert.equal(first.step, 1);
      assert.equal(first.lr, 0);
      assert.ok(first.gradNorm > 0.001 && first.clipped);
      assert.deepEqual(copy(trainer), before);
      await trainer.accumulate(branchExample(1, D));
      assert.equal(trainer.step().lr, SETTINGS.learningRate / 2);
      assert.notDeepEqual(copy(trainer), before);
      assert.throws(() => trainer.step(), { code: 'internal' });
    },
    { clipNorm: 0.001 },
  );
});

test('what cannot be trained on is refused before anything changes', async (t) => {
  const source = await branchSource(temporaryDir(t), LLAVA_TINY);
  const good = branchExample(1, D);
  const spoilt = Float32Array.from(good.hidden);
  spoilt[D * 5 + 2] = NaN;
  const refusals: readonly [Partial<BranchExample>, RegExp][] = [
    [{ hidden: spoilt }, /row 5 is NaN/],
    [{ hidden: spoilt.map((x, i) => (i === 3 ? -Infinity : x)) }, /row 0 is -Infinity/],
    [{ hidden: good.hidden.map((x, i) => (i === 3 ? 1e19 : x)) }, /row 0 is \d+, too large/],
    [{ hidden: good.hidden.subarray(1) }, /numbers where/],
    [{ visual: [3, 22] }, /not the visual tokens of a 4×5 grid/],
    [{ visual: [20, 40] }, /not the visual tokens/],
    [{ labels: new Int8Array(20).fill(-100) }, /every cell of its label is ignored/],
    [{ labels: new Int8Array(0) }, /0 cells/],
    [{ labels: new Int8Array(20).fill(2) }, /something else than 1, 0 and −100/],
    [{ weight: NaN }, /weight is NaN/],
    [{ weight: -1 }, /weight is -1/],
  ];
  const run = (interrupted: boolean) =>
    opened(
      source,
      async (trainer) => {
        await trainer.accumulate(good);
        if (interrupted) {
          for (const [change, words] of refusals) {
            await assert.rejects(trainer.accumulate({ ...good, ...change }), (error) => {
              assert.ok(error instanceof FoveaError);
              assert.equal(error.code, 'bad_input');
              assert.match(error.message, words);
              return true;
            });
          }
          await assert.rejects(trainer.save('/nowhere/state'), { code: 'internal' });
        }
        await trainer.accumulate(branchExample(2, D));
        await assert.rejects(trainer.accumulate(good), { code: 'internal' });
        return [trainer.step(), copy(trainer)];
      },
      { warmup: 0 },
    );
  assert.deepEqual(await run(true), await run(false));
});

test('numbers that run away change nothing: the batch is dropped, weights and moments stay', async (t) => {
  const source = await branchSource(temporaryDir(t), LLAVA_TINY);
  const good = branchExample(1, D);
  // Finite weights whose products are not.
  await opened(await branchSource(temporaryDir(t), LLAVA_TINY, { scale: 1e15 }), async (trainer) => {
    const before = copy(trainer);
    await assert.rejects(trainer.accumulate(good), /gives no numbers: the loss of a sample is/);
    assert.throws(() => trainer.step(), { code: 'internal' });
    assert.deepEqual(copy(trainer), before);
  });
  const heavy = { ...good, weight: 3e38 };
  await opened(
    source,
    async (trainer) => {
      await train(trainer, 1);
      const before = copy(trainer);
      for (let i = 0; i < 100; i++) await trainer.accumulate(heavy);
      assert.throws(
        () => trainer.step(),
        /diverged after step 1: its next gradient has the norm (Infinity|NaN)/,
      );
      assert.deepEqual(copy(trainer), before);
      assert.equal(trainer.steps, 1);
      await train(trainer, 1);
      const after = copy(trainer);
      await opened(
        source,
        async (other) => {
          await train(other, 2);
          assert.deepEqual(copy(other), after);
        },
        { warmup: 0 },
      );
    },
    { warmup: 0, batch: 100 },
  );
});

test('a state that is damaged, of another branch or none is refused, and nothing changes', async (t) => {
  const dir = temporaryDir(t);
  const source = await branchSource(dir, LLAVA_TINY);
  const path = join(dir, 'state');
  await opened(source, async (trainer) => {
    await train(trainer, 1);
    await trainer.save(path);
    const bytes = readFileSync(path);
    await train(trainer, 1);
    const before = copy(trainer);
    const refused = async (words: RegExp): Promise<void> => {
      await assert.rejects(trainer.restore(path), (error) => {
        assert.ok(error instanceof FoveaError);
        assert.equal(error.code, 'bad_checkpoint');
        assert.match(error.message, words);
        return true;
      });
      assert.deepEqual(copy(trainer), before);
      assert.equal(trainer.steps, 2);
    };
    truncateSync(path, bytes.length - 4);
    await refused(/ends before tensor/);
    writeFileSync(path, 'no state');
    await refused(/header|short/);
    writeSafetensors(path, { a: { dtype: 'F32', shape: [1], data: new Uint8Array(4) } });
    await refused(/no state of a training run/);
    await opened(await branchSource(dir, QWEN_TINY), (other) => other.save(path));
    await refused(/of another branch/);
    rmSync(path);
    await refused(/cannot be read|no file/);
  });
});

test('a model without an RPN is refused, and trains from a fresh one of its own layers', async (t) => {
  for (const [family, config] of CASES) {
    const bare = await branchSource(temporaryDir(t), { ...config, rpn: null });
    await assert.rejects(BranchTrainer.open(bare, SETTINGS), { code: 'unsupported_model' });
    assert.throws(() => initialBranch(bare, { k: 2, t: 3 }), { code: 'bad_input' });
    const fresh = initialBranch(bare, { k: 1, t: 3 });
    await opened(fresh, async (trainer) => {
      const weights = trainer.weights();
      assert.equal(weights.has('model.twig_norm.weight'), family === 'LLaVA');
      for (const [name, { data, shape }] of weights) {
        const base = name
          .replace('model.twig_norm', 'model.norm')
          .replace(/model\.twig_layers\.(\d)/, (_, i: string) => `model.layers.${Number(i) + 1}`);
        assert.deepEqual([...data], [...storedValues(bare, base)], name);
        assert.equal(
          shape.reduce((a, b) => a * b, 1),
          data.length,
        );
      }
      assert.ok(!weights.has('model.twig_layers.2.mlp.up_proj.weight'));
      await train(trainer, 2);
    });
  }
});

test('weights that are no numbers are refused', async (t) => {
  const dir = temporaryDir(t);
  const source = await branchSource(dir, LLAVA_TINY);
  const path = join(dir, 'bad.safetensors');
  const name = 'model.twig_norm.weight';
  writeSafetensors(path, {
    [name]: { dtype: 'F32', shape: [D], data: new Uint8Array(new Float32Array(D).fill(NaN).buffer) },
  });
  const weights = new WeightIndex().add(await readSafetensorsHeader(path));
  const spoilt: GraphSource = {
    ...source,
    weights: {
      get: (n) => (n === name ? weights.get(n) : source.weights.get(n)),
      names: () => source.weights.names(),
    },
  };
  await assert.rejects(BranchTrainer.open(spoilt, SETTINGS), { code: 'bad_checkpoint' });
});

test('a session in place writes what it was given memory for, returns nothing else, and real failures stay failures', async () => {
  const b = new GraphBuilder('in place');
  const x = b.input('x', 'float32', ['S', 2]);
  const w = b.input('w', 'float32', ['S', 3]);
  const sum = b.input('sum', 'float32', [2, 3]);
  b.output('next', b.emit('Gemm', [x, w, sum], { transA: 1 }));
  b.output('total', b.sum(x, [0, 1]));
  const session = await Session.open(b.finish(), { device: 'cpu', cpuThreads: 1, quiet: true }, true);
  const memory = Float32Array.of(1, 2, 3, 4, 5, 6);
  const feeds = (rows: number) =>
    ({
      x: [Float32Array.of(1, 2, 3, 4), [2, 2]],
      w: [new Float32Array(3 * rows).fill(1), [rows, 3]],
      sum: [memory, [2, 3]],
    }) as const;
  const total = new Float32Array(1);
  const into = { next: [memory, [2, 3]], total: [total, []] } as const;
  const output = await session.run(feeds(2), into);
  assert.deepEqual(memory, Float32Array.of(5, 6, 7, 10, 11, 12));
  assert.equal(output['next']!.data, memory);
  assert.equal(total[0], 10);
  await session.run(feeds(2), into);
  assert.deepEqual(memory, Float32Array.of(9, 10, 11, 16, 17, 18));
  await assert.rejects(session.run(feeds(2), { next: into.next }), /no memory for total/);
  // Two rows and three: ONNX Runtime itself fails, which is no mark.
  await assert.rejects(session.run(feeds(3), into), /ONNX Runtime failed while running the in place graph/);
  await session.release();
});

const env = swiftShaderEnv();

test(
  'training on WebGPU makes the steps that it makes on the CPU',
  { skip: env === null && 'no Chromium is installed' },
  async () => {
    const child = join(import.meta.dirname, '../../support/webgpu-training-child.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [child], {
      env: { ...process.env, ...env },
    });
    const differences = z
      .array(z.object({ name: z.string(), moved: z.number(), difference: z.number() }))
      .parse(JSON.parse(stdout));
    assert.equal(differences.length, 4);
    for (const { name, moved, difference } of differences) {
      assert.ok(moved > 1e-5, `${name} moved ${moved}`);
      assert.ok(difference < 2e-3, `${name}: ${difference}`);
    }
  },
);

test('a tall matrix comes in pieces of whole rows that leave none out', () => {
  assert.deepEqual(piecesOf([11008, 2048]), [
    [0, 2752],
    [2752, 5504],
    [5504, 8256],
    [8256, 11008],
  ]);
  assert.deepEqual(piecesOf([2816, 7]), [[0, 2816]]);
  assert.deepEqual(piecesOf([2817, 7]), [
    [0, 1409],
    [1409, 2817],
  ]);
  assert.deepEqual(piecesOf([5000]), [[0, 5000]]);
});

test('gradients of a tall matrix are added up in place piece by piece', async (t) => {
  const tall = { ...LLAVA_TINY.text, hiddenSize: 8, headDim: 2, intermediateSize: 2900 };
  const config = { ...LLAVA_TINY, text: tall, rpn: { k: 1, t: 2, norm: true, multiHead: true } };
  const source = await branchSource(temporaryDir(t), config);
  const example = branchExample(1, 8);
  const own = await gradientsOf(source, example);
  const path = join(temporaryDir(t), 'state');
  await opened(
    source,
    async (trainer) => {
      await trainer.accumulate(example);
      await trainer.accumulate(example);
      trainer.step();
      await trainer.save(path);
    },
    { betas: [0, 0], clipNorm: null },
  );
  for (const part of ['gate', 'up', 'down']) {
    const name = `model.twig_layers.0.mlp.${part}_proj.weight`;
    const { offset, length } = (await readSafetensorsHeader(path)).get(`exp_avg.${name}`)!;
    const bytes = readFileSync(path).subarray(offset, offset + length);
    const mean = new Float32Array(Uint8Array.from(bytes).buffer);
    const largest = own[name]!.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
    own[name]!.forEach((g, i) => assert.ok(Math.abs(mean[i]! - g) <= 1e-5 * largest, `${name}[${i}]`));
  }
});
