/**
 * Proof that a device computes what the CPU computes: a short real forward on both. GPU stacks have been seen to give
 * plausible wrong numbers, and a wrong attention map looks like any other, so nothing runs before this passes.
 */
import { counted } from '../../src-shared/contract/counts.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Grid } from '../../src-shared/kernels/types.ts';
import type {
  FeedPart,
  ForwardResult,
  KvCache,
  StepRequest,
  VisionLanguageModel,
} from '../pipeline/ports.ts';

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

/** The largest {@link relativeError} of tensors in order. */
function largest(measured: readonly Float32Array[], expected: readonly Float32Array[]): number {
  if (measured.length !== expected.length) return Infinity;
  return expected.reduce((most, tensor, i) => {
    const error = relativeError(measured[i] as Float32Array, tensor);
    return Math.max(most, error);
  }, 0);
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

/** Tokens of the sequences that steps are made of together: as long as one another none of them. */
const RAGGED = [6, 2, 13] as const;
/** Which of them take a step at once: all, then one has left, then it has joined again beside another. */
const TOGETHER = [
  [0, 1, 2],
  [2, 0],
  [1, 2],
] as const;

/** Logits and taps of steps of several sequences: all at once, or one after the other by `forward`. */
async function probeSteps(model: VisionLanguageModel, together: boolean): Promise<Float32Array[]> {
  const { layers, vocabSize } = model.profile;
  const outputs: Float32Array[] = [];
  const caches = RAGGED.map(() => model.newCache());
  try {
    for (const [i, cache] of caches.entries()) {
      const tokens = Array.from({ length: RAGGED[i] ?? 1 }, (_, n) => (3 * n + i + 1) % vocabSize);
      await model.forward(cache, { parts: [{ tokens }], logits: 'none' });
    }
    for (const [at, step] of TOGETHER.entries()) {
      const requests = step.map((i) => {
        const cache = caches[i] as KvCache;
        const taps = {
          heads: [{ layer: layers - 1, heads: 'all' as const }],
          keys: [0, cache.length] as const,
        };
        return { cache, token: (5 * at + i + 2) % vocabSize, ...(i === 1 ? {} : { taps }) };
      });
      const made = together ? await model.steps(requests) : await oneByOne(model, requests);
      for (const result of made) {
        if (result.status === 'rejected') throw result.reason;
        const { logits, taps } = result.value;
        if (logits) outputs.push(logits);
        outputs.push(...taps.map(({ data }) => data));
      }
    }
  } finally {
    for (const cache of caches) cache.dispose();
  }
  return outputs;
}

async function oneByOne(
  model: VisionLanguageModel,
  requests: readonly StepRequest[],
): Promise<PromiseSettledResult<ForwardResult>[]> {
  const made: PromiseSettledResult<ForwardResult>[] = [];
  for (const { cache, token, taps } of requests) {
    const rows = [0, 1] as const;
    const request = { parts: [{ tokens: [token] }], ...(taps ? { taps: { ...taps, rows } } : {}) };
    const { logits, ...rest } = await model.forward(cache, request);
    made.push({ status: 'fulfilled', value: { ...rest, logits: logits?.slice() ?? null } });
  }
  return made;
}

/**
 * Whether steps of many sequences on `model` are what `reference` (the CPU) makes one after the other: three of different
 * lengths, of which one leaves and joins again.
 * @throws FoveaError `device_disagrees` naming the device, how many, the measured error and the limit, or what a step throws.
 */
export async function stepsCheck(
  model: VisionLanguageModel,
  reference: VisionLanguageModel,
  limit: number = SELF_CHECK_LIMIT,
): Promise<SelfCheck> {
  const maxError = largest(await probeSteps(model, true), await probeSteps(reference, false));
  if (maxError <= limit) return { maxError, limit };
  const { device: name } = model.profile;
  throw new FoveaError(
    'device_disagrees',
    `${name} computes something else when ${counted(RAGGED.length, 'sample')} decode together than the CPU one at a time: error ${maxError.toPrecision(3)}, limit ${limit}`,
    { where: name, next: 'Update the graphics driver and try again' },
  );
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
  const maxError = largest(await probe(model), await probe(reference));
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
