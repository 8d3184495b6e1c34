/**
 * The same epoch as `epoch-theirs.py` trains, by Fovea from kept features: `epoch-ours.ts CHECKPOINT MANIFEST THREADS`. For
 * the line `{"samples": n}` it reads the features of the first n samples from their files and trains on them.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { openCheckpoint } from '../../../src-main/checkpoint/checkpoint.ts';
import { decodeFeatures } from '../../../src-main/features/codec.ts';
import { BranchTrainer, initialBranch } from '../../../src-main/runtime/training/index.ts';
import { manifestSchema } from './manifest.ts';

const [dir = '', manifestPath = '', threads = '1'] = process.argv.slice(2);
const manifest = manifestSchema.parse(JSON.parse(readFileSync(manifestPath, 'utf8')));
const trainer = await BranchTrainer.open(initialBranch(await openCheckpoint(dir), manifest), {
  loss: 'bce',
  learningRate: 5e-5,
  betas: [0.9, 0.98],
  epsilon: 1e-8,
  weightDecay: 0,
  clipNorm: 1,
  warmup: 0,
  // The rate stays what it is: the other side has no schedule either.
  steps: 1e9,
  batch: manifest.batch,
  device: 'cpu',
  cpuThreads: Number(threads),
});
const labels = new Int8Array(readFileSync(manifest.labels));
const cells = labels.length / manifest.samples.length;
const answer = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
answer({ parameters: [...trainer.weights().values()].reduce((sum, { data }) => sum + data.length, 0) });

for await (const line of createInterface({ input: process.stdin })) {
  const { samples } = z.object({ samples: z.number() }).parse(JSON.parse(line));
  const start = performance.now();
  const losses: number[] = [];
  let part = 0;
  for (const [i, { features }] of manifest.samples.slice(0, samples).entries()) {
    const { rows, ...places } = decodeFeatures(readFileSync(features));
    const own = labels.subarray(i * cells, (i + 1) * cells);
    part += await trainer.accumulate({
      hidden: rows,
      ...places,
      labels: own,
      labelGrid: places.grid,
      weight: 1,
    });
    const ends = (every: number): boolean => (i + 1) % every === 0 || i + 1 === samples;
    if (ends(manifest.device_batch)) {
      losses.push(part / ((i % manifest.device_batch) + 1));
      part = 0;
    }
    if (ends(manifest.batch)) trainer.step();
  }
  answer({ seconds: (performance.now() - start) / 1000, losses });
}
await trainer.dispose();
