import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphBuilder } from '../../../src-main/graph/builder.ts';
import { gradients } from '../../../src-main/graph/gradient/gradients.ts';
import { bceLoss, focalLoss, mseLoss } from '../../../src-main/graph/gradient/losses.ts';
import { bilinearCorners, resized } from '../../../src-main/graph/gradient/resize.ts';
import type { Value } from '../../../src-main/graph/types.ts';
import { Session } from '../../../src-main/runtime/session.ts';
import { checkGradient, doubles, gradientErrors, TOLERANCE } from '../../support/gradient-check.ts';
import { assertClose, seeded } from '../../support/numbers.ts';

type Loss = (b: GraphBuilder, scores: Value, labels: Value) => Value;

/** The loss and its gradient by the scores. */
async function run(
  loss: Loss,
  scores: readonly number[],
  labels: readonly number[],
): Promise<[number, number[]]> {
  const b = new GraphBuilder('loss');
  const [x, y] = [b.input('x', 'float64', ['N', 1]), b.input('y', 'float64', ['N', 1])];
  const value = loss(b, x, y);
  b.output('loss', value);
  b.output('dx', gradients(b, value, [x])[0]!);
  const session = await Session.open(b.finish(), { device: 'cpu', cpuThreads: 1 });
  try {
    const dims = [scores.length, 1];
    const out = await session.run({
      x: [Float64Array.from(scores), dims],
      y: [Float64Array.from(labels), dims],
    });
    return [out['loss']!.data[0]!, [...out['dx']!.data]];
  } finally {
    await session.release();
  }
}

const SCORES = [0.3, -1.2, 2.5, 0.1, -0.4];
const LABELS = [1, 0, 0, -100, 1];
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const kept = SCORES.map((x, i) => [x, LABELS[i]!] as const).filter(([, y]) => y !== -100);
/** −ln of the probability of the true class. */
const surprise = ([x, y]: readonly [number, number]) => -Math.log(y === 1 ? sigmoid(x) : 1 - sigmoid(x));

test('cross-entropy is the mean over labelled cells, its gradient σ(x) − y over their number', async () => {
  const [loss, dx] = await run(bceLoss, SCORES, LABELS);
  assertClose([loss], [mean(kept.map(surprise))], 1e-14);
  const expected = SCORES.map((x, i) => (LABELS[i] === -100 ? 0 : (sigmoid(x) - LABELS[i]!) / 4));
  assertClose(dx, expected, 1e-14);
});

test('focal loss is (1 − p)² of it, RoI cells at 0.9 and background at 0.1', async () => {
  const [loss] = await run(focalLoss, SCORES, LABELS);
  const focal = kept.map(
    ([x, y]) => (y === 1 ? 0.9 * (1 - sigmoid(x)) ** 2 : 0.1 * sigmoid(x) ** 2) * surprise([x, y]),
  );
  assertClose([loss], [mean(focal)], 1e-14);
});

test('the MSE form compares hundredths of a map with the labels over their sum', async () => {
  const [loss] = await run(mseLoss, [0.5, 0.2, 0.2, 0.9, 0.1], LABELS);
  assertClose([loss], [((50 - 50) ** 2 + 20 ** 2 + 20 ** 2 + (10 - 50) ** 2) / 4], 1e-11);
  const [none] = await run(mseLoss, [0.5, 0.5], [0, 0]);
  assertClose([none], [2500], 1e-11);
});

for (const [name, loss] of Object.entries({ bceLoss, focalLoss, mseLoss }) as [string, Loss][]) {
  test(`${name}: nothing labelled is 0 and pulls at nothing, even at infinite scores`, async () => {
    const [value, dx] = await run(loss, [1, -2, Infinity], [-100, -100, -100]);
    assert.deepEqual([value, dx.map(Math.abs)], [0, [0, 0, 0]]);
  });

  test(`${name}: its gradient agrees with central differences`, async (t) => {
    const worst = await checkGradient({
      name,
      inputs: [[LABELS.length, 1]],
      build: (b, [x]) => loss(b, x!, b.doubles([LABELS.length, 1], Float64Array.from(LABELS))),
    });
    t.diagnostic(`largest relative error ${worst.toExponential(1)}`);
  });
}

test('no logit is too large', async () => {
  const [loss, dx] = await run(bceLoss, [1000, -1000, 1000, -1000], [1, 0, 0, 1]);
  assertClose([loss], [500], 1e-9);
  assertClose(dx, [0, 0, 0.25, -0.25], 1e-12);
  const [focal, slope] = await run(focalLoss, [1000, -1000], [1, 0]);
  assert.deepEqual([focal, slope.map(Math.abs)], [0, [0, 0]]);
});

test('a resize takes half-pixel centres with edges clamped, rows apart from columns', async () => {
  // By hand: 2 → 4 cells lie at −0.25, 0.25, 0.75, 1.25 of the two; 3 → 2 at 0.25 and 1.75.
  const { cells, shares } = bilinearCorners([2, 3], [4, 2]);
  const scores = [0, 1, 2, 10, 11, 12];
  const b = new GraphBuilder('resize');
  const x = b.input('x', 'float64', ['N', 1]);
  b.output('y', resized(b, x, b.input('cells', 'int64', ['L', 4]), b.input('shares', 'float64', ['L', 4])));
  const session = await Session.open(b.finish(), { device: 'cpu', cpuThreads: 1 });
  const out = await session.run({
    x: [Float64Array.from(scores), [6, 1]],
    cells: [cells, [8, 4]],
    shares: [shares, [8, 4]],
  });
  await session.release();
  assert.deepEqual([...out['y']!.dims], [8, 1]);
  assertClose(out['y']!.data, [0.25, 1.75, 2.75, 4.25, 7.75, 9.25, 10.25, 11.75], 1e-6);
});

test('the gradient goes back through a resize, up and down', async (t) => {
  for (const [from, to] of [
    [
      [2, 3],
      [5, 4],
    ],
    [
      [5, 4],
      [2, 3],
    ],
  ] as const) {
    const b = new GraphBuilder('resized loss');
    const [x, y] = [b.input('x', 'float64', ['N', 1]), b.input('y', 'float64', ['L', 1])];
    const scores = resized(b, x, b.input('cells', 'int64', ['L', 4]), b.input('shares', 'float64', ['L', 4]));
    const { cells, shares } = bilinearCorners(from, to);
    const [n, l] = [from[0] * from[1], to[0] * to[1]];
    const labels = Float64Array.from({ length: l }, (_, i) => [1, 0, -100, 0][i % 4]!);
    const [checked] = await gradientErrors(b, bceLoss(b, scores, y), [x], {
      x: [doubles(n, seeded(7), 3), [n, 1]],
      y: [labels, [l, 1]],
      cells: [cells, [l, 4]],
      shares: [shares, [l, 4]],
    });
    assert.ok(checked!.worst <= TOLERANCE, `${from.join('x')} to ${to.join('x')}: ${checked!.worst}`);
    t.diagnostic(`largest relative error ${checked!.worst.toExponential(1)}`);
  }
});
