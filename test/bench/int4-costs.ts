/**
 * What quantising and running a generated bf16 checkpoint costs. Every step runs in a process of its own, this file
 * with a step's name, so that its peak memory is its own.
 */
import { execFile } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LlavaConfig } from '../../src-main/checkpoint/config.ts';
import { openQuantised } from '../../src-main/checkpoint/quantised/index.ts';
import { readSafetensorsHeader } from '../../src-main/checkpoint/files/safetensors.ts';
import { WeightIndex } from '../../src-main/checkpoint/weight-index.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { tinyConfig, writeRandomWeights } from '../support/random-checkpoint.ts';

const PROMPT_ROWS = 640;
const STEPS = 8;

interface QuantiseCost {
  readonly seconds: number;
  /** Resident memory: largest ever, and before quantising began. */
  readonly peakBytes: number;
  readonly baseBytes: number;
  readonly cacheBytes: number;
}

interface RunCost {
  readonly loadSeconds: number;
  readonly promptSeconds: number;
  readonly stepSeconds: number;
  /** Largest resident memory, mapped files and all, and the process's own part at the end. */
  readonly peakBytes: number;
  readonly anonBytes: number;
}

export interface Costs {
  readonly parameters: number;
  readonly sourceBytes: number;
  readonly cacheBytes: number;
  readonly promptRows: number;
  readonly quantise: QuantiseCost;
  readonly stored: RunCost;
  readonly int4: RunCost;
}

/** A decoder of LLaVA's proportions with half its width. */
export function halfWidthLlava(layers: number): LlavaConfig {
  return tinyConfig({
    text: {
      hiddenSize: 1536,
      intermediateSize: 4096,
      layers,
      heads: 12,
      kvHeads: 12,
      headDim: 128,
      vocabSize: 16000,
      maxPositions: 2048,
    },
    vision: { hiddenSize: 512, intermediateSize: 2048, layers: 8, heads: 8, imageSize: 336, patchSize: 14 },
  });
}

async function open(dir: string) {
  const stated = JSON.parse(readFileSync(join(dir, 'parsed.json'), 'utf8')) as LlavaConfig;
  const weights = new WeightIndex().add(await readSafetensorsHeader(join(dir, 'model.safetensors')));
  return { config: stated, weights };
}

const peak = () => process.resourceUsage().maxRSS * 1024;

/** The process's own memory in bytes; 0 where the system does not tell. */
function anonymous(): number {
  try {
    return 1024 * Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

async function quantiseOnce(dir: string): Promise<QuantiseCost> {
  const source = await open(dir);
  const baseBytes = process.memoryUsage().rss;
  const start = performance.now();
  const { bytes: cacheBytes } = await openQuantised(source, { folder: join(dir, 'cache') });
  return { seconds: (performance.now() - start) / 1000, peakBytes: peak(), baseBytes, cacheBytes };
}

async function runOnce(dir: string, precision: 'as-stored' | 'int4'): Promise<RunCost> {
  const source = await open(dir);
  const start = performance.now();
  const model = await loadModel(source, { device: 'cpu', precision, cacheFolder: join(dir, 'cache') });
  const loadSeconds = (performance.now() - start) / 1000;
  const cache = model.newCache();
  const fed = performance.now();
  const tokens = Array.from({ length: PROMPT_ROWS }, (_, i) => i % source.config.text.vocabSize);
  await model.forward(cache, { parts: [{ tokens }] });
  const promptSeconds = (performance.now() - fed) / 1000;
  const stepped = performance.now();
  for (let step = 0; step < STEPS; step++) await model.forward(cache, { parts: [{ tokens: [step] }] });
  const stepSeconds = (performance.now() - stepped) / 1000 / STEPS;
  const anonBytes = anonymous();
  await model.dispose();
  return { loadSeconds, promptSeconds, stepSeconds, peakBytes: peak(), anonBytes };
}

/** Generates a checkpoint of this shape in `dir` and measures it. */
export async function measureCosts(
  stated: LlavaConfig,
  dir: string,
  say: (line: string) => void,
): Promise<Costs> {
  say(`writing a checkpoint of ${stated.text.layers} layers …`);
  const bytes = writeRandomWeights(dir, stated, 2026, 'BF16');
  writeFileSync(join(dir, 'parsed.json'), JSON.stringify(stated));
  const step = async <T>(name: string): Promise<T> => {
    say(`${name} …`);
    const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, dir, name]);
    return JSON.parse(stdout) as T;
  };
  const quantise = await step<QuantiseCost>('quantise');
  return {
    parameters: bytes / 2,
    sourceBytes: statSync(join(dir, 'model.safetensors')).size,
    cacheBytes: quantise.cacheBytes,
    promptRows: PROMPT_ROWS,
    quantise,
    int4: await step<RunCost>('int4'),
    stored: await step<RunCost>('as-stored'),
  };
}

if (import.meta.main) {
  const [dir = '', name] = process.argv.slice(2);
  const report =
    name === 'quantise' ? quantiseOnce(dir) : runOnce(dir, name === 'int4' ? 'int4' : 'as-stored');
  process.stdout.write(`${JSON.stringify(await report)}\n`);
}
