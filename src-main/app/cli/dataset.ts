/** `fovea dataset`: versions of the data set, frozen, listed, compared. `fovea export --version` writes one. */
import { counted } from '../../../src-shared/contract/counts.ts';
import {
  datasetNameSchema,
  type DatasetChange,
  type DatasetVersion,
} from '../../../src-shared/contract/datasets.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { diffVersions } from '../../jobs/datasets/diff.ts';
import { freezeVersion } from '../../jobs/datasets/freeze.ts';
import { datasetVersions } from '../../store/datasets/version.ts';
import { withProject } from '../projects.ts';
import { reviewerName } from '../resources.ts';
import type { AddCommand } from './frame/command.ts';
import { EXIT } from './frame/exit.ts';

/** Samples of a difference that are told on a terminal; `--json` has all. */
const MOST_TOLD = 20;

interface FreezeOptions {
  readonly includeUnreviewed?: boolean;
  readonly licence?: string;
}

export const addDataset: AddCommand = (program, cli) => {
  const dataset = program.command('dataset').description('frozen versions of the data set');
  const list = dataset
    .command('list', { isDefault: true })
    .description('the versions of a project, the newest first')
    .argument('<project>', 'project folder');
  cli.define(list, async ({ output }, [path]) =>
    withProject(path, async ({ db }) => {
      const versions = datasetVersions(db);
      output.result({ versions }, versions.map(line).join('\n') || 'No version is frozen yet');
      return EXIT.done;
    }),
  );
  const freeze = dataset
    .command('freeze')
    .description('keep what an export would write now, under a name')
    .argument('<project>', 'project folder')
    .argument('<name>', 'of the version')
    .option('--include-unreviewed', 'also samples nobody has reviewed, with the label as predicted')
    .option('--licence <words>', 'what the data may be used for, for its card');
  cli.define<FreezeOptions>(freeze, async ({ output, signal }, [path, name], options) =>
    withProject(
      path,
      async (project) => {
        const version = await freezeVersion(project, {
          name: nameOf(name),
          reviewer: reviewerName(),
          choices: {
            scope: null,
            splits: null,
            includeUnreviewed: options.includeUnreviewed === true,
            licence: options.licence ?? null,
          },
          signal,
        });
        output.result({ version }, line(version));
        return EXIT.done;
      },
      { writes: true },
    ),
  );
  const diff = dataset
    .command('diff')
    .description('samples that two versions do not have in common')
    .argument('<project>', 'project folder')
    .argument('<from>', 'name of a version')
    .argument('<to>', 'name of another one');
  cli.define(diff, async ({ output }, [path, from, to]) =>
    withProject(path, async ({ db }) => {
      const found = diffVersions(db, from, to);
      output.result(
        { from, to, ...found },
        [
          `${counted(found.same, 'sample')} alike`,
          ...told('added', found.added),
          ...told('removed', found.removed),
          ...told('changed', found.changed),
        ].join('\n'),
      );
      return EXIT.done;
    }),
  );
};

function nameOf(given: string): string {
  const name = datasetNameSchema.safeParse(given);
  if (name.success) return name.data;
  throw new FoveaError('bad_input', 'that is no name for a version', {
    next: 'Give one in one line, of 80 characters at most',
  });
}

function line({ name, sha256, card, createdAt, reviewer }: DatasetVersion): string {
  const { samples, pictures } = card;
  return `${name}  ${sha256.slice(0, 12)}  ${counted(samples, 'sample')} of ${counted(pictures, 'picture')}, by ${reviewer}, ${createdAt}`;
}

function told(what: string, changes: readonly DatasetChange[]): string[] {
  if (changes.length === 0) return [];
  const more = changes.length - MOST_TOLD;
  return [
    `${counted(changes.length, 'sample')} ${what}`,
    ...changes
      .slice(0, MOST_TOLD)
      .map(
        ({ externalId, question, fields }) =>
          `  ${externalId}  ${question.slice(0, 80)}${fields.length > 0 ? `  (${fields.join(', ')})` : ''}`,
      ),
    ...(more > 0 ? [`  and ${more} more; --json has all`] : []),
  ];
}
