/** The card of the data set (README.md): what a reader of the Hub checks, and what a person should know, from what was written. */
import { counted } from '../../../src-shared/contract/counts.ts';
import type { ExportOptions } from '../types.ts';
import type { Tally } from '../tally.ts';
import { COLUMNS } from './columns.ts';
import { yamlOf } from './field.ts';

/** The Hub's sizes of data sets, by samples. */
const SIZES: readonly (readonly [below: number, name: string])[] = [
  [1e3, 'n<1K'],
  [1e4, '1K<n<10K'],
  [1e5, '10K<n<100K'],
  [1e6, '100K<n<1M'],
  [1e7, '1M<n<10M'],
  [Infinity, 'n>10M'],
];

/** No times of day: the same samples make the same card. Splits without samples are not named: readers refuse them. */
export function card(tally: Tally, { licence = null, pictures }: ExportOptions): string {
  const splits = [...tally.splits].sort(([a], [b]) => (a < b ? -1 : 1));
  const bytes = splits.reduce((sum, [, split]) => sum + split.bytes, 0);
  return [
    '---',
    `license: ${licence === null ? 'unknown' : 'other'}`,
    'pretty_name: RoI labels exported by Fovea',
    'task_categories:',
    '- visual-question-answering',
    'size_categories:',
    `- ${SIZES.find(([below]) => tally.samples < below)![1]}`,
    ...(splits.length === 0 ? [] : configs(splits.map(([name]) => name))),
    'dataset_info:',
    '  features:',
    ...COLUMNS.flatMap(({ name, field }) => yamlOf(name, field, '  ')),
    `  splits:${splits.length === 0 ? ' []' : ''}`,
    ...splits.flatMap(([name, split]) => [
      `  - name: ${name}`,
      `    num_bytes: ${split.bytes}`,
      `    num_examples: ${split.samples}`,
    ]),
    `  download_size: ${bytes}`,
    `  dataset_size: ${bytes}`,
    '---',
    '',
    '# RoI labels exported by Fovea',
    '',
    'Where a multimodal model looks when it answers: for each question about a picture, which tokens of the grid are',
    'foreground (1), background (0) or left open (-100). Boxes are xyxy in pixels of the picture as it is stored, EXIF',
    'orientation not applied; a cell is `scale · pixel + offset` per axis. `answer` and `truth_boxes` came with the data.',
    '',
    '| split | samples |',
    '| ----- | ------- |',
    ...splits.map(([name, split]) => `| ${name} | ${split.samples} |`),
    '',
    `${counted(tally.pictures.size, 'picture')}${pictures === 'named' ? ', named by where they lay on the machine that wrote this' : ', as their files are'}.`,
    '',
    '## Labels',
    '',
    ...counts('state', tally.states),
    ...counts('reviewer', tally.reviewers),
    '## Made with',
    '',
    '| run | model | preset | answers | samples |',
    '| --- | ----- | ------ | ------- | ------- |',
    ...[...tally.runs]
      .sort(([a], [b]) => a - b)
      .map(([id, { run, samples }]) =>
        row([id, run.modelName, run.preset.name, run.answerMode === 'self' ? 'its own' : 'given', samples]),
      ),
    '',
    ...(tally.languages.size === 0 ? [] : ['## Languages', '', ...counts('language', tally.languages)]),
    '## Licence',
    '',
    licence === null
      ? 'Not stated. Pictures and questions keep the licence that they came with; find it out before passing them on.'
      : plain(licence),
    '',
  ].join('\n');
}

function configs(names: readonly string[]): string[] {
  return [
    'configs:',
    '- config_name: default',
    '  data_files:',
    ...names.flatMap((name) => [`  - split: ${name}`, `    path: data/${name}-*`]),
  ];
}

function counts(of: string, tally: ReadonlyMap<string, number>): string[] {
  if (tally.size === 0) return [];
  const sorted = [...tally].sort(([a], [b]) => (a < b ? -1 : 1));
  return [`| ${of} | samples |`, '| --- | --- |', ...sorted.map((cells) => row(cells)), ''];
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.map((cell) => plain(String(cell)).replaceAll('|', '\\|')).join(' | ')} |`;
}

/** Names are people's own: no line of theirs becomes markup. */
function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_{}[\]<>#]/g, String.raw`\$&`)
    .trim();
}
