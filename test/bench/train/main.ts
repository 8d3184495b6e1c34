/**
 * `npm run bench:train`: Fovea's training beside PyTorch's, same threads, in turn. `--json` prints one object on stdout,
 * without it a few lines. Needs Linux, 8 GB of memory, and Python with transformers (`--python PATH`, or a virtual
 * environment is made). Never part of the tests.
 *
 * - `step_over_torch`: one step of a branch of Qwen2.5-VL-3B's sizes (step.ts), PyTorch's processor time ÷ Fovea's.
 * - `peak_over_state`: the most memory that Fovea's process held then ÷ (weights + gradients + both moments).
 * - `run_over_reference`: an epoch over samples whose features are kept (epoch.ts), the authors' way ÷ Fovea's.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { pythonWithTransformers } from '../oracle/python.ts';
import { measureEpoch } from './epoch.ts';
import { measureStep } from './step.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    python: { type: 'string' },
    threads: { type: 'string', default: '1' },
    /** Steps that count, after one that does not. */
    steps: { type: 'string', default: '4' },
    /** Samples of the epoch, 0 to leave it out, and how many of them PyTorch trains on. */
    samples: { type: 'string', default: '256' },
    theirs: { type: 'string', default: '16' },
  },
});
const whole = z.coerce.number().int().min(1);
const threads = whole.parse(values.threads);
const samples = z.coerce.number().int().min(0).parse(values.samples);
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const python = pythonWithTransformers(values.python, say);
const root = mkdtempSync(join(tmpdir(), 'fovea-bench-train-'));
const folder = (name: string): string => {
  const dir = join(root, name);
  mkdirSync(dir);
  return dir;
};
try {
  const common = { python, threads, say };
  const step = await measureStep({ ...common, dir: folder('step'), steps: whole.parse(values.steps) });
  const theirs = Math.min(samples, whole.parse(values.theirs));
  const epoch = samples === 0 ? {} : await measureEpoch({ ...common, dir: folder('epoch'), samples, theirs });
  const result = { threads, ...step, ...epoch };
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else for (const [key, value] of Object.entries(result)) process.stdout.write(`${key}: ${shown(value)}\n`);
} finally {
  rmSync(root, { recursive: true, force: true });
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `Fovea ${shown(value[0])}, PyTorch ${shown(value[1])}`;
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);
}
