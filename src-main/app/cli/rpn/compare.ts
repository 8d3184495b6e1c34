/** `fovea rpn compare`: two versions on the same samples, with how sure each difference is. */
import { counted } from '../../../../src-shared/contract/counts.ts';
import type {
  ComparedAgainst,
  ComparedOver,
  PairedMeasure,
  RpnComparison,
} from '../../../../src-shared/contract/training.ts';
import { verdictOf } from '../../../../src-shared/kernels/measures/verdict.ts';
import { compareVersions } from '../../../jobs/rpn/compare.ts';
import { isRunSide, sidesOf } from '../../../jobs/rpn/sides.ts';
import { withProject } from '../../projects.ts';
import { Progress } from '../../progress.ts';
import { usageError, type AddCommand } from '../frame/command.ts';
import { wholeNumber } from '../frame/number-option.ts';
import { EXIT } from '../frame/exit.ts';
import { ADAPTER_OPTION, BASE_OPTION, baseOf, type BaseOptions } from './base-option.ts';
import { threeDigits } from './words.ts';

interface Options extends BaseOptions {
  readonly truth?: boolean;
  readonly acceptedToo?: boolean;
  readonly heldOut?: boolean;
  readonly learnedToo?: boolean;
  readonly samples?: boolean;
  readonly seed: number;
}

const MEASURES = [
  ['auc', 'ROC-AUC'],
  ['iou', 'IoU'],
  ['boxRecall', 'box recall'],
] as const;

export const addCompare: AddCommand = (rpn, cli) => {
  const command = rpn
    .command('compare')
    .description(
      'two versions on the samples that both have predictions of: means, wins, and 95% intervals of the differences',
    )
    .argument('<project>', 'project folder')
    .argument(
      '<a>',
      'number or name of a version; own: the RPN that the model brings itself; run:N: the map that made the labels of run N; teacher: that of the other side',
    )
    .argument('<b>', 'the other one')
    .option('--truth', "against the samples' known boxes (default: against corrected labels)")
    .option('--accepted-too', "against accepted labels, too, which are the teacher's own")
    .option(
      '--held-out',
      "only samples that a version's run held out (default: all that neither learned from)",
    )
    .option('--learned-too', 'also samples whose picture a version learned from')
    .option('--samples', 'with --json: the numbers of every sample too')
    .option('--seed <n>', 'of the bootstrap', wholeNumber('--seed', { least: 0, most: 0xffffffff }), 0)
    .option(...BASE_OPTION)
    .option(...ADAPTER_OPTION);
  cli.define<Options>(command, async ({ output, stderr, signal }, [path, a, b], options) =>
    withProject(path, async (project) => {
      const [against, over] = [againstOf(options), overOf(options)];
      const base = [a, b].every((name) => isRunSide(name)) ? null : await baseOf(project, options);
      const sides = await sidesOf(project, base, [a, b]);
      const progress = new Progress('Comparing', stderr);
      const { comparison, samples } = await compareVersions(project, sides, {
        against,
        over,
        seed: options.seed,
        signal,
        onProgress: (done, total) =>
          progress.update({ total, done, failed: 0, rate: null, etaSeconds: null }),
      }).finally(() => progress.end());
      output.result(
        options.samples === true ? { ...comparison, bySample: samples } : comparison,
        comparisonLines(comparison).join('\n'),
      );
      return EXIT.done;
    }),
  );
};

const AGAINST = {
  corrected: 'corrected labels',
  reviewed: 'corrected and accepted labels',
  truth: 'known boxes',
} as const;

/** Those that neither learned from are meant where nothing else is said. */
const OVER = {
  held_out: ' held out by a run',
  unseen: '',
  all: ', those that were learned from among them',
} as const;

function againstOf({ truth, acceptedToo }: Options): ComparedAgainst {
  if (truth === true && acceptedToo === true)
    throw usageError('give --truth or --accepted-too', 'See --help');
  return truth === true ? 'truth' : acceptedToo === true ? 'reviewed' : 'corrected';
}

function overOf({ heldOut, learnedToo }: Options): ComparedOver {
  if (heldOut === true && learnedToo === true)
    throw usageError('give --held-out or --learned-too', 'See --help');
  return heldOut === true ? 'held_out' : learnedToo === true ? 'all' : 'unseen';
}

function comparisonLines({ a, b, against, over, samples, leftOut, ...measures }: RpnComparison): string[] {
  return [
    `${a.name} (run ${a.runId}) beside ${b.name} (run ${b.runId}) on ${counted(samples, 'sample')}${OVER[over]}, against ${AGAINST[against]}`,
    ...MEASURES.flatMap(([name, words]) =>
      measures[name] ? [measureLine(words, measures[name], a.name, b.name)] : [],
    ),
    ...Object.entries(leftOut).map(([reason, n]) => `  left out: ${n} ${reason.replaceAll('_', ' ')}`),
  ];
}

function measureLine(
  words: string,
  { n, a, b, difference, low, high, wins }: PairedMeasure,
  left: string,
  right: string,
): string {
  const sign = difference > 0 ? '+' : '';
  const sure = {
    a: `${left} is better`,
    b: `${right} is better`,
    unsure: 'no sure difference',
    few: 'too few samples to say',
  }[verdictOf({ low, high, wins })];
  return `  ${words}: ${threeDigits(a)} and ${threeDigits(b)}, ${sign}${threeDigits(difference)} [${threeDigits(low)}, ${threeDigits(high)}] on ${n}: ${sure}; ${left} wins ${wins.a}, ${right} ${wins.b}, ${counted(wins.ties, 'tie')}`;
}
