/**
 * Runs in a process of its own, over SwiftShader (swiftshader.ts): two steps of training on WebGPU against the same on the
 * CPU. The largest difference of a weight, relative to how far the CPU's run moved it, as one JSON line on stdout.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BranchTrainer } from '../../src-main/runtime/training/index.ts';
import { branchExample, branchSource, LLAVA_TINY, SETTINGS, storedValues } from './branch-source.ts';
import { maxDifference } from './numbers.ts';

const dir = mkdtempSync(join(tmpdir(), 'fovea-webgpu-training-'));
// One layer: what is in doubt is how gradients come back, not what they are (webgpu-gradients-child.ts).
const config = { ...LLAVA_TINY, rpn: { k: 1, t: 1, norm: true, multiHead: true } };
const source = await branchSource(dir, config);

async function trained(device: 'cpu' | 'webgpu'): Promise<Record<string, Float32Array>> {
  // Large epsilon: without it a first step is the gradient's sign, and the sign of what is nearly 0 is chance.
  const trainer = await BranchTrainer.open(source, { ...SETTINGS, warmup: 0, epsilon: 1, device });
  for (let step = 0; step < 2; step++) {
    for (const seed of [1, 2]) await trainer.accumulate(branchExample(seed, config.text.hiddenSize));
    trainer.step();
  }
  return Object.fromEntries([...trainer.weights()].map(([name, { data }]) => [name, data]));
}

const [cpu, gpu] = [await trained('cpu'), await trained('webgpu')];
const differences = Object.entries(cpu).map(([name, weights]) => {
  const moved = maxDifference(weights, storedValues(source, name));
  return { name, moved, difference: maxDifference(gpu[name] ?? [], weights) / moved };
});
rmSync(dir, { recursive: true, force: true });
console.log(JSON.stringify(differences));
// The driver's threads outlive the work.
process.exit(0);
