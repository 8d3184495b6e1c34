/** `fovea train`: an RPN learns from a project's labels and becomes a version of it. Stopped or killed, `--resume` goes on. */
import { resolve } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { MOST } from '../../../src-shared/contract/limits.ts';
import { trainingLabelsSchema, trainingLossSchema } from '../../../src-shared/contract/training.ts';
import { type CurveKind, PLANS } from '../../jobs/train/curve.ts';
import type { Engine } from '../../engine/protocol.ts';
import { chosenWords } from '../../jobs/label/settle-precision.ts';
import { parseFresh, type TrainJobParams } from '../../jobs/train/params.ts';
import { jobToResume } from '../../jobs/train/requests.ts';
import { addTrainJob, unfinishedTrainJob } from '../../jobs/train/train.ts';
import { type TrainWish, trainParams } from '../../jobs/train/wish.ts';
import type { Project } from '../../store/file/project.ts';
import { rpnCalled, rpnFolder } from '../../store/training/rpn.ts';
import { withProject } from '../projects.ts';
import { appResources } from '../resources.ts';
import { curveWithProgress, trainWithProgress, writeCurvePlot } from '../train-with-progress.ts';
import { trainerVersions } from '../trainer-versions.ts';
import { curveJson, curveWords, trainJson, trainWords } from './train-words.ts';
import { usageError, type AddCommand, type CommandContext } from './frame/command.ts';
import { numberWithin, positiveInteger, wholeNumber } from './frame/number-option.ts';
import { EXIT, type ExitCode } from './frame/exit.ts';
import { PRECISION_OPTION, type PrecisionOptions } from './frame/precision-option.ts';
import { ADAPTER_OPTION, modelDir, type RpnOptions } from './frame/rpn-option.ts';

interface Options extends RpnOptions, PrecisionOptions {
  readonly labels: string;
  readonly pseudoWeight?: number;
  readonly rightAnswers?: boolean;
  readonly heldOut?: number;
  readonly truth?: boolean;
  readonly steps?: number;
  readonly batch?: number;
  readonly lr?: number;
  readonly loss?: string;
  readonly seed: number;
  readonly threads?: number;
  readonly model?: string;
  readonly preset?: string;
  readonly newRpn?: string;
  readonly name?: string;
  readonly resume?: boolean;
  readonly curve?: boolean;
  readonly noise?: boolean;
  readonly plot?: string;
}

export const addTrain: AddCommand = (program, cli) => {
  const command = program
    .command('train')
    .description("train the RPN on a project's labels: reviewed ones, predicted ones, or both")
    .argument('<project>', 'project folder')
    .option(
      '--labels <which>',
      'reviewed: accepted and corrected ones; mixed: those and, with less weight, predicted ones; pseudo: all as predicted',
      'mixed',
    )
    .option(
      '--pseudo-weight <w>',
      'of a predicted label beside a reviewed one (default: 0.2)',
      numberWithin('--pseudo-weight', { least: 0, most: 1, above: true }),
    )
    .option('--right-answers', 'only samples whose answer was right')
    .option(
      '--held-out <share>',
      'of the samples, kept to measure with (default: 0.1)',
      numberWithin('--held-out', { least: 0, most: 0.9 }),
    )
    .option('--truth', "measure against the samples' known boxes instead of corrected labels")
    .option('--steps <n>', 'optimiser steps (default: by the number of samples)', positiveInteger('--steps'))
    .option('--batch <n>', 'samples a step', positiveInteger('--batch'))
    .option('--lr <rate>', 'largest learning rate', numberWithin('--lr', { least: 0, most: 1, above: true }))
    .option('--loss <which>', `${trainingLossSchema.options.join(' or ')} (default: bce)`)
    .option('--seed <n>', 'decides split and order', wholeNumber('--seed', { least: 0, most: 0xffffffff }), 0)
    .option(
      '--threads <n>',
      'compute threads; the same number gives the same bits',
      wholeNumber('--threads', { least: 1, most: MOST.threads }),
    )
    .option(
      '--model <model>',
      'checkpoint folder, or a name of fovea model list (default: the one used last)',
    )
    .option(
      '--rpn <version>',
      'what to go on from: a version of the project, a folder, or a name of fovea model list',
    )
    .option('--new-rpn <K,T>', "begin from the model's own layers K…K+T−1 instead")
    .option(...ADAPTER_OPTION)
    .option('--preset <id>', 'whose rules read pictures and maps (default: as for fovea label)')
    .option(...PRECISION_OPTION)
    .option('--name <name>', 'of the version that comes of it')
    .option(
      '--curve',
      'train on 1, 3, 10, 30 and 100% of the labels, three seeds each, instead: student against teacher',
    )
    .option('--noise', 'the same on labels of which 0, 10, 20, 40 and 80% are made wrong')
    .option('--plot <file>', 'write the curve as a picture (SVG)')
    .option('--resume', 'go on with the training run that was stopped, was killed or failed last');
  cli.define<Options>(command, async (context, [path], options) => {
    const { output, stderr, signal } = context;
    const said = checked(options);
    return withProject(
      path,
      async (project) => {
        if (said.curve) return await curve(project, said.curve, options, said, context);
        const begun = unfinishedTrainJob(project);
        const resumed = options.resume === true ? resumable(jobToResume(project), path) : null;
        if (resumed === null && begun !== null) {
          output.note(`Training job ${begun} was not finished; fovea train ${path} --resume goes on with it`);
        }
        const wish = resumed === null ? await wishOf(project, options, said) : null;
        const report = await trainWithProgress(
          project,
          async (engine) =>
            resumed ??
            (await addTrainJob(project, await paramsOf(project, engine, wish!, (line) => output.note(line)))),
          stderr,
          signal,
          (line) => output.note(line),
        );
        output.result(trainJson(report), trainWords(report));
        return EXIT.done;
      },
      { writes: true },
    );
  });
};

/** What is trained with; says which precision was chosen, where it was to be. */
async function paramsOf(
  project: Project,
  engine: Engine,
  wish: TrainWish,
  say: (line: string) => void,
): Promise<TrainJobParams> {
  const params = await trainParams(project, engine, wish, appResources(), trainerVersions());
  const { chosen, model } = params;
  if (chosen !== undefined) say(chosenWords({ precision: model.precision, chosen }));
  return params;
}

/** Trains again and again, and says what came of it. */
async function curve(
  project: Project,
  kind: CurveKind,
  options: Options,
  said: ReturnType<typeof checked>,
  { output, stderr, signal }: CommandContext,
): Promise<ExitCode> {
  const wish = await wishOf(project, options, said);
  const report = await curveWithProgress(
    project,
    PLANS[kind],
    (engine) => paramsOf(project, engine, wish, (line) => output.note(line)),
    stderr,
    signal,
    (line) => output.note(line),
  );
  const plot = options.plot === undefined ? null : resolve(options.plot);
  if (plot !== null) await writeCurvePlot(report, plot);
  output.result({ ...curveJson(report), plot }, curveWords(report, plot));
  return EXIT.done;
}

function resumable(begun: number | null, path: string | undefined): number {
  if (begun !== null) return begun;
  throw new FoveaError('not_found', 'no training run of this project stopped half-way', {
    where: path ?? null,
    next: 'Leave --resume out to begin one',
  });
}

/** What an option may say, and which exclude one another. @throws FoveaError `usage` */
function checked({ labels, loss, rpn, newRpn, curve, noise, plot, resume, name }: Options) {
  const parsed = trainingLabelsSchema.safeParse(labels);
  if (!parsed.success) {
    const all = trainingLabelsSchema.options.join(', ');
    throw usageError(`--labels must be one of ${all}, not ${labels}`, 'See fovea train --help');
  }
  const lost = trainingLossSchema.optional().safeParse(loss);
  if (!lost.success) {
    throw usageError(`There is no loss "${loss}"`, `One of: ${trainingLossSchema.options.join(', ')}`);
  }
  if (rpn !== undefined && newRpn !== undefined) {
    throw usageError('--rpn and --new-rpn both say what to begin from', 'Give one of them');
  }
  const kinds = [...(curve ? (['share'] as const) : []), ...(noise ? (['noise'] as const) : [])];
  if (kinds.length > 1) throw usageError('--curve and --noise are two curves', 'Ask for one after the other');
  if (kinds.length > 0 && (resume || name !== undefined)) {
    throw usageError(
      'A curve makes no version',
      'Leave --resume and --name out: the same command goes on by itself',
    );
  }
  if (kinds.length === 0 && plot !== undefined) {
    throw usageError('--plot is of a curve', 'Give it with --curve or --noise');
  }
  return { labels: parsed.data, loss: lost.data, curve: kinds[0] ?? null };
}

async function wishOf(
  project: Project,
  options: Options,
  { labels, loss }: ReturnType<typeof checked>,
): Promise<TrainWish> {
  const { pseudoWeight, heldOut, rightAnswers = false, seed, steps, batch, lr, threads } = options;
  return {
    model: {
      modelDir: options.model === undefined ? null : await modelDir(options.model),
      rpnDir: options.rpn === undefined ? undefined : await rpnDir(project, options.rpn),
      adapterDir: options.adapter === undefined ? undefined : await modelDir(options.adapter),
      presetId: options.preset ?? null,
      precision: options.precision,
    },
    fresh: options.newRpn === undefined ? null : parseFresh(options.newRpn),
    data: {
      labels,
      rightAnswersOnly: rightAnswers,
      seed,
      ...(pseudoWeight === undefined ? {} : { pseudoWeight }),
      ...(heldOut === undefined ? {} : { heldOut }),
    },
    settings: {
      ...(loss === undefined ? {} : { loss }),
      ...(steps === undefined ? {} : { steps }),
      ...(batch === undefined ? {} : { batch }),
      ...(lr === undefined ? {} : { learningRate: lr }),
      ...(threads === undefined ? {} : { cpuThreads: threads }),
    },
    name: options.name ?? null,
    truth: options.truth === true,
  };
}

/** A version of the project by number or name, else a folder or a name of the library. */
async function rpnDir(project: Project, given: string): Promise<string> {
  try {
    return rpnFolder(project.path, rpnCalled(project.db, given).id);
  } catch (thrown) {
    if (FoveaError.from(thrown).code !== 'not_found') throw thrown;
    return modelDir(given);
  }
}
