/** Fovea's half of `side_by_side.py`: trains what a folder holds and prints how far it is from PyTorch's run there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { GraphSource } from '../../../../models/architectures/index.ts';
import type { TensorEntry } from '../../../../src-main/checkpoint/files/safetensors.ts';
import { readSafetensorsHeader } from '../../../../src-main/checkpoint/files/safetensors.ts';
import { WeightIndex } from '../../../../src-main/checkpoint/weight-index.ts';
import type { BranchExample } from '../../../../src-main/runtime/training/index.ts';
import { BranchTrainer } from '../../../../src-main/runtime/training/index.ts';
import { LLAVA_TINY, QWEN_TINY } from '../../../support/branch-source.ts';

const pair = z.tuple([z.number(), z.number()]);
const caseSchema = z.object({
  family: z.enum(['llava', 'qwen']),
  text: z.object({
    hiddenSize: z.number(),
    intermediateSize: z.number(),
    heads: z.number(),
    kvHeads: z.number(),
    headDim: z.number(),
    rmsNormEps: z.number(),
    ropeTheta: z.number(),
    qkvBias: z.boolean().optional(),
    mropeSection: z.tuple([z.number(), z.number(), z.number()]).optional(),
  }),
  t: z.number(),
  settings: z.object({
    loss: z.enum(['bce', 'focal', 'mse']),
    learningRate: z.number(),
    betas: pair,
    epsilon: z.number(),
    weightDecay: z.number(),
    clipNorm: z.number().nullable(),
    warmup: z.number(),
    steps: z.number(),
    batch: z.number(),
    device: z.literal('cpu'),
    cpuThreads: z.number(),
  }),
  grid: pair,
  labelGrid: pair,
  samples: z.array(z.object({ length: z.number(), visual: pair })),
  order: z.array(z.array(z.number())),
  losses: z.array(z.number()),
  norms: z.array(z.number()),
});

const [folder = '.'] = process.argv.slice(2);
const { family, text, t, settings, ...run } = caseSchema.parse(
  JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')),
);

const bytesOf = ({ file, offset, length }: TensorEntry): Uint8Array =>
  Uint8Array.from(readFileSync(file).subarray(offset, offset + length));
const need = (entries: ReadonlyMap<string, TensorEntry>, name: string): TensorEntry => {
  const entry = entries.get(name);
  if (!entry) throw new RangeError(`there is no ${name}`);
  return entry;
};

const stored = await readSafetensorsHeader(join(folder, 'samples.safetensors'));
const examples = run.samples.map(
  ({ length, visual }, i): BranchExample => ({
    hidden: new Float32Array(bytesOf(need(stored, `hidden.${i}`)).buffer),
    length,
    visual,
    grid: run.grid,
    labels: new Int8Array(bytesOf(need(stored, `labels.${i}`)).buffer),
    labelGrid: run.labelGrid,
    weight: 1,
  }),
);
const weights = new WeightIndex().add(await readSafetensorsHeader(join(folder, 'start.safetensors')));
const rpn = { k: 0, t, norm: family === 'llava', multiHead: true };
const { qkvBias, mropeSection, ...sizes } = text;
const shape = {
  ...sizes,
  layers: t,
  ...(qkvBias === undefined ? {} : { qkvBias }),
  ...(mropeSection === undefined ? {} : { mropeSection }),
};
const source: GraphSource =
  family === 'llava'
    ? { config: { ...LLAVA_TINY, text: { ...LLAVA_TINY.text, ...shape }, rpn }, weights }
    : {
        config: { ...QWEN_TINY, text: { ...QWEN_TINY.text, ...shape }, rpn },
        weights,
      };

const trainer = await BranchTrainer.open(source, settings);
let [worstLoss, worstNorm] = [0, 0];
const losses: number[] = [];
for (const [step, batch] of run.order.entries()) {
  let sum = 0;
  for (const i of batch) sum += await trainer.accumulate(examples[i] as BranchExample);
  const { gradNorm } = trainer.step();
  losses.push(sum / batch.length);
  worstLoss = Math.max(worstLoss, Math.abs(sum / batch.length - (run.losses[step] ?? NaN)));
  worstNorm = Math.max(worstNorm, Math.abs(gradNorm / (run.norms[step] ?? NaN) - 1));
}
const ended = await readSafetensorsHeader(join(folder, 'end.safetensors'));
const began = await readSafetensorsHeader(join(folder, 'start.safetensors'));
const distance = (a: ArrayLike<number>, b: Float32Array): number =>
  Math.sqrt(b.reduce((sum, x, i) => sum + ((a[i] ?? NaN) - x) ** 2, 0) / b.reduce((sum, x) => sum + x * x, 0));
const tensors = Object.fromEntries(
  [...trainer.weights()].map(([name, { data }]) => {
    const theirs = new Float32Array(bytesOf(need(ended, name)).buffer);
    const start = new Float32Array(bytesOf(need(began, name)).buffer);
    return [name, { difference: distance(data, theirs), moved: distance(start, theirs) }];
  }),
);
if (Object.keys(tensors).length !== ended.size) throw new RangeError('PyTorch trained other tensors');
const third = (from: number): number => losses.slice(from, from + 20).reduce((a, b) => a + b, 0) / 20;
process.stdout.write(
  JSON.stringify({
    steps: run.order.length,
    loss_first_20: third(0),
    loss_last_20: third(losses.length - 20),
    largest_loss_difference: worstLoss,
    largest_norm_difference: worstNorm,
    largest_weight_difference: Math.max(...Object.values(tensors).map(({ difference }) => difference)),
    tensors,
  }),
);
await trainer.dispose();
