/**
 * Fovea's training step for `bench:train`: `step-ours.ts WEIGHTS SAMPLE THREADS` opens the branch of the first file, says how many
 * numbers it trains, and for each line it reads makes one step of the sample in the second one. It answers as
 * `step-theirs.py` does.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { readSafetensorsHeader } from '../../../src-main/checkpoint/files/safetensors.ts';
import { WeightIndex } from '../../../src-main/checkpoint/weight-index.ts';
import { BranchTrainer } from '../../../src-main/runtime/training/index.ts';
import { QWEN_TINY, SETTINGS } from '../../support/branch-source.ts';
import { LENGTH, requestSchema, SHAPE, textOf } from './shape.ts';

const [weightsPath = '', samplePath = '', threads = '1'] = process.argv.slice(2);
const weights = new WeightIndex().add(await readSafetensorsHeader(weightsPath));
const rpn = { k: 0, t: SHAPE.t, norm: false, multiHead: true };
const trainer = await BranchTrainer.open(
  { config: { ...QWEN_TINY, text: textOf(SHAPE), rpn }, weights },
  { ...SETTINGS, learningRate: 1e-4, warmup: 0, steps: 1e9, batch: 1, cpuThreads: Number(threads) },
);
const sample = await readSafetensorsHeader(samplePath);
const bytes = (name: string): ArrayBuffer => {
  const { offset = 0, length = 0 } = sample.get(name) ?? {};
  return Uint8Array.from(readFileSync(samplePath).subarray(offset, offset + length)).buffer;
};
const [hidden, labels] = [new Float32Array(bytes('hidden')), new Int8Array(bytes('labels'))];
const answer = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
answer({ parameters: [...trainer.weights().values()].reduce((sum, { data }) => sum + data.length, 0) });

for await (const line of createInterface({ input: process.stdin })) {
  const { visual, grid } = requestSchema.parse(JSON.parse(line));
  const start = performance.now();
  const loss = await trainer.accumulate({
    hidden,
    length: LENGTH,
    visual,
    grid,
    labels,
    labelGrid: grid,
    weight: 1,
  });
  const middle = performance.now();
  trainer.step();
  answer({ loss, seconds: [(middle - start) / 1000, (performance.now() - middle) / 1000] });
}
await trainer.dispose();
