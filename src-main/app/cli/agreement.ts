/** `fovea agreement`: how far reviewers agree on samples that were dealt to several. */
import { counted } from '../../../src-shared/contract/counts.ts';
import type { Agreed } from '../../../src-shared/contract/procedures.ts';
import { agreementOf } from '../../store/assignment/agreement.ts';
import { getDeal } from '../../store/assignment/deals.ts';
import { withProject } from '../projects.ts';
import { type AddCommand } from './frame/command.ts';
import { EXIT } from './frame/exit.ts';
import { positiveInteger } from './frame/number-option.ts';

export const addAgreement: AddCommand = (program, cli) => {
  const command = program
    .command('agreement')
    .description(
      'kappa of decisions and label cells, and IoU of boxes, of reviewers who decided the same samples',
    )
    .argument('<project>', 'project folder')
    .option('--round <number>', 'of one round, as fovea deal lists it', positiveInteger('--round'));
  cli.define<{ readonly round?: number }>(command, async ({ output }, [path], { round }) =>
    withProject(path, async ({ db }) => {
      const found = agreementOf(db, round === undefined ? null : getDeal(db, round).id);
      const lines = found.pairs.map((pair) => `${pair.reviewers.join(' and ')} (Cohen)\n${words(pair)}`);
      if (found.all) {
        const left =
          found.all.leftOut > 0 ? `, ${found.all.leftOut} with another number of reviewers left out` : '';
        lines.push(
          `All, ${counted(found.all.overlap, 'reviewer')} a sample (Fleiss)${left}\n${words(found.all)}`,
        );
      }
      output.result(found, lines.join('\n') || 'No sample was decided by two reviewers to whom it was dealt');
      return EXIT.done;
    }),
  );
};

function words({ samples, decisions, cells, labelled, boxIou, boxes }: Agreed): string {
  return [
    `  decisions  ${number(decisions)}  over ${counted(samples, 'sample')}`,
    `  cells      ${number(cells)}  over ${labelled} labelled by all`,
    `  box IoU    ${number(boxIou)}  over ${boxes} pairs of boxes`,
  ].join('\n');
}

function number({ value, low, high }: Agreed['decisions']): string {
  if (value === null || low === null || high === null) return 'undefined';
  return `${value.toFixed(3)} (95%: ${low.toFixed(3)} to ${high.toFixed(3)})`;
}
