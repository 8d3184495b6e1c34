/**
 * One AdamW step (Loshchilov and Hutter, Decoupled Weight Decay Regularization, algorithm 2) on the numbers themselves,
 * in PyTorch's order of operations and roundings (`torch.optim.adam._single_tensor_adam` and the CPU kernels of lerp,
 * addcmul and addcdiv), so that a run here is the run there.
 */
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
export function adamw(
  { weight, gradient, first, second }: AdamTensor,
  { betas: [beta1, beta2], epsilon, weightDecay, step, learningRate, scales }: AdamStep,
  from = 0,
  to = weight.length,
): void {
  const { fround, sqrt } = Math;
  const [mean, clip] = [fround(scales[0]), fround(scales[1])];
  const kept = fround(1 - learningRate * weightDecay);
  const [share1, share2] = [fround(1 - beta1), fround(1 - beta2)];
  const decay2 = fround(beta2);
  const size = fround(-(learningRate / (1 - beta1 ** step)));
  const correction = fround((1 - beta2 ** step) ** 0.5);
  const least = fround(epsilon);
  for (let i = from; i < to; i++) {
    const g = fround(fround((gradient[i] as number) * mean) * clip);
    const m = first[i] as number;
    const nextM = lerp(m, g, share1);
    const nextV = fma32(fround(share2 * g), g, fround((second[i] as number) * decay2));
    const spread = fround(fround(fround(sqrt(nextV)) / correction) + least);
    first[i] = nextM;
    second[i] = nextV;
    weight[i] = fround(fround((weight[i] as number) * kept) + fround(fround(size * nextM) / spread));
    gradient[i] = 0;
  }
}

/** From `start` towards `end` by `share`, from whichever is the nearer one. */
function lerp(start: number, end: number, share: number): number {
  const way = Math.fround(end - start);
  return share < 0.5 ? fma32(share, way, start) : fma32(Math.fround(share - 1), way, end);
}
