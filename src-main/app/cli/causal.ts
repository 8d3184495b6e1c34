/** `fovea causal`: does a sample's answer depend on a region? The numbers of the page's check, for scripts. */
import {
  causalSmallPrint,
  causalVerdict,
  formatProbability,
} from '../../../src-shared/contract/causal-words.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import { causalCheck } from '../../inspect/causal.ts';
import { sampleState } from '../../store/samples/state.ts';
import { getSample, sampleOfData } from '../../store/samples/sample.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { withEngine } from '../engine.ts';
import { withProject } from '../projects.ts';
import { usageError, type AddCommand } from './frame/command.ts';
import { wholeNumber } from './frame/number-option.ts';
import { EXIT } from './frame/exit.ts';
import { Progress } from '../progress.ts';

interface Options {
  readonly sample: string;
  readonly box: SourceXyxy;
  readonly seed: number;
}

export const addCausal: AddCommand = (program, cli) => {
  const command = program
    .command('causal')
    .description("how likely a sample's answer is with a region hidden, beside boxes of its size elsewhere")
    .argument('<project>', 'project folder')
    .requiredOption('--sample <id>', 'the id of the data')
    .requiredOption('--box <x0,y0,x1,y1>', 'the region, whole source pixels, exclusive maxima', boxOf)
    .option('--seed <n>', 'which control boxes', wholeNumber('--seed', { least: 0, most: 1_000_000 }), 0);
  cli.define<Options>(command, async ({ output, stderr, signal }, [path], { sample, box, seed }) =>
    withProject(path, async (project) => {
      const { db } = project;
      const sampleId = sampleOfData(db, sample);
      const predictionId = sampleState(db, sampleId)?.predictionId ?? null;
      if (predictionId === null) {
        throw new FoveaError('not_found', `sample ${sample} is not labelled`, {
          where: path,
          next: `Label it first: fovea label ${path}`,
        });
      }
      const progress = new Progress('Asking', stderr);
      const check = await withEngine((engine) =>
        causalCheck(
          project,
          engine,
          { predictionId, box, seed },
          (done, total) => progress.update({ total, done, failed: 0, rate: null, etaSeconds: null }),
          signal,
        ),
      ).finally(() => progress.end());
      const verdict = causalVerdict(check, getSample(db, sampleId).referenceAnswer);
      const rows = check.variants.map(
        ({ name, answer, logProb }) => `  ${name}: ${answer.trim() || '(empty)'} (${probability(logProb)})`,
      );
      const controls = check.controls.map(({ logProb }) => probability(logProb)).join(', ');
      output.result(
        { ...check, verdict },
        [
          ...verdict.sentences,
          ...rows,
          ...(controls === '' ? [] : [`  other boxes hidden: ${controls}`]),
          causalSmallPrint(check),
        ].join('\n'),
      );
      return EXIT.done;
    }),
  );
};

function probability(logProb: number | null): string {
  return logProb === null ? 'not scored' : formatProbability(logProb);
}

/** @throws FoveaError `usage` */
function boxOf(text: string): SourceXyxy {
  const [x0, y0, x1, y1, ...more] = text.split(',').map(Number);
  const whole = [x0, y0, x1, y1].every(Number.isSafeInteger) && more.length === 0;
  if (whole) return [x0!, y0!, x1!, y1!];
  throw usageError(
    `--box must be four whole numbers like 10,20,60,80, not ${JSON.stringify(text)}`,
    'See --help',
  );
}
