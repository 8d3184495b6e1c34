/**
 * One training step of `bench:train`: a branch of Qwen2.5-VL-3B's sizes (d = 2048, grouped keys, T = 3), 700 tokens, float32,
 * one example a step: forward and backward, clipping and AdamW, on the same weights and sample.
 */
import { join } from 'node:path';
import { median } from '../taps.ts';
import { writeBranch, writeSample } from './files.ts';
import type { StepAnswer } from './shape.ts';
import { answerSchema, LENGTH, REQUEST, SHAPE } from './shape.ts';
import type { Measured, Side } from './side.ts';
import { openSide } from './side.ts';

export interface StepOptions {
  readonly python: string;
  readonly dir: string;
  readonly threads: number;
  readonly steps: number;
  readonly say: (text: string) => void;
}

/** Of two numbers Fovea's and PyTorch's; medians of the steps. */
export interface StepResult {
  readonly parameters: number;
  readonly tokens: number;
  readonly steps: number;
  readonly step_over_torch: number;
  readonly step_processor_seconds: readonly [number, number];
  /** Of the fastest step: what else runs on the machine only ever adds. */
  readonly step_processor_seconds_at_best: readonly [number, number];
  readonly backward_seconds: readonly [number, number];
  readonly optimiser_seconds: readonly [number, number];
  readonly peak_over_state: number;
  readonly peak_mb: readonly [number, number];
  readonly step_loss_difference: number;
}

/** Weights, gradients and two moments, float32. */
const BYTES_OF_STATE = 16;

type Step = Measured<StepAnswer>;

export async function measureStep({ python, dir, threads, steps, say }: StepOptions): Promise<StepResult> {
  say('step: writing a random branch …');
  const [weights, sample] = [join(dir, 'branch.safetensors'), join(dir, 'sample.safetensors')];
  const parameters = writeBranch(weights);
  writeSample(sample);
  const here = (name: string): string => join(import.meta.dirname, name);
  const args = [weights, sample, String(threads)];
  const open: Side[] = [];
  try {
    const ours = await openSide(process.execPath, [here('step-ours.ts'), ...args]);
    open.push(ours);
    const theirs = await openSide(python, [here('step-theirs.py'), ...args, JSON.stringify(SHAPE)]);
    open.push(theirs);
    if (ours.parameters !== parameters || theirs.parameters !== parameters)
      throw new Error(`the sides train ${ours.parameters} and ${theirs.parameters} of ${parameters} numbers`);
    const [a, b]: [Step[], Step[]] = [[], []];
    for (let i = 0; i <= steps; i++) {
      a.push(await ours.ask(REQUEST, answerSchema));
      b.push(await theirs.ask(REQUEST, answerSchema));
      say(`step ${i}: ${describe(a.at(-1) as Step)}; PyTorch ${describe(b.at(-1) as Step)}`);
    }
    const both = (of: (step: Step) => number): [number, number] => [
      median(a.slice(1).map(of)),
      median(b.slice(1).map(of)),
    ];
    const processor = both((step) => step.processor);
    const best = [a, b].map((side) => Math.min(...side.map((step) => step.processor))) as [number, number];
    const peaks = [await ours.close(), await theirs.close()] as const;
    return {
      parameters,
      tokens: LENGTH,
      steps,
      step_over_torch: processor[1] / processor[0],
      step_processor_seconds: processor,
      step_processor_seconds_at_best: best,
      backward_seconds: both(({ seconds }) => seconds[0]),
      optimiser_seconds: both(({ seconds }) => seconds[1]),
      peak_over_state: peaks[0] / (BYTES_OF_STATE * parameters),
      peak_mb: [peaks[0] / 1e6, peaks[1] / 1e6],
      step_loss_difference: Math.max(...a.map(({ loss }, i) => Math.abs(loss - (b[i]?.loss ?? NaN)))),
    };
  } finally {
    await Promise.allSettled(open.map((side) => side.close()));
  }
}

function describe({ processor, seconds, loss }: Step): string {
  const parts = seconds.map((s) => s.toFixed(2)).join(' + ');
  return `${processor.toFixed(2)} s of processor time (${parts} s by the clock), loss ${loss.toFixed(4)}`;
}
