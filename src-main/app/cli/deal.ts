/** `fovea deal`: deals samples to reviewers in rounds, shows how far each is, and ends a round. */
import { counted } from '../../../src-shared/contract/counts.ts';
import { reviewerSchema } from '../../../src-shared/contract/limits.ts';
import { NO_FILTER, type Deal } from '../../../src-shared/contract/procedures.ts';
import { createDeal, endDeal, listDeals } from '../../store/assignment/deals.ts';
import { withProject } from '../projects.ts';
import { reviewerName } from '../resources.ts';
import { usageError, type AddCommand } from './frame/command.ts';
import { EXIT } from './frame/exit.ts';
import { positiveInteger } from './frame/number-option.ts';
import { filterWhere } from './frame/where-option.ts';

interface Options {
  readonly to?: readonly string[];
  readonly overlap: number;
  readonly seed: number;
  readonly blind: boolean;
  readonly filter?: string;
}

export const addDeal: AddCommand = (program, cli) => {
  const deals = program.command('deal').description('deal samples to reviewers, and see how far they are');
  const list = deals
    .command('list', { isDefault: true })
    .description('the rounds of a project, the newest first, and how far each reviewer is')
    .argument('<project>', 'project folder');
  cli.define(list, async ({ output }, [path]) =>
    withProject(path, async ({ db }) => {
      const rounds = listDeals(db);
      output.result({ rounds }, rounds.map(words).join('\n') || 'Nothing was dealt yet');
      return EXIT.done;
    }),
  );
  const start = deals
    .command('start')
    .description('deal what nobody decided yet: each sample to as many reviewers as --overlap says, evenly')
    .argument('<project>', 'project folder')
    .argument('<round>', 'a name for this round')
    .option('--to <name>', 'a reviewer, as invited (repeatable)', addName)
    .option('--overlap <n>', 'reviewers a sample', positiveInteger('--overlap'), 1)
    .option('--seed <n>', 'the same seed deals the same again', positiveInteger('--seed'), 1)
    .option('--blind', 'truth and others’ decisions are withheld until a reviewer decided the sample', false)
    .option('--filter <name>', 'only samples of a filter that was saved under this name');
  cli.define<Options>(start, async ({ output }, [path, name], { to, overlap, seed, blind, filter }) => {
    if (to === undefined)
      throw usageError('nobody is named to deal to', 'Such as: --to Ana --to Bo --overlap 2');
    return withProject(
      path,
      async ({ db }) => {
        const wish = {
          name: name ?? '',
          reviewers: [...to],
          overlap,
          seed,
          blind,
          filter: filter === undefined ? NO_FILTER : filterWhere(db, filter),
          ids: null,
          except: [],
        };
        const made = createDeal(db, { ...wish, by: reviewerName() });
        output.result(made, words(made));
        return EXIT.done;
      },
      { writes: true },
    );
  });
  const end = deals
    .command('end')
    .description('what is not decided yet is dealt to nobody any more; decisions stay')
    .argument('<project>', 'project folder')
    .argument('<round>', 'its number, as fovea deal lists it');
  cli.define(end, async ({ output }, [path, round]) =>
    withProject(
      path,
      async ({ db }) => {
        const ended = endDeal(db, positiveInteger('The round')(round));
        output.result(ended, words(ended));
        return EXIT.done;
      },
      { writes: true },
    ),
  );
};

function words(round: Deal): string {
  const { id, name, overlap, blind, samples, complete, differing, endedAt, reviewers } = round;
  const kind = `${overlap} each${blind ? ', blind' : ''}${endedAt === null ? '' : ', ended'}`;
  return [
    `${id}  ${name}: ${counted(samples, 'sample')}, ${kind}; ${complete} complete, ${differing} of them to adjudicate`,
    ...reviewers.map((one) => `    ${one.name}\t${one.decided} of ${one.dealt}`),
  ].join('\n');
}

/** @throws FoveaError `usage` */
function addName(text: string, before: readonly string[] = []): readonly string[] {
  const parsed = reviewerSchema.safeParse(text);
  if (parsed.success) return [...before, parsed.data];
  throw usageError(`--to ${JSON.stringify(text)} is no name`, 'Give the name of an invitation');
}
