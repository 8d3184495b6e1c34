/**
 * How long products of a checkpoint's largest layers take in float32 and as whole numbers, on the bytes of its own files: a
 * prompt's rows and one row. What the numbers are does not matter for that, so the same bytes are taken for either.
 */
import { GraphBuilder } from '../../graph/builder.ts';
import type { Graph } from '../../graph/types.ts';
import type { RowRef, WeightRef } from '../../graph/weights.ts';
import { seeded } from '../../../src-shared/kernels/seeded.ts';
import type { SessionSettings } from '../device.ts';
import { hasSignedProducts } from '../int8/signed-products.ts';
import { Session } from '../session.ts';

/** Rows that stand for a prompt's: from about this many on, time grows with them and nothing else changes. */
const MANY = 256;
/** A prompt with a picture, and tokens of an answer: what a sample is made of. */
export const SAMPLE = { rows: 640, steps: 16 } as const;
/** No more of a matrix is taken than this many numbers, whole rows of it: 128 MB as float32, more than caches hold. */
const MOST_NUMBERS = 2 ** 25;
/** Another shape is begun within this time. */
const BEGIN_MS = 1000;
const SHAPES = 3;
const FORMS = ['float32', 'int8', 'digits'] as const;
/** Timed runs of which the fastest counts; of one row more, it is over sooner. */
const RUNS = { many: 2, one: 5 } as const;

/** Layers of one shape. */
export interface ShapeCount {
  readonly shape: readonly [n: number, k: number];
  readonly layers: number;
  /** One of them. */
  readonly ref: WeightRef;
}

export interface WarmUp {
  /** Milliseconds of {@link SAMPLE}'s products of the measured layers, in each form. */
  readonly float32: number;
  readonly int8: number;
  readonly digits: number;
  /** How many times as fast whole numbers are, of one digit of 8 bits and of two: many rows, and one. */
  readonly many: Readonly<Record<'int8' | 'digits', number>>;
  readonly one: Readonly<Record<'int8' | 'digits', number>>;
  /** Wall-clock milliseconds that measuring took. */
  readonly tookMs: number;
}

/** The few shapes that most of the numbers are in, those first. */
export function largestShapes(weights: readonly WeightRef[]): ShapeCount[] {
  const groups = Map.groupBy(weights, ({ shape }) => shape.join('x'));
  return [...groups.values()]
    .flatMap((refs) => {
      const [ref] = refs;
      const [n = 0, k = 0] = ref?.shape ?? [];
      return ref ? [{ shape: [n, k] as const, layers: refs.length, ref }] : [];
    })
    .sort((a, b) => numbersOf(b) - numbersOf(a))
    .slice(0, SHAPES);
}

const numbersOf = ({ shape: [n, k], layers }: ShapeCount): number => n * k * layers;

/** @param shapes at least one. @throws FoveaError `out_of_memory` */
export async function warmUp(shapes: readonly ShapeCount[], settings: SessionSettings): Promise<WarmUp> {
  const start = performance.now();
  const signedProducts = await hasSignedProducts(settings);
  const sums = { float32: { many: 0, one: 0 }, int8: { many: 0, one: 0 }, digits: { many: 0, one: 0 } };
  for (const [i, shape] of shapes.entries()) {
    if (i > 0 && performance.now() - start > BEGIN_MS) break;
    for (const form of FORMS) {
      const session = await Session.open(product(shape, form, signedProducts), settings);
      try {
        for (const rows of ['many', 'one'] as const)
          sums[form][rows] += shape.layers * (await fastest(session, shape, rows));
      } finally {
        await session.release();
      }
    }
  }
  const sample = ({ many, one }: { many: number; one: number }): number =>
    many * (SAMPLE.rows / MANY) + one * SAMPLE.steps;
  const faster = (rows: 'many' | 'one') => ({
    int8: sums.float32[rows] / sums.int8[rows],
    digits: sums.float32[rows] / sums.digits[rows],
  });
  return {
    float32: sample(sums.float32),
    int8: sample(sums.int8),
    digits: sample(sums.digits),
    many: faster('many'),
    one: faster('one'),
    tookMs: performance.now() - start,
  };
}

async function fastest(
  session: Session,
  { shape: [, k] }: ShapeCount,
  rows: 'many' | 'one',
): Promise<number> {
  const count = rows === 'many' ? MANY : 1;
  const random = seeded(count);
  const x = Float32Array.from({ length: count * k }, () => random() - 0.5);
  const run = async (): Promise<number> => {
    const start = performance.now();
    await session.run({ x: [x, [count, k]] });
    return performance.now() - start;
  };
  await run();
  let least = Infinity;
  for (let i = 0; i < RUNS[rows]; i++) least = Math.min(least, await run());
  return least;
}

/** `y = x · wᵀ` as models have it. */
function product(
  { shape: [n, k], ref }: ShapeCount,
  form: (typeof FORMS)[number],
  signedProducts: boolean,
): Graph {
  const rows = Math.min(n, Math.max(1, Math.floor(MOST_NUMBERS / k)));
  const { file, offset, dtype } = ref;
  const b = new GraphBuilder(`warm-up ${form}`, { maxBytes: null, held: [], signedProducts });
  const x = b.input('x', 'float32', ['M', k]);
  const width = ref.length / (n * k);
  const part: WeightRef = { file, offset, length: rows * k * width, dtype, shape: [rows, k] };
  if (form === 'float32') {
    b.output('y', b.linear(x, b.weight('w', part, part.shape)));
    return b.finish();
  }
  const digits = form === 'int8' ? 1 : 2;
  const bytes: RowRef = {
    shape: [rows, k],
    per: 'row',
    digits,
    // Files of 16 bits and more have that many bytes.
    values: { file, offset, length: digits * rows * k },
    scales: { file, offset, length: rows * Float32Array.BYTES_PER_ELEMENT },
  };
  const w = b.quantised('w', bytes);
  b.output('y', b.linear(x, w));
  return b.finish();
}
