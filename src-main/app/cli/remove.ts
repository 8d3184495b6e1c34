/** `fovea remove`: samples or whole imports out of a project, asked with counts. */
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { removeFromProject } from '../../jobs/removal/remove.ts';
import { importedIds, type ImportNote, listImports } from '../../store/exchange/import-log.ts';
import type { Project } from '../../store/file/project.ts';
import { countRemoval, idsNamed, type RemovalCounts } from '../../store/samples/removal.ts';
import { withProject } from '../projects.ts';
import { saysYes } from './frame/agree.ts';
import { usageError, type AddCommand, type CommandContext } from './frame/command.ts';
import { EXIT } from './frame/exit.ts';
import { Progress } from '../progress.ts';

interface Options {
  readonly sample?: readonly string[];
  readonly import?: string;
  readonly list?: boolean;
  readonly yes?: boolean;
}

export const addRemove: AddCommand = (program, cli) => {
  const command = program
    .command('remove')
    .description('take samples, or all of an import, out of a project; files stay where they are')
    .argument('<project>', 'project folder')
    .option('--sample <id...>', "the data's ids of samples")
    .option('--import <number>', 'an import, by its number in --list')
    .option('--list', 'list the imports, and remove nothing')
    .option('--yes', 'do not ask');
  cli.define<Options>(command, async (context, [path], options) => {
    const { output, stderr, signal } = context;
    if (options.list === true) {
      const imports = await withProject(path, (project) =>
        Promise.resolve(listImports(project.db, project.path)),
      );
      output.result(
        { imports },
        imports.length > 0 ? imports.map(importLine).join('\n') : 'No import is noted',
      );
      return EXIT.done;
    }
    if ((options.sample === undefined) === (options.import === undefined)) {
      throw usageError('Say either --sample or --import', 'See fovea remove --help');
    }
    return withProject(
      path,
      async (project) => {
        const ids = idsOf(project, options);
        const counts = countRemoval(project.db, ids);
        if (options.yes !== true) await ask(context, counts, path);
        const progress = new Progress('Removing', stderr);
        const started = performance.now();
        const report = await removeFromProject(project, ids, {
          signal,
          onProgress: (done, total) =>
            progress.update({
              total,
              done,
              failed: 0,
              rate: (1000 * done) / (performance.now() - started),
              etaSeconds: null,
            }),
        }).finally(() => progress.end());
        output.result(report, [`Removed ${words(report)}`, ...wayBack(report.copy, path)].join('\n'));
        return EXIT.done;
      },
      { writes: true },
    );
  });
};

function idsOf({ db, path }: Project, { sample, import: number }: Options): number[] {
  if (sample === undefined) {
    const found = listImports(db, path).find(({ id }) => String(id) === number);
    if (found) return importedIds(db, found.id);
    throw new FoveaError('not_found', `there is no import ${number}`, {
      next: 'fovea remove PROJECT --list says which there are',
    });
  }
  const { ids, unknown } = idsNamed(db, sample);
  if (unknown.length === 0) return ids;
  throw new FoveaError('not_found', `there is no sample with the id ${JSON.stringify(unknown[0])}`, {
    next: 'Nothing was removed; give ids of the data, as they were imported',
  });
}

async function ask(context: CommandContext, counts: RemovalCounts, path: string): Promise<void> {
  const what = `${words(counts)} would be removed from ${path}`;
  if (!context.stdin.isTTY) {
    throw new FoveaError('bad_input', what, { next: 'Nothing was removed; say --yes to remove them' });
  }
  if (await saysYes(context, `${what}. ${keptWords(counts)}Remove them?`)) return;
  throw new FoveaError('cancelled', 'nothing was removed');
}

function keptWords({ decided }: RemovalCounts): string {
  return decided > 0 ? 'The project is copied first, and decisions stay in its journal. ' : '';
}

function words({ samples, decided, labelled, marked }: RemovalCounts): string {
  const what = counted(samples, 'sample');
  return `${what} (${decided} decided, ${labelled} labelled, ${marked} with flags or notes)`;
}

function wayBack(copy: string | null, path: string): string[] {
  return copy === null
    ? ['None was decided; import their file again to get them back']
    : [`Take it back with fovea restore ${path} ${copy}`];
}

function importLine({ id, questionsFile, imagesDir, startedAt, samples }: ImportNote): string {
  return `${String(id).padStart(4)}  ${startedAt.slice(0, 16).replace('T', ' ')}  ${counted(samples, 'sample')}  ${questionsFile}, pictures in ${imagesDir}`;
}
