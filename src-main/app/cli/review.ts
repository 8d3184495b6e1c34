/** `fovea review --apply`: decisions from a file, all of its lines or none. */
import { counted } from '../../../src-shared/contract/counts.ts';
import { resolve } from 'node:path';
import { applyReviewsFile } from '../../jobs/reviews/apply-reviews.ts';
import { backUpDaily } from '../../store/backup/backup.ts';
import { withProject } from '../projects.ts';
import type { AddCommand } from './frame/command.ts';
import { EXIT } from './frame/exit.ts';

interface Options {
  readonly apply: string;
}

export const addReview: AddCommand = (program, cli) => {
  const command = program
    .command('review')
    .description('apply decisions from a JSON lines file')
    .argument('<project>', 'project folder')
    .requiredOption(
      '--apply <file>',
      'lines of {"sample" (the data\'s id) or "fovea" (its number here),"decision":"accept|correct|reject|reset","label":[H*W]?,"reviewer","note"?,"reason"? (of a reject)}',
    );
  cli.define<Options>(command, async ({ output, stderr }, [path], { apply }) => {
    const report = await withProject(
      path,
      async (project) => {
        const copy = await backUpDaily(project.db, project.path);
        if (copy && 'leftOut' in copy) stderr.write(`No copy of the project was made: ${copy.leftOut}\n`);
        return applyReviewsFile(project, resolve(apply));
      },
      { writes: true },
    );
    output.result(report, `Applied ${counted(report.done, 'decision')} in ${report.seconds.toFixed(1)} s`);
    return EXIT.done;
  });
};
