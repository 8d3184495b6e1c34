/**
 * `npm run bench:fullsize`: what a LLaVA-1.5-7B and a Qwen2.5-VL-3B cost on this machine at int4 or int8. Each is made with random
 * weights (some 14 and 8 GB on disk), quantised in a process of its own, loaded and asked to label a few samples with
 * its published preset. One object on stdout, progress on stderr.
 *
 * --precision int4 | int8 | int8-fast (default: int4; int8's caches are written while the model loads, and are part of that time)
 * --model llava-1.5-7b | qwen2.5-vl-3b (default: both, one after the other) · --tokens N of the model's own answers (8)
 * --dir D keeps checkpoint and cache there and takes up what is there already · --small: widths over 16
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { writePicture } from '../oracle/checkpoint.ts';
import type { Written } from './checkpoint.ts';
import { writeCheckpoint } from './checkpoint.ts';
import { labelSamples } from './label.ts';
import type { LabelReport } from './label.ts';
import { quantise } from './quantise.ts';
import type { Shape } from './shapes.ts';
import { shapes } from './shapes.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    precision: { type: 'string', default: 'int4' },
    tokens: { type: 'string' },
    dir: { type: 'string' },
    small: { type: 'boolean' },
    // So that it can be passed like the other benches'.
    json: { type: 'boolean' },
  },
});
const precision = z.enum(['int4', 'int8', 'int8-fast']).parse(values.precision);
const say = (text: string): void => void process.stderr.write(`${text}\n`);
/** The limit. */
const limitOf = (cacheBytes: number): number => 1.25 * cacheBytes + 2e9;

/** Writes the checkpoint unless it is there; the note says it is whole. */
function checkpointAt(dir: string, shape: Shape): Written & { seconds: number } {
  const note = join(dir, 'written.json');
  if (existsSync(note)) return JSON.parse(readFileSync(note, 'utf8')) as Written & { seconds: number };
  const start = performance.now();
  const written = writeCheckpoint(dir, shape);
  const report = { ...written, seconds: (performance.now() - start) / 1000 };
  writeFileSync(note, JSON.stringify(report));
  return report;
}

async function measure(shape: Shape, root: string) {
  const dir = join(root, shape.name);
  say(`${shape.name}: writing a checkpoint …`);
  const { parameters, bytes } = checkpointAt(dir, shape);
  say(`  ${(parameters / 1e6).toFixed(0)} M parameters, ${(bytes / 1e6).toFixed(0)} MB; quantising …`);
  const int4 = precision === 'int4' ? await int4Cache(dir, bytes, root) : null;
  const pictures = [await writePicture(root, 1), await writePicture(root, 2)] as const;
  const ownTokens = Number(values.tokens ?? 8);
  const run = await labelSamples({ dir, preset: shape.preset, pictures, ownTokens, precision }, say);
  return {
    model: shape.name,
    precision,
    parameters,
    checkpointBytes: bytes,
    ...int4,
    ...run,
    ...limits(int4, run),
  };
}

async function int4Cache(dir: string, bytes: number, root: string) {
  const quantised = await quantise(dir, join(root, 'cache'));
  const { seconds, cacheBytes, peakBytes } = quantised;
  const rateMBs = quantised.written ? bytes / 1e6 / seconds : null;
  say(
    `  ${(cacheBytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s, ${(peakBytes / 1e6).toFixed(0)} MB of memory; loading …`,
  );
  return { int4Bytes: cacheBytes, quantise: { ...quantised, rateMBs } };
}

function limits(int4: { readonly int4Bytes: number } | null, run: LabelReport) {
  if (int4 === null) return {};
  const limitBytes = limitOf(int4.int4Bytes);
  return { limitBytes, withinLimit: run.memory.peakBytes <= limitBytes };
}

const wanted = shapes(values.small ? 'small' : 'full').filter(
  ({ name }) => values.model === undefined || values.model === name,
);
if (wanted.length === 0) throw new Error(`no shape is called ${values.model}`);
const root = values.dir === undefined ? mkdtempSync(join(tmpdir(), 'fovea-fullsize-')) : resolve(values.dir);
mkdirSync(root, { recursive: true });
// The engine takes its cache from there, as a person's does.
process.env.FOVEA_HOME = root;
try {
  const reports = [];
  for (const shape of wanted) {
    reports.push(await measure(shape, root));
    if (values.dir === undefined) {
      rmSync(join(root, shape.name), { recursive: true });
      rmSync(join(root, 'cache'), { recursive: true });
    }
  }
  process.stdout.write(`${JSON.stringify({ cores: availableParallelism(), reports })}\n`);
} finally {
  if (values.dir === undefined) rmSync(root, { recursive: true, force: true });
}
