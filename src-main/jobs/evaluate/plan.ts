/** From "measure these methods on those samples" to an evaluation, its samples as they are now, and the job that works on it. */
import { cpus, platform, release, totalmem } from 'node:os';
import { z } from 'zod';
import {
  METHODS,
  type Evaluation,
  type EvaluationSettings,
  type EvaluationWish,
  type Method,
} from '../../../src-shared/contract/evaluation.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { sampleFilterSchema } from '../../../src-shared/contract/procedures/sample-filter.ts';
import { scorerOf } from '../../../src-shared/kernels/scorers/score.ts';
import type { EvaluationPlan } from '../../../src-shared/contract/procedures/measuring/evaluations.ts';
import { nameOf } from '../../checkpoint/checkpoint.ts';
import { branchFactsOf } from '../../checkpoint/reader/prompts.ts';
import type { ModelRef } from '../../engine/protocol.ts';
import { type ReadableDb, type WritableDb, transact } from '../../store/db.ts';
import {
  addEvaluatedSamples,
  addEvaluation,
  setEvaluationJob,
  type EvaluatedSample,
} from '../../store/evaluations/evaluation.ts';
import type { Project } from '../../store/file/project.ts';
import { addJob } from '../../store/jobs/job.ts';
import { imageFacts } from '../../store/pictures/image.ts';
import { proposalsOf } from '../../store/proposals/proposal.ts';
import { madeRuns, type MadeRun } from '../../store/runs/prompt.ts';
import { labellingRun } from '../../store/runs/run.ts';
import { benchmarkOf } from '../../store/samples/benchmark.ts';
import { idsOfScope } from '../../store/samples/removal.ts';
import { getSample } from '../../store/samples/sample.ts';
import { lengthBin, placeBin, sizeBin } from './bins.ts';
import { knownOf } from './known.ts';
import { sameAs } from './sweep.ts';

/** The evaluation has all settings; what lists of jobs say is here, too. */
export const evaluateParamsSchema = z.object({
  evaluationId: z.number().int().positive(),
  fromRunId: z.number().int().positive(),
  filter: sampleFilterSchema,
  limit: z.number().int().positive().nullable(),
});
export type EvaluateParams = z.infer<typeof evaluateParamsSchema>;

/** Methods that are asked for where nobody says which, as far as data and model have what they need. */
const USUAL: readonly Method[] = ['alone', 'vicrop', 's2', 'warp', 'denoised', 'rpn', 'truth'];

/**
 * The run whose model is asked, as it was made.
 * @throws FoveaError `bad_input` before there is one, `not_found` for one that is not there
 */
export function runToEvaluate({ db, path }: Project, runId: number | null): MadeRun {
  const id = runId ?? labellingRun(db)?.id;
  if (id === undefined) {
    throw new FoveaError('bad_input', 'no model has labelled this project yet', {
      where: path,
      next: 'Label it first',
    });
  }
  const run = madeRuns(db).find((made) => made.id === id);
  if (!run)
    throw new FoveaError('not_found', `there is no run ${id}`, { next: 'List the runs of the project' });
  if (!run.imported) return run;
  throw new FoveaError('bad_input', `the labels of run ${id} came with an import: there is no model to ask`, {
    where: run.model.dir,
    next: 'Name a run of a model (--run), or label the project first',
  });
}

/** The model of a run, as the engine is asked for it. */
export function modelOfRun({ model }: MadeRun): ModelRef {
  const { fingerprint: _, precision, ...folders } = model;
  return { ...folders, device: 'auto', ...(precision === 'as-stored' ? {} : { precision }) };
}

/** What a new evaluation would measure, and by which methods. @throws FoveaError as {@link runToEvaluate}, and what the model's files say */
export async function planEvaluation(
  project: Project,
  wish: Pick<EvaluationWish, 'filter' | 'limit'>,
): Promise<EvaluationPlan> {
  const { db } = project;
  const { model, preset } = runToEvaluate(project, null);
  const { rpn } = await branchFactsOf(model);
  const ids = chosen(db, wish);
  const has = (of: (id: number) => readonly unknown[]): boolean => ids.some((id) => of(id).length > 0);
  const truth = has((id) => getSample(db, id).truthBoxes);
  const why: Partial<Record<Method, string | null>> = {
    rpn: rpn ? null : 'The model has no RPN',
    truth: truth ? null : 'No sample has a truth box',
    proposal: has((id) => proposalsOf(db, id)) ? null : 'No sample has an outside proposal',
  };
  return {
    samples: ids.length,
    model: nameOf(model.dir),
    preset: preset.name,
    budgets: hasBudgets(preset),
    methods: METHODS.map((method) => ({
      method,
      why: why[method] ?? null,
      usual: USUAL.includes(method) && (why[method] ?? null) === null,
    })),
  };
}

/** Whether the model takes pictures of any size. */
function hasBudgets({ family }: Pick<MadeRun['preset'], 'family'>): boolean {
  return family !== 'llava';
}

/** @throws FoveaError `conflict` while it is measured */
export function requireOver({ id, job }: Evaluation): void {
  if (job?.state !== 'queued' && job?.state !== 'running') return;
  throw new FoveaError('conflict', `evaluation ${id} is being measured`, { next: 'Cancel its job first' });
}

/**
 * Begins an evaluation: nothing is asked yet. One of the same settings and samples that is there already is gone on with, or is the
 * answer where it is whole; `again` begins another.
 * @returns its id, and the job that works on it; null: it is whole
 * @throws FoveaError as {@link runToEvaluate}; `bad_input` without a sample, where none has what a method needs, or for a budget of
 *   visual tokens where the model has one size
 */
export function beginEvaluation(
  project: Project,
  wish: EvaluationWish,
  about: { readonly version: string; readonly again?: boolean },
): { readonly id: number; readonly jobId: number | null } {
  const { db, path } = project;
  const run = runToEvaluate(project, wish.runId);
  if (wish.tokens !== null && !hasBudgets(run.preset)) {
    throw new FoveaError(
      'bad_input',
      'the model takes pictures of one size: there is no budget to sweep over',
      {
        where: run.model.dir,
        next: 'Leave the budgets out; its methods are points of the plot by themselves',
      },
    );
  }
  const ids = chosen(db, wish);
  if (ids.length === 0) {
    throw new FoveaError('bad_input', 'no sample is left to evaluate', {
      where: path,
      next: 'Widen the filter',
    });
  }
  const settings = settingsOf(run, wish, about.version);
  const before = about.again ? undefined : sameAs(db, settings, ids.length);
  const params = { fromRunId: run.id, filter: wish.filter, limit: wish.limit };
  if (before) return { id: before.id, jobId: jobToGoOn(db, before, params) };
  const samples = ids.map((id) => evaluated(db, id));
  requireNeeded(db, settings.methods, ids, path);
  return transact(db, () => {
    const id = addEvaluation(db, settings);
    addEvaluatedSamples(db, id, samples);
    return { id, jobId: addEvaluateJob(db, { ...params, evaluationId: id }) };
  });
}

/** Queues what works on an evaluation. Of no run: what is said of a run's jobs is said of its labels. */
function addEvaluateJob(db: WritableDb, params: EvaluateParams): number {
  const jobId = addJob(db, 'evaluate', null, params);
  setEvaluationJob(db, params.evaluationId, jobId);
  return jobId;
}

function jobToGoOn(
  db: WritableDb,
  { id, job }: Evaluation,
  params: Omit<EvaluateParams, 'evaluationId'>,
): number | null {
  if (job?.state === 'done') return null;
  if (job?.state === 'queued' || job?.state === 'running') return job.id;
  return transact(db, () => addEvaluateJob(db, { ...params, evaluationId: id }));
}

function chosen(db: ReadableDb, { filter, limit }: Pick<EvaluationWish, 'filter' | 'limit'>): number[] {
  const ids = idsOfScope(db, { filter, ids: null, except: [] });
  return limit === null ? ids : ids.slice(0, limit);
}

function settingsOf(run: MadeRun, wish: EvaluationWish, version: string): EvaluationSettings {
  const { model, preset } = run;
  const [first] = cpus();
  const asked = new Set<Method>(['alone', ...wish.methods]);
  return {
    ...wish,
    methods: METHODS.filter((method) => asked.has(method)),
    runId: run.id,
    model: model.adapterDir ? `${nameOf(model.dir)} + ${nameOf(model.adapterDir)}` : nameOf(model.dir),
    fingerprint: model.fingerprint,
    rpn: model.rpnDir === undefined ? null : nameOf(model.rpnDir),
    preset: preset.name,
    precision: model.precision,
    maxNewTokens: preset.maxNewTokens,
    version,
    machine: {
      system: `${platform()} ${release()} ${process.arch}`,
      processor: first?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryBytes: totalmem(),
    },
  };
}

function evaluated(db: ReadableDb, id: number): EvaluatedSample {
  const sample = getSample(db, id);
  const benchmark = benchmarkOf(db, id);
  const { width, height } = imageFacts(db, sample.imageId);
  const known = knownOf(db, sample, [width, height]);
  return {
    imageId: sample.imageId,
    sampleId: id,
    scorer: scorerOf(benchmark?.name ?? null),
    language: sample.language,
    dataset: benchmark?.name ?? null,
    tags: sample.tags,
    size: known && sizeBin(known.box, [width, height]),
    place: known && placeBin(known.box, [width, height]),
    length: lengthBin(benchmark?.answers[0] ?? sample.referenceAnswer),
  };
}

/** A method that no sample has what it needs for is refused by name; where some lack it, theirs are failures of their own. */
function requireNeeded(
  db: ReadableDb,
  methods: readonly Method[],
  ids: readonly number[],
  path: string,
): void {
  if (methods.includes('truth') && !ids.some((id) => getSample(db, id).truthBoxes.length > 0)) {
    throw new FoveaError('bad_input', 'truth: none of these samples has a truth box', {
      where: path,
      next: 'Import boxes, or leave the method out',
    });
  }
  if (methods.includes('proposal') && !ids.some((id) => proposalsOf(db, id).length > 0)) {
    throw new FoveaError('bad_input', 'proposal: none of these samples has an outside proposal', {
      where: path,
      next: 'Import proposed boxes, or leave the method out',
    });
  }
}
