/** `fovea doctor`: everything Fovea needs of this machine, tried and not assumed, each with what to do when it fails. */
import { counted } from '../../../src-shared/contract/counts.ts';
import { resolve } from 'node:path';
import { repairProject, type Repaired } from '../../store/repair/repair.ts';
import { CLEANABLE } from '../../../src-shared/contract/procedures.ts';
import { cleanableOf, spaceLines, spaceOf } from './space.ts';
import { usageError, type AddCommand } from './frame/command.ts';
import { runChecks, type CheckResult } from '../doctor/checks.ts';
import { EXIT } from './frame/exit.ts';

export const addDoctor: AddCommand = (program, cli) => {
  const command = program
    .command('doctor')
    .description('check what Fovea needs of this machine, or make a damaged project whole')
    .option('--repair <project>', 'rebuild this project from what is readable, its copies and its journal')
    .option(
      '--space <project>',
      'what this project takes on the disk, part by part, and what can be had back',
    )
    .option(
      '--clean <parts>',
      `with --space: delete what can be had back of these, comma-separated, or of all: ${CLEANABLE.join(', ')}`,
    );
  cli.define<Options>(command, async ({ output, signal }, _, { repair, space, clean }) => {
    if (clean !== undefined && space === undefined) {
      throw usageError(
        '--clean is of a project',
        'Say which: fovea doctor --space PROJECT --clean thumbnails',
      );
    }
    if (space !== undefined) {
      const found = await spaceOf(space, clean === undefined ? [] : cleanableOf(clean), signal);
      output.result(found, spaceLines(found, clean !== undefined).join('\n'));
      return EXIT.done;
    }
    if (repair !== undefined) {
      const report = await repairProject(resolve(repair));
      output.result(report, repairWords(report).join('\n'));
      return EXIT.done;
    }
    const checks = await runChecks();
    const ok = checks.every(({ status }) => status !== 'failed');
    output.result({ ok, checks }, checks.map(line).join('\n'));
    return ok ? EXIT.done : EXIT.failed;
  });
};

interface Options {
  readonly repair?: string;
  readonly space?: string;
  readonly clean?: string;
}

function repairWords(report: Repaired): string[] {
  const { database, aside, logAside, lost, schema, replayed, withoutSample, withoutPrediction } = report;
  const { removed, removedAgain } = report;
  const what =
    database === 'sound'
      ? 'The database is sound'
      : database === 'rebuilt'
        ? 'The database was put together from what could be read'
        : `The database is the copy ${database.copy} now`;
  return [
    what,
    ...(aside === null ? [] : [`The damaged one is in ${aside}`]),
    ...(logAside === null ? [] : [`A log of another database lay beside it and is in ${logAside} now`]),
    ...schema.map(
      (words) =>
        `Put back: the database ${words.replace(/^(lacks|has)/, (verb) => (verb === 'lacks' ? 'lacked' : 'had'))}`,
    ),
    ...Object.entries(lost).map(
      ([table, n]) => `Lost: ${counted(n, 'stretch or row', 'stretches or rows')} of ${table}`,
    ),
    `Put back from the journal: ${counted(replayed, 'decision')}`,
    ...(report.rounds > 0
      ? [`Put back from the journal: ${counted(report.rounds, 'round of dealing', 'rounds of dealing')}`]
      : []),
    ...(report.tags > 0
      ? [`Put back from the journal: ${counted(report.tags, 'change of a tag', 'changes of tags')}`]
      : []),
    ...(report.verdicts > 0
      ? [
          `Put back from the journal: ${counted(report.verdicts, 'verdict on an answer', 'verdicts on answers')}`,
        ]
      : []),
    ...(withoutSample > 0
      ? [`Left in the journal: ${counted(withoutSample, 'decision')} on samples that are not here`]
      : []),
    ...(removedAgain > 0
      ? [`Removed again: ${counted(removedAgain, 'sample')} that had been removed since`]
      : []),
    ...(removed > 0
      ? [`Left in the journal: ${counted(removed, 'decision')} on samples that were removed after them`]
      : []),
    ...(withoutPrediction > 0
      ? [
          `Left in the journal: ${counted(withoutPrediction, 'label')} without a prediction; label again, then repair again`,
        ]
      : []),
  ];
}

const MARKS = { ok: '✔', missing: '–', failed: '✖' } as const;

function line({ name, status, detail, next }: CheckResult): string {
  return `${MARKS[status]} ${name.padEnd(12)} ${detail}${next === null ? '' : `. ${next}`}`;
}
