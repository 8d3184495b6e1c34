/** `fovea rpn predict`: what another RPN says of everything a run labelled, from kept features where they are kept. */
import { existsSync } from 'node:fs';
import { counted } from '../../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../../src-shared/contract/errors.ts';
import { predictParams } from '../../../jobs/predict/plan.ts';
import { runPredictJob } from '../../../jobs/predict/predict.ts';
import type { Project } from '../../../store/file/project.ts';
import { rpnCalled, rpnFolder } from '../../../store/training/rpn.ts';
import { withEngine } from '../../engine.ts';
import { Progress } from '../../progress.ts';
import { withProject } from '../../projects.ts';
import { type AddCommand, usageError } from '../frame/command.ts';
import { positiveInteger } from '../frame/number-option.ts';
import { EXIT, exitOfBatch } from '../frame/exit.ts';
import { gigabytes } from '../frame/features-option.ts';
import { modelDir } from '../frame/rpn-option.ts';

interface Options {
  readonly rpn?: string;
  readonly run?: number;
  readonly show?: boolean;
  readonly keepFeatures?: number;
}

export const addPredict: AddCommand = (rpn, cli) => {
  const command = rpn
    .command('predict')
    .description(
      'ask another RPN about the samples that a run labelled, without the model below it where features are kept; a run of its own',
    )
    .argument('<project>', 'project folder')
    .option('--rpn <version>', 'a version of the project by number or name, or a folder or model with an RPN')
    .option(
      '--run <n>',
      'whose answers, maps and labels are taken up (default: the run that labelling goes on with)',
      positiveInteger('--run'),
    )
    .option('--show', 'undecided samples show the new run at the end')
    .option(
      '--keep-features <GB>',
      'room for features that have to be computed (default: as said last, or 20)',
      gigabytes('--keep-features'),
    );
  cli.define<Options>(command, async ({ output, stderr, signal }, [path], options) => {
    const named = options.rpn;
    if (named === undefined)
      throw usageError('fovea rpn predict needs --rpn', 'See fovea rpn predict --help');
    const progress = new Progress('Predicting', stderr);
    const report = await withProject(
      path,
      async (project) => {
        const params = predictParams(project, {
          rpnDir: await rpnDirOf(project, named),
          runId: options.run ?? null,
          show: options.show === true,
          budgetBytes: options.keepFeatures === undefined ? null : options.keepFeatures * 1e9,
        });
        return withEngine((engine) =>
          runPredictJob(project, engine, params, {
            signal,
            onAbort: 'release',
            onProgress: (job) => progress.update(job),
          }),
        );
      },
      { writes: true },
    ).finally(() => progress.end());
    if (report.cancelled) {
      throw new FoveaError('cancelled', `Stopped after ${counted(report.done, 'sample')}`, {
        where: path,
        next: 'The same command goes on',
      });
    }
    const { done, failed, skipped, computed, seconds, runId, failures } = report;
    for (const { sampleId, reason } of failures) output.note(`sample ${sampleId}: ${reason}`);
    const from = computed > 0 ? `; features of ${counted(computed, 'sample')} had to be computed` : '';
    output.result(
      { done, failed, skipped, computed, seconds, run: runId, failures },
      `Predicted ${counted(done, 'sample')} (${skipped} needed no work, ${failed} failed${from}) in ${seconds.toFixed(1)} s, as run ${runId}`,
    );
    return failed > 0 ? exitOfBatch(failed) : EXIT.done;
  });
};

/** A version of the project, else a folder or a name of the library. Throws `not_found`. */
async function rpnDirOf({ db, path }: Project, named: string): Promise<string> {
  try {
    const version = rpnCalled(db, named);
    if (version.source !== 'model') return rpnFolder(path, version.id);
  } catch (thrown) {
    if (FoveaError.from(thrown).code !== 'not_found') throw thrown;
    if (/^\d+$/.test(named) && !existsSync(named)) throw thrown;
  }
  return modelDir(named);
}
