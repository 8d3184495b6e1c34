/** `fovea eval`: how often the model is right alone and with each way to look closer, and where each looks. Killed, it goes on. */
import { counted } from '../../../../src-shared/contract/counts.ts';
import {
  METHODS,
  methodSchema,
  type Evaluation,
  type EvaluationTable,
  type Method,
} from '../../../../src-shared/contract/evaluation.ts';
import { FoveaError } from '../../../../src-shared/contract/errors.ts';
import { MOST } from '../../../../src-shared/contract/limits.ts';
import { NO_FILTER } from '../../../../src-shared/contract/procedures.ts';
import { runEvaluateJob } from '../../../jobs/evaluate/evaluate.ts';
import { beginEvaluation, planEvaluation, runToEvaluate } from '../../../jobs/evaluate/plan.ts';
import { summaryOf } from '../../../jobs/evaluate/summary.ts';
import { sweepPoints } from '../../../jobs/evaluate/sweep.ts';
import { evaluationTable } from '../../../jobs/evaluate/table.ts';
import { getEvaluation } from '../../../store/evaluations/evaluation.ts';
import type { Project } from '../../../store/file/project.ts';
import { withEngine } from '../../engine.ts';
import { Progress } from '../../progress.ts';
import { withProject } from '../../projects.ts';
import { appVersion } from '../../version.ts';
import { writeReport } from '../../write-report.ts';
import { evaluationLines, sweepLines } from './words.ts';
import { type AddCommand, usageError } from '../frame/command.ts';
import { exitOfBatch } from '../frame/exit.ts';
import { positiveInteger, wholeNumber } from '../frame/number-option.ts';
import { filterWhere, WHERE_OPTION } from '../frame/where-option.ts';

interface Options {
  readonly methods?: readonly Method[];
  readonly where?: string;
  readonly limit?: number;
  readonly run?: number;
  readonly seed: number;
  readonly sweep?: readonly number[];
  readonly anew?: boolean;
  readonly report?: string;
}

export const addEval: AddCommand = (program, cli) => {
  const command = program
    .command('eval')
    .description(
      'measure how often the model is right alone and with each crop, and where each looks; the same command goes on after a stop, and prints what is measured already',
    )
    .argument('<project>', 'project folder')
    .option(
      '--methods <names>',
      `with commas, of: ${METHODS.join(', ')} (default: those of alone, vicrop, s2, warp, denoised, rpn, truth that data and model have)`,
      methodsOf,
    )
    .option(...WHERE_OPTION)
    .option('--limit <n>', 'measure at most so many samples', positiveInteger('--limit'))
    .option(
      '--run <n>',
      'whose model and preset, and whose maps (default: the run that labelling goes on with)',
      positiveInteger('--run'),
    )
    .option('--seed <n>', 'which random crops', wholeNumber('--seed', { least: 0, most: 0xffff_ffff }), 0)
    .option(
      '--sweep <tokens>',
      'measure at each of these budgets of visual tokens, with commas (the authors: 256,384,576,1024,2048,4096); each is kept',
      budgetsOf,
    )
    .option('--anew', 'measure again what is measured already')
    .option('--report <file.html>', 'also a report, one file; its plots beside it as SVG');
  cli.define<Options>(command, async ({ output, stderr, signal }, [path], options) => {
    const { limit = null, run: runId = null, seed } = options;
    const progress = new Progress('Evaluating', stderr);
    const { measured, report, sweep } = await withProject(
      path,
      async (project) => {
        const filter = options.where === undefined ? NO_FILTER : filterWhere(project.db, options.where);
        return withEngine(async (engine) => {
          const made = runToEvaluate(project, runId);
          const methods = options.methods ?? (await usualMethods(project, { filter, limit }));
          const wish = { runId: made.id, methods: [...methods], filter, limit, seed };
          const about = { version: appVersion(), again: options.anew === true };
          const all: Measured[] = [];
          for (const tokens of options.sweep ?? [null]) {
            const { id, jobId } = beginEvaluation(project, { ...wish, tokens }, about);
            if (jobId === null) output.note(`${budgetWords(tokens)}Measured already; --anew measures again`);
            const done =
              jobId === null
                ? null
                : await runEvaluateJob(project, engine, jobId, {
                    signal,
                    onAbort: 'release',
                    onProgress: (job) => progress.update(job),
                  });
            progress.end();
            if (done?.cancelled) {
              throw new FoveaError('cancelled', `Stopped after ${counted(done.done, 'sample')}`, {
                where: path,
                next: 'The same command goes on',
              });
            }
            for (const { sampleId, reason } of done?.failures ?? [])
              output.note(`${budgetWords(tokens)}sample ${sampleId}: ${reason}`);
            if (done) output.note(`${budgetWords(tokens)}Evaluated in ${done.seconds.toFixed(1)} s`);
            const table = await evaluationTable(project.db, id);
            all.push({
              evaluation: getEvaluation(project.db, id),
              table,
              failed: done?.failures.length ?? 0,
            });
          }
          const last = all.at(-1)!.evaluation;
          const file = options.report;
          return {
            measured: all,
            report: file === undefined ? [] : await writeReport(project, last.id, file),
            sweep: options.sweep ? await sweepPoints(project.db, last) : [],
          };
        });
      },
      { writes: true },
    ).finally(() => progress.end());
    for (const file of report) output.note(`Written: ${file}`);
    const lines = measured.flatMap(({ evaluation, table }) => [...evaluationLines(evaluation, table), '']);
    const summaries = measured.map(({ evaluation: { settings }, table }) => ({
      tokens: settings.tokens,
      ...summaryOf(table),
    }));
    if (options.sweep) output.result({ sweep: summaries }, [...lines, ...sweepLines(sweep)].join('\n'));
    else output.result(summaryOf(measured[0]!.table), lines.slice(0, -1).join('\n'));
    return exitOfBatch(measured.reduce((n, { failed }) => n + failed, 0));
  });
};

interface Measured {
  readonly evaluation: Evaluation;
  readonly table: EvaluationTable;
  /** Samples that failed just now. */
  readonly failed: number;
}

/** What is said of one budget of a sweep begins with it. */
function budgetWords(tokens: number | null): string {
  return tokens === null ? '' : `${counted(tokens, 'visual token')}: `;
}

async function usualMethods(project: Project, wish: Parameters<typeof planEvaluation>[1]): Promise<Method[]> {
  const { methods } = await planEvaluation(project, wish);
  return methods.flatMap(({ method, usual }) => (usual ? [method] : []));
}

/** @throws FoveaError `usage` */
function methodsOf(given: string): Method[] {
  return given.split(',').map((name) => {
    const parsed = methodSchema.safeParse(name.trim());
    if (parsed.success) return parsed.data;
    const why = parsed.error.issues[0]?.message ?? '';
    // A method that others have and Fovea refuses says why; of any other name zod only lists what there is.
    if (why.startsWith(`${name.trim()} `)) throw usageError(why, `One of: ${METHODS.join(', ')}`);
    throw usageError(`There is no method "${name.trim()}"`, `One of: ${METHODS.join(', ')}`);
  });
}

/** The smallest first, each once. @throws FoveaError `usage` */
function budgetsOf(given: string): number[] {
  const one = wholeNumber('--sweep', { least: 1, most: MOST.visualTokens });
  const budgets = [...new Set(given.split(',').map(one))].sort((a, b) => a - b);
  if (budgets.length <= MOST.budgets) return budgets;
  throw usageError(
    `--sweep takes ${MOST.budgets} budgets at most, not ${budgets.length}`,
    'Make two sweeps of it: all budgets that were measured stand in one plot',
  );
}
