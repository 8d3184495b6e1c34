/**
 * `npm run bench:train`: one training step of the RPN branch, Fovea beside PyTorch: a branch of Qwen2.5-VL-3B's sizes
 * (d = 2048, grouped keys, T = 3), 700 tokens, float32, one example a step, the same weights, sample and threads, in
 * turn. `--json` prints one object on stdout, without it a few lines. Needs Linux, 8 GB of memory, and Python with
 * transformers (`--python PATH`, or a virtual environment is made). Never part of the tests.
 *
 * - `step_over_torch`: PyTorch's processor time of a step ÷ Fovea's, forward and backward, clipping and AdamW.
 * - `peak_over_state`: the most memory that Fovea's process held ÷ (weights + gradients + both moments).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { pythonWithTransformers } from '../oracle/python.ts';
import { median } from '../taps.ts';
import { writeBranch, writeSample } from './files.ts';
import { LENGTH, REQUEST, SHAPE } from './shape.ts';
import type { MeasuredStep, Side } from './side.ts';
import { openSide } from './side.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    python: { type: 'string' },
    threads: { type: 'string', default: '1' },
    /** Steps that count, after one that does not. */
    steps: { type: 'string', default: '4' },
  },
});
const whole = z.coerce.number().int().min(1);
const threads = whole.parse(values.threads);
const steps = whole.parse(values.steps);
const say = (text: string): void => void process.stderr.write(`${text}\n`);
/** weights, gradients and two moments, float32. */
const BYTES_OF_STATE = 16;

const python = pythonWithTransformers(values.python, say);
const dir = mkdtempSync(join(tmpdir(), 'fovea-bench-train-'));
const open: Side[] = [];
try {
  say('writing a random branch …');
  const [weights, sample] = [join(dir, 'branch.safetensors'), join(dir, 'sample.safetensors')];
  const parameters = writeBranch(weights);
  writeSample(sample);
  const here = (name: string): string => join(import.meta.dirname, name);
  const ours = await openSide(process.execPath, [here('ours.ts'), weights, sample, String(threads)]);
  open.push(ours);
  const theirs = await openSide(python, [
    here('theirs.py'),
    weights,
    sample,
    String(threads),
    JSON.stringify(SHAPE),
  ]);
  open.push(theirs);
  if (ours.parameters !== parameters || theirs.parameters !== parameters)
    throw new Error(`the sides train ${ours.parameters} and ${theirs.parameters} of ${parameters} numbers`);
  const [a, b]: [MeasuredStep[], MeasuredStep[]] = [[], []];
  for (let i = 0; i <= steps; i++) {
    a.push(await ours.step(REQUEST));
    b.push(await theirs.step(REQUEST));
    say(`step ${i}: ${describe(a.at(-1) as MeasuredStep)} · PyTorch ${describe(b.at(-1) as MeasuredStep)}`);
  }
  const lossDifference = Math.max(...a.map(({ loss }, i) => Math.abs(loss - (b[i]?.loss ?? NaN))));
  const counted = (side: readonly MeasuredStep[]) => side.slice(1);
  const middle = (side: readonly MeasuredStep[], of: (step: MeasuredStep) => number): number =>
    median(counted(side).map(of));
  const peak = await ours.close();
  const result = {
    parameters,
    tokens: LENGTH,
    threads,
    steps,
    step_over_torch: middle(b, ({ processor }) => processor) / middle(a, ({ processor }) => processor),
    processor_seconds: [a, b].map((side) => middle(side, ({ processor }) => processor)),
    backward_seconds: [a, b].map((side) => middle(side, ({ seconds }) => seconds[0])),
    optimiser_seconds: [a, b].map((side) => middle(side, ({ seconds }) => seconds[1])),
    peak_over_state: peak / (BYTES_OF_STATE * parameters),
    peak_mb: peak / 1e6,
    peak_mb_of_torch: (await theirs.close()) / 1e6,
    largest_loss_difference: lossDifference,
  };
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else for (const [key, value] of Object.entries(result)) process.stdout.write(`${key}: ${shown(value)}\n`);
} finally {
  await Promise.allSettled(open.map((side) => side.close()));
  rmSync(dir, { recursive: true, force: true });
}

function shown(value: number | readonly number[]): string {
  const digits = (x: number): string => String(Number(x.toPrecision(4)));
  return typeof value === 'number' ? digits(value) : `Fovea ${value.map(digits).join(', PyTorch ')}`;
}

function describe({ processor, seconds, loss }: MeasuredStep): string {
  return `${processor.toFixed(2)} s of processor time (${seconds.map((s) => s.toFixed(2)).join(' + ')} s), loss ${loss.toFixed(4)}`;
}
