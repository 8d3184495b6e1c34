/** `fovea export`: accepted and corrected samples as a data set, and an account of everything left out. */
import { counted } from '../../../src-shared/contract/counts.ts';
import { resolve } from 'node:path';
import {
  exportFormatSchema,
  picturesChoiceSchema,
  shapeChoiceSchema,
  SHARD_MEGABYTES,
  SPLIT_BY,
  splitWishSchema,
  type SplitWish,
  type ExportChoices,
  type ExportFormat,
} from '../../../src-shared/contract/export-formats.ts';
import type { ExportReport } from '../../../src-shared/contract/procedures.ts';
import type { ReadableDb } from '../../store/db.ts';
import { exporters } from '../../exporters/index.ts';
import { frozenSource } from '../../jobs/datasets/frozen-source.ts';
import { datasetVersion } from '../../store/datasets/version.ts';
import type { Project } from '../../store/file/project.ts';
import { exportSamples, type ExportRequest } from '../../jobs/export/export.ts';
import { withProject } from '../projects.ts';
import { usageError, type AddCommand } from './frame/command.ts';
import { decimalOf, wholeNumber } from './frame/number-option.ts';
import { exitOfBatch } from './frame/exit.ts';
import { Progress } from '../progress.ts';
import { filterWhere, WHERE_OPTION } from './frame/where-option.ts';

interface Options {
  readonly format: string;
  readonly out: string;
  readonly includeUnreviewed?: boolean;
  readonly audit?: boolean;
  readonly pictures?: string;
  readonly shape?: string;
  readonly filter?: string;
  readonly where?: string;
  readonly version?: string;
  readonly split?: string;
  readonly seed: number;
  readonly by: string;
  readonly maskValues: string;
  readonly maskIgnore?: boolean;
  readonly shard: number;
  readonly licence?: string;
  readonly replace?: boolean;
}

const MASK_VALUES: Readonly<Record<string, ExportChoices['maskValues']>> = { '0/1': 'one', '0/255': 'full' };

const FORMATS: readonly ExportFormat[] = exportFormatSchema.options;

export const addExport: AddCommand = (program, cli) => {
  const command = program
    .command('export')
    .description('write accepted and corrected samples to a file')
    .argument('<project>', 'project folder')
    .requiredOption('--format <name>', FORMATS.join(', '))
    .requiredOption('--out <path>', 'file to write, or folder where the format is one')
    .option('--include-unreviewed', 'also samples nobody has reviewed, with the label as predicted')
    .option(
      '--audit',
      'jsonl: rejected samples too, every decision ever made, flags and notes (csv has them always)',
    )
    .option(
      '--pictures <how>',
      'with (their files go along), linked, or named (only where they lie); the first that the format has, unless said',
    )
    .option('--shape <how>', 'coco: rle or polygons; yolo: polygons (to segment) or boxes (to detect)')
    .option('--mask-values <0/1|0/255>', 'masks: value of the foreground', '0/255')
    .option('--mask-ignore', 'masks: ignored cells have a value of their own (255, or 128 beside 0/255)')
    .option(
      '--shard <megabytes>',
      'parquet, webdataset: size at which a file is closed',
      wholeNumber('--shard', { least: 1, most: 100_000 }),
      SHARD_MEGABYTES,
    )
    .option('--licence <words>', 'parquet: what the data may be used for, for its card')
    .option('--version <name>', 'a frozen version of the data set (fovea dataset), as it was')
    .option('--filter <name>', 'only what a saved filter of the project lets through')
    .option(...WHERE_OPTION)
    .option('--split <shares>', 'deal samples out anew: train/val/test, for example 80/10/10')
    .option('--seed <number>', 'of --split', wholeNumber('--seed', { least: 0, most: 2 ** 31 - 1 }), 0)
    .option('--by <facet>', `of --split, what is to be alike in each: ${SPLIT_BY.join(', ')}`, 'none')
    .option('--replace', 'replace a file at this path that the project did not export itself');
  cli.define<Options>(command, async ({ output, stderr, signal }, [path], options) => {
    const format = FORMATS.find((name) => name === options.format);
    if (!format) throw usageError(`There is no format "${options.format}"`, `One of: ${FORMATS.join(', ')}`);
    const pictures = oneOf('--pictures', picturesChoiceSchema.options, options.pictures);
    const shape = oneOf('--shape', shapeChoiceSchema.options, options.shape);
    const maskValues = oneOf('--mask-values', Object.keys(MASK_VALUES), options.maskValues)!;
    const splits = splitWish(options);
    const progress = new Progress('Exporting', stderr);
    const report = await withProject(path, (project) =>
      exportSamples(
        project,
        {
          format,
          path: resolve(options.out),
          ...(options.version !== undefined && frozenOf(project, options.version)),
          scope: scopeOf(project.db, options),
          splits,
          includeUnreviewed: options.includeUnreviewed === true,
          audit: options.audit === true,
          pictures,
          shape,
          maskValues: MASK_VALUES[maskValues]!,
          maskIgnore: options.maskIgnore === true ? 'apart' : 'background',
          shardMegabytes: options.shard,
          licence: options.licence ?? null,
          replace: options.replace === true ? 'any' : 'own',
          signal,
          onProgress: (seen) =>
            progress.update({ total: null, done: seen, failed: 0, rate: null, etaSeconds: null }),
        },
        exporters,
      ),
    ).finally(() => progress.end());
    const counts = Object.values(report.skipped).reduce((sum, count) => sum + count, 0);
    output.result(
      {
        done: report.done,
        failed: report.failed,
        skipped: counts,
        seconds: report.seconds,
        format,
        path: report.path,
        remembered: report.remembered,
        skippedBy: report.skipped,
        notes: report.notes,
        pictures: report.pictures,
        runs: report.runs,
      },
      [
        `Exported ${counted(report.done, 'sample')} to ${report.path} in ${report.seconds.toFixed(1)} s`,
        ...lines('left out', report.skipped),
        ...lines('changed by the format', report.notes),
        ...pictureLines(report.pictures, path),
        ...mixture(report.runs),
        ...(report.remembered
          ? []
          : [
              '  The project could not note that it wrote this file (it may be read-only): next time it needs --replace',
            ]),
      ].join('\n'),
    );
    return exitOfBatch(report.failed);
  });
};

/** @throws FoveaError `usage` for shares that are none */
function splitWish({ split, seed, by }: Options): SplitWish | null {
  if (split === undefined) return null;
  const shares = split.split('/').map((share) => decimalOf(share, false));
  const [train, val, test = 0] = shares;
  const wish = splitWishSchema.safeParse({
    shares: { train, val, test },
    seed,
    by: oneOf('--by', SPLIT_BY, by),
  });
  if (wish.success && shares.length <= 3) return wish.data;
  throw usageError(`--split takes no "${split}"`, 'Shares of train/val/test, for example 80/10/10');
}

/** @throws FoveaError `not_found` */
function frozenOf({ db, path }: Project, name: string): Pick<ExportRequest, 'frozen'> {
  const version = datasetVersion(db, name);
  return { frozen: (snapshot) => frozenSource(snapshot, path, version) };
}

/** @throws FoveaError `usage`, `not_found` */
function scopeOf(
  db: ReadableDb,
  { filter, where }: Pick<Options, 'filter' | 'where'>,
): ExportChoices['scope'] {
  const given = where ?? filter;
  if (given === undefined) return null;
  if (where !== undefined && filter !== undefined) {
    throw usageError('--filter and --where both say which samples', 'Leave one out');
  }
  return { filter: filterWhere(db, given), ids: null, except: [] };
}

/** Null: not said. */
function oneOf<T extends string>(option: string, words: readonly T[], said: string | undefined): T | null {
  if (said === undefined) return null;
  const word = words.find((known) => known === said);
  if (word === undefined) throw usageError(`${option} takes no "${said}"`, `One of: ${words.join(', ')}`);
  return word;
}

function lines(title: string, counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).map(
    ([reason, count]) => `  ${title}: ${count} ${reason.replaceAll('_', ' ')}`,
  );
}

/** What of the pictures somebody should know who hands the file on. */
function pictureLines({ changed, unshown, unchecked }: ExportReport['pictures'], project: string): string[] {
  return [
    ...(changed > 0
      ? [
          `  ${ofSamples(changed, 'has a picture', 'have pictures')} that changed since labelling: left out; see fovea pictures ${project}`,
        ]
      : []),
    ...(unshown > 0
      ? [
          `  ${ofSamples(unshown, 'has a picture', 'have pictures')} that cannot be read at the moment: exported as labelled; see fovea pictures ${project}`,
        ]
      : []),
    ...(unchecked === null ? [] : [`  Whether pictures changed since labelling is not known: ${unchecked}`]),
  ];
}

function ofSamples(n: number, one: string, many: string): string {
  return counted(n, `sample ${one}`, `samples ${many}`);
}
/** Labels of several runs in one filefrom different models or presets. One run alone goes without saying. */
function mixture(runs: Readonly<Record<string, number>>): string[] {
  const each = Object.entries(runs);
  if (each.length < 2) return [];
  return [
    `  labels of ${counted(each.length, 'run')}: ${each.map(([id, count]) => `${count} of run ${id}`).join(', ')}`,
  ];
}
