/** `fovea relink`: leads a moved image folder to where its pictures are now. */
import { counted } from '../../../src-shared/contract/counts.ts';
import type { RelinkPlan } from '../../../src-shared/contract/procedures.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { checkInThread, planInThread } from '../../jobs/pictures/in-thread.ts';
import { relink } from '../../jobs/pictures/relink.ts';
import { withProject } from '../projects.ts';
import type { AddCommand } from './frame/command.ts';
import { EXIT } from './frame/exit.ts';

interface Options {
  readonly dryRun?: boolean;
  readonly partly?: boolean;
}

export const addRelink: AddCommand = (program, cli) => {
  const command = program
    .command('relink')
    .description('lead a moved image folder to where its pictures are now; samples and decisions stay')
    .argument('<project>', 'project folder')
    .argument('<old>', 'image folder of the project, or a folder above several')
    .argument('<new>', 'where it is now')
    .option('--dry-run', 'only say how many pictures would be found')
    .option('--partly', 'also when pictures are missing there or have another size');
  cli.define<Options>(command, async ({ output, signal }, [path, from, to], { dryRun, partly }) =>
    withProject(path, async (project) => {
      const plan = await planInThread(project, from, to, { signal });
      const short = plan.missing + plan.otherSize;
      if (dryRun === true) {
        output.result({ ...plan, relinked: false }, [...planLines(plan), 'Nothing was changed'].join('\n'));
        return EXIT.done;
      }
      if (short > 0 && partly !== true) {
        throw new FoveaError(
          'bad_input',
          `Of the pictures, ${counted(short, 'is', 'are')} not there as they were: ${words(plan)}`,
          {
            where: to,
            next: `Nothing was changed. Give another folder, or relink with --partly${plan.examples.length > 0 ? `; look for ${plan.examples[0]}` : ''}`,
          },
        );
      }
      await relink(project, from, to, plan);
      const check = await checkInThread(project, false, { signal });
      output.result(
        { ...plan, relinked: true, check },
        [
          ...planLines(plan),
          check.changed > 0
            ? `Relinked; ${check.changed} hold other pixels than before: see fovea pictures ${path}`
            : 'Relinked; samples, labels and decisions are as they were',
        ].join('\n'),
      );
      return EXIT.done;
    }),
  );
};

function planLines(plan: RelinkPlan): string[] {
  return [
    ...plan.roots.map(({ from, to, pictures }) => `${from} → ${to}: ${counted(pictures, 'picture')}`),
    `  ${words(plan)}`,
    ...plan.linkedInto.map(
      (folder) => `  Links in it lead into ${folder}: pictures are read from there, too`,
    ),
  ];
}

function words({ found, missing, otherSize }: RelinkPlan): string {
  return `${found} found, ${missing} missing, ${otherSize} of another size`;
}
