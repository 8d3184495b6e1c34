/**
 * Proof that a device computes what the CPU computes: a short real forward on both. GPU stacks have been seen to give
 * plausible wrong numbers, and a wrong attention map looks like any other, so nothing runs before this passes.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Grid } from '../../src-shared/kernels/types.ts';
import type { FeedPart, ForwardResult, VisionLanguageModel } from '../pipeline/ports.ts';

/** Largest allowed difference, relative to the largest value of the tensor compared. */
export const SELF_CHECK_LIMIT = 1e-2;

export interface SelfCheck {
  readonly maxError: number;
  readonly limit: number;
}

/** max|a−b| / max|b|; infinite when anything is not a number or the sizes differ. */
export function relativeError(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  let difference = 0;
  let size = 1e-6;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs((a[i] as number) - (b[i] as number));
    if (!(d < Infinity)) return Infinity;
    difference = Math.max(difference, d);
    size = Math.max(size, Math.abs(b[i] as number));
  }
  return difference / size;
}

/** More than one attention window, and windows that the picture does not fill. */
const SMALL_GRID: Grid = [5, 3];

/** Numbers with structure at every scale, the same on every run. */
function testPixels(count: number, side: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i * 0.37) + Math.cos((i % side) * 0.11));
}

/** Everything the pipeline uses, once: vision, prefill, a cached step, taps, hidden state, RPN. */
async function probe(model: VisionLanguageModel): Promise<Float32Array[]> {
  const { imageSide, hiddenSize, layers, vocabSize, rpn } = model.profile;
  const grid = model.profile.dynamicGrid ? SMALL_GRID : model.profile.grid;
  const features = await model.encodeImage(testPixels(model.pixelCount(grid), imageSide), grid);
  const count = Math.min(15, features.length / hiddenSize);
  const picture = { features: features.subarray(0, count * hiddenSize), count, grid };
  const tokens = [1, 2, 3, 5, 7].map((id) => id % vocabSize);
  const outputs = [features];
  const cache = model.newCache();
  try {
    // Both feeds ask for the same things, so that one session serves both.
    const feed = (parts: readonly FeedPart[], fed: number): Promise<ForwardResult> =>
      model.forward(cache, {
        parts,
        taps: {
          heads: [{ layer: layers - 1, heads: 'all' }],
          rows: [fed - 1, fed],
          keys: [0, cache.length + fed],
        },
        hiddenOf: rpn?.k ?? 0,
      });
    const prompt = [{ tokens }, picture, { tokens }];
    const fed = 2 * tokens.length + count;
    const first = await feed(prompt, fed);
    const step = await feed([{ tokens: tokens.slice(-1) }], 1);
    for (const { logits, hidden, taps } of [first, step]) {
      outputs.push(...[logits, hidden].filter((array) => array !== null), ...taps.map(({ data }) => data));
    }
    if (rpn && first.hidden) {
      outputs.push(
        await model.rpn(first.hidden, [fed - 1, fed], [tokens.length, tokens.length + count], grid),
      );
    }
  } finally {
    cache.dispose();
  }
  return outputs;
}

/** Seconds of the self-check's work on a model whose sessions are already made. */
export async function probeSeconds(model: VisionLanguageModel): Promise<number> {
  const start = performance.now();
  await probe(model);
  return (performance.now() - start) / 1000;
}

/**
 * Runs the same forward on `model` and on `reference` (the CPU).
 * @throws FoveaError `device_disagrees` naming the device, the measured error and the limit.
 */
export async function selfCheck(
  model: VisionLanguageModel,
  reference: VisionLanguageModel,
  limit: number = SELF_CHECK_LIMIT,
): Promise<SelfCheck> {
  const measured = await probe(model);
  const expected = await probe(reference);
  let maxError = measured.length === expected.length ? 0 : Infinity;
  expected.forEach((tensor, i) => {
    maxError = Math.max(maxError, relativeError(measured[i] ?? new Float32Array(0), tensor));
  });
  if (!(maxError <= limit)) {
    const { device: name } = model.profile;
    throw new FoveaError(
      'device_disagrees',
      `the device ${name} computes something else than the CPU: error ${maxError.toPrecision(3)}, limit ${limit}`,
      { where: name, next: 'Use --device cpu, or update the graphics driver and try again' },
    );
  }
  return { maxError, limit };
}
