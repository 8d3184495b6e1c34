/**
 * What training begins with unless a person says otherwise: the paper's numbers for thousands of samples (METHOD §3), and
 * smaller batches over several epochs for hundreds.
 */
import type { TrainingLoss, TrainingRunSettings } from './training.ts';

/** Below so many samples the paper's batch would leave a handful of steps. */
const THOUSANDS = 2000;

/** Few samples are gone through again and again, until there were so many steps. */
const LEAST_STEPS = 200;
const LOOKS = 20;

/** Of the families' trainers (METHOD §3), the rest being alike. */
const PAPER = {
  llava: { learningRate: 5e-5, betas: [0.9, 0.98], batch: 512 },
  qwen2_5_vl: { learningRate: 1e-4, betas: [0.9, 0.999], batch: 128 },
} as const satisfies Record<
  string,
  { learningRate: number; betas: readonly [number, number]; batch: number }
>;

const ALIKE = { epsilon: 1e-8, weightDecay: 0, clipNorm: 1, warmup: 0.03 } as const;

/**
 * What training begins with unless a person says otherwise. With thousands of samples the paper's numbers, one epoch, in
 * batches small enough for 60 steps at least; with hundreds batches of 16 and several epochs.
 * @param family `llava` or `qwen2_5_vl`
 */
export function defaultTrainingSettings(
  family: 'llava' | 'qwen2_5_vl',
  samples: number,
  loss: TrainingLoss = 'bce',
): TrainingRunSettings {
  const { learningRate, betas, batch: most } = PAPER[family];
  const few = samples < THOUSANDS;
  const batch = few
    ? Math.max(1, Math.min(16, Math.floor(samples / 4)))
    : Math.min(most, Math.floor(samples / 60));
  const epochs = few ? Math.min(20, Math.ceil((LEAST_STEPS * batch) / Math.max(1, samples))) : 1;
  const steps = Math.max(1, Math.round((epochs * samples) / batch));
  return {
    ...ALIKE,
    steps,
    batch,
    learningRate,
    betas: [betas[0], betas[1]],
    loss,
    measureEvery: measureEvery(steps),
    device: 'cpu',
    cpuThreads: 1,
  };
}

/** Steps between two looks at held-out samples, so that there are twenty. */
export function measureEvery(steps: number): number {
  return Math.max(1, Math.ceil(steps / LOOKS));
}
