/**
 * `npm run bench:int4`: what int4 changes and what it costs. First the demo model at both precisions on its held-out
 * scenes; then a generated bf16 checkpoint in LLaVA's shape: quantising rate, memory, and speed, each step in a
 * process of its own. Table on stdout (`--json`: one object), progress on stderr.
 *
 * --scenes N (100) · --layers N: decoder layers of the generated checkpoint (12, some 0.9 GB)
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Costs } from './int4-costs.ts';
import { halfWidthLlava, measureCosts } from './int4-costs.ts';
import type { Quality } from './quality.ts';
import { measureQuality } from './quality.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, scenes: { type: 'string' }, layers: { type: 'string' } },
});
const say = (text: string) => process.stderr.write(`${text}\n`);

function qualityTable({
  n,
  stored,
  reduced: int4,
  answersEqual,
  secondAnswersEqual,
  labelIou,
}: Quality): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  return [
    `| ${n} held-out scenes | fp32 | int4 | equal |`,
    '|---|---|---|---|',
    `| answer right, alone | ${percent(stored.right)} | ${percent(int4.right)} | ${percent(answersEqual)} |`,
    `| answer right, with the RPN's crop | ${percent(stored.secondRight)} | ${percent(int4.secondRight)} | ${percent(secondAnswersEqual)} |`,
    `| samples kept | ${percent(stored.kept)} | ${percent(int4.kept)} | – |`,
    `| ROC-AUC, denoised map | ${stored.denoisedAuc.toFixed(4)} | ${int4.denoisedAuc.toFixed(4)} | – |`,
    `| ROC-AUC, RPN | ${stored.rpnAuc.toFixed(4)} | ${int4.rpnAuc.toFixed(4)} | – |`,
    `| label IoU, int4 against fp32 | – | – | ${labelIou.toFixed(3)} |`,
  ].join('\n');
}

function costsTable(costs: Costs): string {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  const rows: [string, string][] = [
    [
      'checkpoint, bf16',
      `${(costs.parameters / 1e6).toFixed(0)} M parameters, ${megabytes(costs.sourceBytes)}`,
    ],
    ['quantised cache', megabytes(costs.cacheBytes)],
    [
      'quantising',
      `${costs.quantise.seconds.toFixed(1)} s, ${megabytes(costs.sourceBytes / costs.quantise.seconds)}/s`,
    ],
    [
      'peak memory while quantising',
      `${megabytes(costs.quantise.peakBytes)} (${megabytes(costs.quantise.baseBytes)} before)`,
    ],
  ];
  for (const [name, run] of [
    ['bf16 as stored', costs.stored],
    ['int4', costs.int4],
  ] as const) {
    rows.push(
      [`${name}: load`, `${run.loadSeconds.toFixed(1)} s`],
      [`${name}: peak memory`, `${megabytes(run.peakBytes)}, own ${megabytes(run.anonBytes)}`],
      [`${name}: prompt of ${costs.promptRows} tokens`, `${run.promptSeconds.toFixed(2)} s`],
      [`${name}: each further token`, `${(1000 * run.stepSeconds).toFixed(0)} ms`],
    );
  }
  return [
    '| generated checkpoint | |',
    '|---|---|',
    ...rows.map(([what, value]) => `| ${what} | ${value} |`),
  ].join('\n');
}

const dir = mkdtempSync(join(tmpdir(), 'fovea-int4-'));
try {
  const quality = await measureQuality(Number(values.scenes ?? 100), join(dir, 'demo'), say);
  const costs = await measureCosts(halfWidthLlava(Number(values.layers ?? 12)), dir, say);
  const tables = `${qualityTable(quality)}\n\n${costsTable(costs)}`;
  process.stdout.write(`${values.json ? JSON.stringify({ quality, costs }) : tables}\n`);
} finally {
  rmSync(dir, { recursive: true });
}
