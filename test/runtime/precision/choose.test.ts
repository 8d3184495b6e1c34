/** What `auto` comes to, with the machine and its times given; and the warm-up itself, for real. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Measured, MeasuredLayer } from '../../../src-main/checkpoint/quantised/index.ts';
import { quantisedForms } from '../../../src-main/checkpoint/quantised/plan.ts';
import type { ChooseOptions, PrecisionSource } from '../../../src-main/runtime/precision/choose.ts';
import { choosePrecision } from '../../../src-main/runtime/precision/choose.ts';
import { unitsIn } from '../../../src-main/runtime/precision/processor.ts';
import type { WarmUp } from '../../../src-main/runtime/precision/warm-up.ts';
import { largestShapes, warmUp } from '../../../src-main/runtime/precision/warm-up.ts';
import { precisionFor } from '../../../src-main/runtime/index.ts';
import { randomWeights, tinyConfig } from '../../support/random-checkpoint.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const GB = 1e9;
const config = tinyConfig({
  text: { hiddenSize: 256, intermediateSize: 512, headDim: 64, maxPositions: 256, vocabSize: 512 },
});

const source = async (t: TestContext): Promise<PrecisionSource> => ({
  config,
  weights: await randomWeights(temporaryDir(t), config),
});

const fast: WarmUp = {
  float32: 900,
  int8: 300,
  digits: 600,
  many: { int8: 3, digits: 1.5 },
  one: { int8: 3, digits: 1.5 },
  tookMs: 1200,
};

/** Every layer of the checkpoint with one choice, or with its own. */
function layersOf(
  { config, weights }: PrecisionSource,
  choice: (name: string) => MeasuredLayer['choice'],
  alone = choice,
): Measured {
  const names = quantisedForms({ config, weights }, 'int8').map(({ name }) => name);
  const layer = (name: string): MeasuredLayer => ({
    plain: 0,
    smoothed: null,
    choice: choice(name),
    alone: alone(name),
    group: name,
  });
  return { layers: new Map(names.map((name) => [name, layer(name)])), factors: new Map() };
}

/** A machine with plenty of memory and VNNI, on which nothing may be asked that is not given. */
function machine(changes: Partial<ChooseOptions>): ChooseOptions {
  const unasked = (what: string) => () => Promise.reject(new Error(`${what} was asked for`));
  return {
    device: 'cpu',
    units: 'dot',
    availableBytes: 64 * GB,
    measure: unasked('the warm-up'),
    layers: unasked('the layers'),
    ...changes,
  };
}

test('int8 where it was measured to be faster and layers bear it; the reason has the numbers', async (t) => {
  const model = await source(t);
  const chosen = await choosePrecision(
    model,
    machine({ measure: async () => fast, layers: async () => layersOf(model, () => 'rows') }),
  );
  assert.equal(chosen.precision, 'int8');
  assert.match(
    chosen.why,
    /dot products of 8 bits.*3\.0 × as fast.*1\.5 × in two.*measured in 1\.2 s.*100% of its linear/,
  );
});

test('as stored where int8 is not clearly faster, whatever the processor says it has', async (t) => {
  const model = await source(t);
  for (const units of ['matrix', 'dot', 'none', 'unknown'] as const) {
    const slow = { ...fast, float32: 1.1 * fast.int8, digits: 3 * fast.int8 };
    const chosen = await choosePrecision(model, machine({ units, measure: async () => slow }));
    assert.equal(chosen.precision, 'as-stored', units);
    assert.match(chosen.why, /gains too little/);
  }
});

test('a processor without units that is faster all the same gets int8: what is measured decides', async (t) => {
  const model = await source(t);
  const layers = async () => layersOf(model, () => 'smoothed');
  const chosen = await choosePrecision(model, machine({ units: 'none', measure: async () => fast, layers }));
  assert.equal(chosen.precision, 'int8');
});

test('as stored where no layer bears int8, or so few that the whole gains nothing', async (t) => {
  const model = await source(t);
  const measure = async () => fast;
  const none = await choosePrecision(
    model,
    machine({ measure, layers: async () => layersOf(model, () => 'inexact') }),
  );
  assert.deepEqual(none, { precision: 'as-stored', why: 'none of its layers bears int8' });
  const few = (name: string) => (name === 'lm_head.weight' ? 'rows' : 'inexact');
  const some = await choosePrecision(model, machine({ measure, layers: async () => layersOf(model, few) }));
  assert.equal(some.precision, 'as-stored');
  assert.match(some.why, /\d+% of its linear layers bear 8 bits/);
});

test('layers of two digits count for what those were measured to take', async (t) => {
  const model = await source(t);
  const layers = async () => layersOf(model, () => 'digits');
  const chosen = await choosePrecision(model, machine({ measure: async () => fast, layers }));
  assert.equal(chosen.precision, 'int8');
  assert.match(chosen.why, / 0% of its linear layers bear 8 bits, 100% take two digits/);
  const slow = async () => ({ ...fast, digits: fast.float32 });
  const stays = await choosePrecision(model, machine({ measure: slow, layers }));
  assert.equal(stays.precision, 'as-stored');
});

test('a checkpoint of small matrices is not measured at all, and the layers of one that gains nothing are not looked at', async (t) => {
  const model = await source(t);
  const chosen = await choosePrecision(model, machine({ worth: 2 ** 20 }));
  assert.deepEqual(chosen, {
    precision: 'as-stored',
    why: 'its matrices are all too small to gain by int8',
  });
});

test('memory decides first: int8 where only that fits, int8-fast where that alone does, int4 where neither does', async (t) => {
  const model = await source(t);
  const bytes = [...model.weights.names()].reduce(
    (sum, name) => sum + (model.weights.get(name)?.length ?? 0),
    0,
  );
  const tokens = 4096 * 2 * config.text.layers * config.text.kvHeads * config.text.headDim * 4;
  const at = async (availableBytes: number) =>
    (await choosePrecision(model, machine({ availableBytes }))).precision;
  assert.equal(await at(tokens + 0.9 * bytes), 'int8');
  // Where two digits everywhere do not fit, how many layers take them decides.
  const half = async (choice: MeasuredLayer['choice'], alone: MeasuredLayer['alone']) => {
    const layers = async () =>
      layersOf(
        model,
        () => choice,
        () => alone,
      );
    const found = await choosePrecision(model, machine({ availableBytes: tokens + 0.5 * bytes, layers }));
    return found.precision;
  };
  assert.equal(await half('rows', 'rows'), 'int8');
  assert.equal(await half('digits', 'rows'), 'int8-fast');
  assert.equal(await half('digits', 'digits'), 'int4');
  const { precision, why } = await choosePrecision(model, machine({ availableBytes: tokens + 0.1 * bytes }));
  assert.equal(precision, 'int4');
  assert.match(why, /neither as stored nor at int8/);
});

test('a graphics card runs it as it is stored', async (t) => {
  const model = await source(t);
  const asked = await choosePrecision(model, machine({ device: 'cuda' }));
  assert.equal(asked.precision, 'as-stored');
  assert.match(asked.why, /cuda was asked for/);
});

test('a warm-up measures real products in a short time', async (t) => {
  const model = await source(t);
  const refs = [...model.weights.names()].flatMap((name) => model.weights.get(name) ?? []);
  const shapes = largestShapes(refs.filter(({ shape }) => shape.length === 2));
  assert.deepEqual(shapes[0]?.shape, [512, 256]);
  assert.ok(shapes.length === 3 && shapes.every(({ layers }) => layers >= 1));
  const times = await warmUp(shapes, { device: 'cpu', cpuThreads: 1, prepack: true });
  const all = Object.values(times).flatMap((value: number | object) =>
    typeof value === 'number' ? [value] : (Object.values(value) as number[]),
  );
  assert.equal(all.length, 8);
  for (const value of all) assert.ok(value > 0 && value < Infinity, JSON.stringify(times));
});

test('auto on a real checkpoint gives a precision that is one, and looks at its layers once', async (t) => {
  const model = await source(t);
  const cacheFolder = temporaryDir(t);
  let parts = 0;
  const choose = () =>
    precisionFor(model, {
      device: 'cpu',
      availableBytes: 64 * GB,
      cacheFolder,
      measure: async () => fast,
      onQuantise: () => parts++,
    });
  const chosen = await choose();
  assert.equal(chosen.precision, 'int8', chosen.why);
  // Matrices below what is worth it stay float32; what nothing runs through does not count.
  const [one, two] =
    / (\d+)% of its linear layers bear 8 bits, (\d+)%/.exec(chosen.why)?.slice(1).map(Number) ?? [];
  const percent = (one ?? 0) + (two ?? 0);
  assert.ok(percent > 50 && percent < 100, chosen.why);
  assert.ok(parts > 0);
  parts = 0;
  assert.deepEqual(await choose(), chosen);
  assert.equal(parts, 0);
});

test('what a processor has is read off its flags; other systems do not say', () => {
  const x86 = (flags: string) => `processor\t: 0\nmodel name\t: X\nflags\t\t: fpu ${flags}\nbogomips\t: 1\n`;
  assert.equal(unitsIn(x86('avx512_vnni amx_tile amx_int8')), 'matrix');
  assert.equal(unitsIn(x86('avx2 avx_vnni')), 'dot');
  assert.equal(unitsIn(x86('avx512_vnni')), 'dot');
  assert.equal(unitsIn(x86('avx2 avx512f avx512_vnnix')), 'none');
  assert.equal(unitsIn('processor: 0\nFeatures\t: fp asimd asimddp\n'), 'dot');
  assert.equal(unitsIn('processor: 0\nFeatures\t: fp asimd asimddp i8mm\n'), 'matrix');
  assert.equal(unitsIn('processor\t: 0\n'), 'unknown');
  assert.equal(unitsIn(null), 'unknown');
});
