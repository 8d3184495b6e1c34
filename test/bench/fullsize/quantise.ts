/**
 * Quantises a checkpoint in a process of its own, so that its peak memory is its own: run with the checkpoint's folder
 * and the cache's, it prints one object.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { openModel } from '../../../src-main/checkpoint/open.ts';
import { openQuantised } from '../../../src-main/checkpoint/quantised/index.ts';

const reportSchema = z.object({
  seconds: z.number(),
  /** Resident memory: largest ever, and before quantising began. */
  peakBytes: z.number(),
  baseBytes: z.number(),
  cacheBytes: z.number(),
  /** False when the cache was there already. */
  written: z.boolean(),
});
export type QuantiseReport = z.infer<typeof reportSchema>;

export async function quantise(dir: string, folder: string): Promise<QuantiseReport> {
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, dir, folder]);
  return reportSchema.parse(JSON.parse(stdout));
}

async function once(dir: string, folder: string): Promise<QuantiseReport> {
  const checkpoint = await openModel(dir);
  const baseBytes = process.memoryUsage().rss;
  const start = performance.now();
  const { bytes: cacheBytes, written } = await openQuantised(checkpoint, { folder });
  const seconds = (performance.now() - start) / 1000;
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  return { seconds, peakBytes, baseBytes, cacheBytes, written };
}

if (import.meta.main) {
  const [dir = '', folder = ''] = process.argv.slice(2);
  process.stdout.write(`${JSON.stringify(await once(dir, folder))}\n`);
}
