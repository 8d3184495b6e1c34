/**
 * `npm run bench:int8`: what int8 changes on three random checkpoints with outliers as trained models have them. There is no
 * truth, and near-ties are everywhere: labels are compared with float32's, next tokens by how sure float32 is of them.
 * Tables on stdout (`--json`: one object), progress on stderr. Some minutes, 4 GB of memory, 1 GB of disk.
 *
 * --samples N (24) of each · --tokens N: of an answer (8) · --precision int8,int8-fast (both)
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { choiceIn } from '../../../src-main/checkpoint/quantised/index.ts';
import type { Int8Quality } from './measure.ts';
import { measureInt8 } from './measure.ts';
import { MARGINS } from './agreement.ts';
import { RANDOM } from './shapes.ts';

/** What int8 aims at. */
const LABEL_IOU = 0.98;
/** Layers of the table that is printed for people; `--json` has all. */
const WORST = 5;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    samples: { type: 'string' },
    tokens: { type: 'string' },
    precision: { type: 'string' },
  },
});
const whole = z.coerce.number().int().min(1);
const samples = whole.parse(values.samples ?? 24);
const tokens = whole.parse(values.tokens ?? 8);
const precisions = z
  .array(z.enum(['int8', 'int8-fast']))
  .parse((values.precision ?? 'int8,int8-fast').split(','));
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

function qualityTable(all: readonly Int8Quality[]): string {
  const bins = MARGINS.map((end, i) => (end === Infinity ? `≥ ${MARGINS[i - 1]}` : `< ${end}`));
  const rows = all.map(
    ({
      title,
      precision,
      parameters,
      labelIou,
      foreground,
      answersEqual,
      keptEqual,
      mapError,
      nextToken,
    }) => [
      `${title}, ${(parameters / 1e6).toFixed(0)} M`,
      precision,
      `${labelIou.given.toFixed(3)}${labelIou.given < LABEL_IOU ? ' (aim missed)' : ''}`,
      labelIou.own.toFixed(3),
      percent(foreground),
      percent(keptEqual),
      percent(answersEqual),
      percent(mapError.grounding),
      percent(mapError.rpn),
      ...nextToken.map(({ tokens, agree }) =>
        tokens === 0 ? '–' : `${percent(agree / tokens)} of ${tokens}`,
      ),
    ],
  );
  const head = [
    'checkpoint',
    'precision',
    'label IoU, answer fed',
    'own answer',
    'foreground',
    'kept alike',
    'own answers equal',
    'grounding map off by',
    'RPN map off by',
    ...bins.map((bin) => `next token equal, margin ${bin}`),
  ];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function layerLines({ title, precision, layers }: Int8Quality): string {
  const all = Object.entries(layers).map(
    ([name, layer]) => [name, { ...layer, choice: choiceIn(layer, precision) }] as const,
  );
  const errorOf = ([, { choice, plain, smoothed }]: (typeof all)[number]): number =>
    choice === 'smoothed' ? (smoothed ?? plain) : plain;
  const count = (choice: string): number => all.filter(([, layer]) => layer.choice === choice).length;
  const whole = all
    .filter(([, { choice }]) => choice === 'rows' || choice === 'smoothed')
    .sort((a, b) => errorOf(b) - errorOf(a));
  const mean = whole.reduce((sum, layer) => sum + errorOf(layer), 0) / Math.max(1, whole.length);
  return [
    `${title}, ${precision}: ${all.length} layers: ${count('rows')} in plain rows, ${count('smoothed')} evened out, ${count('digits')} in two digits, ${count('small')} too small, ${count('inexact')} stay float32; mean error ${percent(mean)} where there is one digit`,
    ...whole.slice(0, WORST).map((layer) => `  ${percent(errorOf(layer))}  ${layer[1].choice}  ${layer[0]}`),
  ].join('\n');
}

const all: Int8Quality[] = [];
for (const random of RANDOM) {
  const dir = mkdtempSync(join(tmpdir(), 'fovea-bench-int8-'));
  try {
    all.push(...(await measureInt8(random, dir, { samples, tokens, precisions, say })));
  } finally {
    rmSync(dir, { recursive: true });
  }
}
const text = [qualityTable(all), ...all.map(layerLines)].join('\n\n');
process.stdout.write(`${values.json ? JSON.stringify({ checkpoints: all }) : text}\n`);
