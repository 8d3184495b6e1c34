/**
 * Gradients of a graph against central differences, both by ONNX Runtime in float64: f(x + h) − f(x − h) over 2h, each
 * element of each wanted input in its turn, with Richardson's step from h and h/2 (error of the order h⁴).
 */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import type { Dim } from '../../src-main/graph/dims.ts';
import { gradients } from '../../src-main/graph/gradient/gradients.ts';
import type { Value } from '../../src-main/graph/types.ts';
import type { Feed } from '../../src-main/runtime/session.ts';
import { Session } from '../../src-main/runtime/session.ts';
import { size } from './nd.ts';
import { randoms, seeded } from './numbers.ts';

/** Relative to the largest numeric derivative of the same input. */
export const TOLERANCE = 1e-5;

export interface GradientCase {
  readonly name: string;
  /** float64 inputs, all differentiated; symbols get the lengths of `lengths`. */
  readonly inputs: readonly (readonly Dim[])[];
  readonly lengths?: Readonly<Record<string, number>>;
  /** int64 inputs. */
  readonly ints?: readonly (readonly number[])[];
  /** Values of the inputs: between 0.5 and 1.5 where a function needs them positive. */
  readonly positive?: boolean;
  readonly step?: number;
  build(b: GraphBuilder, reals: readonly Value[], ints: readonly Value[]): Value;
}

/** Σ 0.7·y·(y + 1.3): a loss whose slope differs from element to element, so that none can stand for another. */
export function mixed(b: GraphBuilder, y: Value): Value {
  const product = b.binary('Mul', b.binary('Mul', b.number(y, 0.7), y), b.binary('Add', y, b.number(y, 1.3)));
  return b.sum(
    product,
    y.shape.map((_, i) => i),
  );
}

export interface Checked {
  readonly name: string;
  /** Largest |analytic − numeric| ÷ largest |numeric| of an input. */
  readonly worst: number;
}

/**
 * The largest relative error of each wanted input.
 * @param feeds values of all inputs; those wanted are moved and put back
 * @param most elements of each input that are moved: those of an input with more are taken at even distances
 */
export async function gradientErrors(
  b: GraphBuilder,
  loss: Value,
  wanted: readonly Value[],
  feeds: Readonly<Record<string, Feed>>,
  { step = 1e-3, most = Infinity }: { readonly step?: number | undefined; readonly most?: number } = {},
): Promise<Checked[]> {
  b.output('loss', loss);
  const forward = await open(b);
  gradients(b, loss, wanted).forEach((gradient, i) => b.output(`gradient.${i}`, gradient));
  const backward = await open(b);
  try {
    const analytic = await backward.run(feeds);
    const at = async (): Promise<number> => (await forward.run(feeds))['loss']?.data[0] ?? NaN;
    const checked: Checked[] = [];
    for (const [i, { name }] of wanted.entries()) {
      const [data, dims] = feeds[name] as Feed;
      assert.ok(data instanceof Float64Array, `${name} is in float64`);
      const own = analytic[`gradient.${i}`];
      assert.deepEqual([...(own?.dims ?? [])], [...dims], `the shape of the gradient by ${name}`);
      const places = spreadOver(data.length, most);
      const numeric = await differences(data, places, at, step);
      const scale = Math.max(...numeric.map(Math.abs));
      const worst = Math.max(
        ...numeric.map((value, j) => Math.abs(value - (own?.data[places[j] ?? 0] ?? NaN))),
      );
      checked.push({ name, worst: scale === 0 ? worst : worst / scale });
    }
    return checked;
  } finally {
    await forward.release();
    await backward.release();
  }
}

const open = (b: GraphBuilder): Promise<Session> =>
  Session.open(b.finish(), { device: 'cpu', cpuThreads: 1 });

/** At most `most` places among `count`. */
function spreadOver(count: number, most: number): number[] {
  const taken = Math.min(count, most);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
}

async function differences(
  data: Float64Array,
  places: readonly number[],
  at: () => Promise<number>,
  h: number,
): Promise<number[]> {
  const out: number[] = [];
  for (const i of places) {
    const x = data[i] ?? NaN;
    const slope = async (step: number): Promise<number> => {
      data[i] = x + step;
      const above = await at();
      data[i] = x - step;
      const below = await at();
      data[i] = x;
      return (above - below) / (2 * step);
    };
    out.push((4 * (await slope(h / 2)) - (await slope(h))) / 3);
  }
  return out;
}

/** Float64 numbers in [-1, 1) · scale. */
export const doubles = (count: number, random: () => number, scale = 1): Float64Array =>
  Float64Array.from(randoms(count, random, scale));

/** Runs one case; the largest relative error of its inputs. */
export async function checkGradient(test: GradientCase): Promise<number> {
  const b = new GraphBuilder(test.name);
  const random = seeded(2026);
  const feeds: Record<string, Feed> = {};
  const reals = test.inputs.map((shape, i) => {
    const dims = shape.map((dim) => (typeof dim === 'number' ? dim : (test.lengths?.[dim] ?? NaN)));
    const data = doubles(size(dims), random, test.positive ? 0.5 : 1);
    feeds[`x${i}`] = [test.positive ? data.map((x) => x + 1) : data, dims];
    return b.input(`x${i}`, 'float64', shape);
  });
  const ints = (test.ints ?? []).map((values, i) => {
    feeds[`n${i}`] = [BigInt64Array.from(values, BigInt), [values.length]];
    return b.input(`n${i}`, 'int64', [values.length]);
  });
  const y = test.build(b, reals, ints);
  const loss = y.shape.length === 0 ? y : mixed(b, y);
  const checked = await gradientErrors(b, loss, reals, feeds, { step: test.step });
  for (const { name, worst } of checked) assert.ok(worst <= TOLERANCE, `${test.name}, by ${name}: ${worst}`);
  return Math.max(...checked.map(({ worst }) => worst));
}
