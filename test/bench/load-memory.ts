/**
 * What loading a large fp32 checkpoint costs: seconds, and anonymous memory (heap copies) next to the file's size.
 * Weights are mapped, so file-backed pages do not count. Each load runs in a process of its own; run this file with a
 * folder to be that process.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { LlavaConfig } from '../../src-main/checkpoint/config.ts';
import { readSafetensorsHeader } from '../../src-main/checkpoint/files/safetensors.ts';
import { WeightIndex } from '../../src-main/checkpoint/weight-index.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { tinyConfig, writeRandomWeights } from '../support/random-checkpoint.ts';

const reportSchema = z.object({ anonBytes: z.number(), loadSeconds: z.number() });
type Report = z.infer<typeof reportSchema>;

export interface LoadMeasure {
  /** Growth of anonymous memory on load ÷ size of the file. */
  readonly anonOverFile: number;
  /** Seconds, with the file in the page cache. */
  readonly loadSeconds: number;
  readonly fileMB: number;
}

/** About 440 MB of fp32 weights in LLaVA's shape. */
function largeConfig(): LlavaConfig {
  return tinyConfig({
    text: {
      hiddenSize: 1024,
      intermediateSize: 2816,
      layers: 7,
      heads: 16,
      kvHeads: 16,
      headDim: 64,
      vocabSize: 8000,
    },
    vision: { hiddenSize: 256, intermediateSize: 1024, layers: 4, heads: 4, imageSize: 224, patchSize: 14 },
  });
}

/** Anonymous resident memory of this process in bytes (Linux). */
function anonymous(): number {
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error('/proc/self/status has no RssAnon');
  return Number(kilobytes) * 1024;
}

/** One load in this process. */
async function loadOnce(dir: string): Promise<Report> {
  const config = JSON.parse(readFileSync(join(dir, 'parsed.json'), 'utf8')) as LlavaConfig;
  const before = anonymous();
  const start = performance.now();
  const weights = new WeightIndex().add(await readSafetensorsHeader(join(dir, 'model.safetensors')));
  const model = await loadModel({ config, weights }, { device: 'cpu' });
  const loadSeconds = (performance.now() - start) / 1000;
  const anonBytes = anonymous() - before;
  await model.dispose();
  return { anonBytes, loadSeconds };
}

/** Generates a checkpoint of `config`, loads it twice in fresh processes and measures the second, warm, load. */
export async function measureLoad(config: LlavaConfig = largeConfig()): Promise<LoadMeasure> {
  const dir = mkdtempSync(join(tmpdir(), 'fovea-load-'));
  try {
    const bytes = writeRandomWeights(dir, config);
    writeFileSync(join(dir, 'parsed.json'), JSON.stringify(config));
    const run = async (): Promise<Report> => {
      const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, dir]);
      return reportSchema.parse(JSON.parse(stdout));
    };
    await run();
    const { anonBytes, loadSeconds } = await run();
    return { anonOverFile: anonBytes / bytes, loadSeconds, fileMB: bytes / 1e6 };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

if (import.meta.main) {
  const [dir] = process.argv.slice(2);
  process.stdout.write(`${JSON.stringify(dir === undefined ? await measureLoad() : await loadOnce(dir))}\n`);
}
