/**
 * One AdamW step (Loshchilov and Hutter, Decoupled Weight Decay Regularization, algorithm 2) on the numbers themselves,
 * in PyTorch's order of operations and roundings (`torch.optim.adam._single_tensor_adam` and the CPU kernels of lerp,
 * addcmul and addcdiv), so that a run here is the run there.
 */
import type { Simd } from './adamw-simd.ts';
import { PIECE, simd } from './adamw-simd.ts';
import { fma32 } from './rounding.ts';

export interface AdamSettings {
  readonly betas: readonly [first: number, second: number];
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** One tensor's numbers; all four arrays have its length. */
export interface AdamTensor {
  readonly weight: Float32Array;
  readonly gradient: Float32Array;
  /** Running means of the gradient and of its square (`exp_avg`, `exp_avg_sq`). */
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** What is the same for all numbers of a step. */
export interface AdamStep extends AdamSettings {
  /** Counted from 1. */
  readonly step: number;
  readonly learningRate: number;
  /** What gradients are multiplied by first, one after the other: one over the number of examples, the clipping. */
  readonly scales: readonly [mean: number, clip: number];
}

/**
 * Updates weights and moments in place, from elements `from` to `to`, and sets their gradients to 0.
 *
 * PyTorch takes the square root from a library whose results are off by one in the last place for a few numbers in a
 * thousand; here it is rounded right. Everything else is equal to the bit.
 */
export function adamw(tensor: AdamTensor, step: AdamStep, from = 0, to = tensor.weight.length): void {
  const constants = constantsOf(step);
  const vectors = constants.share1 < 0.5 ? simd() : null;
  if (vectors) inPieces(vectors, tensor, constants, from, to);
  else oneByOne(tensor, constants, from, to);
}

/** The same without vectors, for processors that lack them. */
export function plainAdamw(tensor: AdamTensor, step: AdamStep, from = 0, to = tensor.weight.length): void {
  oneByOne(tensor, constantsOf(step), from, to);
}

/** What the loops read, rounded to float32. */
interface Constants {
  readonly mean: number;
  readonly clip: number;
  readonly share1: number;
  readonly share2: number;
  readonly decay2: number;
  readonly correction: number;
  readonly least: number;
  readonly size: number;
  readonly kept: number;
}

function constantsOf({ betas, epsilon, weightDecay, step, learningRate, scales }: AdamStep): Constants {
  const { fround } = Math;
  const [beta1, beta2] = betas;
  return {
    mean: fround(scales[0]),
    clip: fround(scales[1]),
    share1: fround(1 - beta1),
    share2: fround(1 - beta2),
    decay2: fround(beta2),
    correction: fround((1 - beta2 ** step) ** 0.5),
    least: fround(epsilon),
    size: fround(-(learningRate / (1 - beta1 ** step))),
    kept: fround(1 - learningRate * weightDecay),
  };
}

function oneByOne(
  { weight, gradient, first, second }: AdamTensor,
  { mean, clip, share1, share2, decay2, correction, least, size, kept }: Constants,
  from: number,
  to: number,
): void {
  const { fround, sqrt } = Math;
  for (let i = from; i < to; i++) {
    const g = fround(fround((gradient[i] as number) * mean) * clip);
    const m = lerp(first[i] as number, g, share1);
    const v = fma32(fround(share2 * g), g, fround((second[i] as number) * decay2));
    const spread = fround(fround(fround(sqrt(v)) / correction) + least);
    first[i] = m;
    second[i] = v;
    weight[i] = fround(fround((weight[i] as number) * kept) + fround(fround(size * m) / spread));
    gradient[i] = 0;
  }
}

function inPieces(vectors: Simd, tensor: AdamTensor, constants: Constants, from: number, to: number): void {
  const { mean, clip, share1, share2, decay2, correction, least, size, kept } = constants;
  for (let at = from; at < to; at += PIECE) {
    const end = Math.min(to, at + PIECE);
    const count = end - at;
    vectors.weight.set(tensor.weight.subarray(at, end));
    vectors.gradient.set(tensor.gradient.subarray(at, end));
    vectors.first.set(tensor.first.subarray(at, end));
    vectors.second.set(tensor.second.subarray(at, end));
    // Up to three numbers beyond the end are computed with, and left there.
    vectors.loop(4 * count, mean, clip, share1, share2, decay2, correction, least, size, kept);
    tensor.weight.set(vectors.weight.subarray(0, count), at);
    tensor.first.set(vectors.first.subarray(0, count), at);
    tensor.second.set(vectors.second.subarray(0, count), at);
  }
  tensor.gradient.fill(0, from, to);
}

/** From `start` towards `end` by `share`, from whichever is the nearer one. */
function lerp(start: number, end: number, share: number): number {
  const way = Math.fround(end - start);
  return share < 0.5 ? fma32(share, way, start) : fma32(Math.fround(share - 1), way, end);
}
