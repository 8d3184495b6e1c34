/**
 * The job: asks the samples of an evaluation by each of its methods, and stores a row for each. Killed or stopped, it goes on with the
 * first row that is missing; what fails on one sample is that row's own.
 */
import type { Method, MethodResult } from '../../../src-shared/contract/evaluation.ts';
import { NO_LOCALISATION } from '../../../src-shared/contract/evaluation.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { NO_NEEDS } from '../../../src-shared/kernels/gate/signals.ts';
import type { Engine } from '../../engine/protocol.ts';
import { transact } from '../../store/db.ts';
import { evaluatedSample, getEvaluation, setEvaluationJob } from '../../store/evaluations/evaluation.ts';
import { forgetFailures, methodsTried, putResult } from '../../store/evaluations/result.ts';
import { PASS_START, passPage } from '../../store/evaluations/pass.ts';
import type { Project } from '../../store/file/project.ts';
import { failedItems, itemDone, itemFailed, nextItem, planItems } from '../../store/jobs/item.ts';
import { claimJob, finishJob, getJob, getJobRecord, requireLease, type Lease } from '../../store/jobs/job.ts';
import { patiently } from '../../store/patience.ts';
import { isModelOf } from '../asking/model-fingerprint.ts';
import { withPace } from '../label/run.ts';
import { bearingDeaths } from '../lease/bearing-deaths.ts';
import { type HeldHooks, type JobHooks, letGo, wasCancelled, whileHeld } from '../lease/held-job.ts';
import { isAlive, thisProcess } from '../lease/process-id.ts';
import { rateMeter } from '../lease/rate.ts';
import { resultOf, type Asking } from './item.ts';
import { keepTable } from './kept-table.ts';
import { evaluateParamsSchema, modelOfRun, runToEvaluate } from './plan.ts';

export interface EvaluateReport {
  readonly jobId: number;
  readonly evaluationId: number;
  readonly done: number;
  /** Samples that a method failed on. */
  readonly failed: number;
  readonly seconds: number;
  readonly cancelled: boolean;
  readonly failures: readonly { readonly sampleId: number; readonly reason: string }[];
}

/** Works on an evaluation's job inline, as `fovea eval` does. @throws FoveaError `project_busy`, and as {@link workOnEvaluateJob} */
export async function runEvaluateJob(
  project: Project,
  engine: Engine,
  jobId: number,
  hooks: JobHooks = {},
): Promise<EvaluateReport> {
  const lease = transact(project.db, () => claimJob(project.db, jobId, thisProcess(), isAlive));
  if (!lease) throw new FoveaError('project_busy', 'another process works on it', { where: project.path });
  return workOnEvaluateJob(project, engine, lease, hooks);
}

/** Works on a claimed job until it is over. @throws FoveaError what is wrong for every sample */
export function workOnEvaluateJob(
  project: Project,
  engine: Engine,
  lease: Lease,
  hooks: JobHooks,
): Promise<EvaluateReport> {
  return whileHeld(project, lease, hooks, (held) => work(project, engine, lease, held));
}

async function work(
  project: Project,
  engine: Engine,
  lease: Lease,
  hooks: HeldHooks,
): Promise<EvaluateReport> {
  const { db } = project;
  const { signal } = hooks;
  const started = performance.now();
  const { params, retryOf } = getJobRecord(db, lease.jobId);
  const { evaluationId } = evaluateParamsSchema.parse(params);
  const { settings } = getEvaluation(db, evaluationId);
  const run = runToEvaluate(project, settings.runId);
  const { fingerprint, dir, rpnDir, adapterDir } = run.model;
  const folders = { dir, ...(rpnDir ? { rpnDir } : {}), ...(adapterDir ? { adapterDir } : {}) };
  if (!(await isModelOf(folders, { ...folders, fingerprint }))) {
    throw new FoveaError('bad_checkpoint', 'the folder no longer holds the model that is to be measured', {
      where: dir,
      next: 'Put the old files back, or label again with the new ones',
    });
  }
  await patiently(() =>
    transact(db, () => {
      setEvaluationJob(db, evaluationId, lease.jobId);
      if (getJob(db, lease.jobId).total === 0) planItems(db, lease, samplesOf(project, evaluationId));
    }),
  );
  const before = getJob(db, lease.jobId);
  const pace = rateMeter(performance.now());
  const counts = { done: 0, failed: 0 };
  const report = (): void => {
    const job = { ...before, done: before.done + counts.done, failed: before.failed + counts.failed };
    hooks.onProgress?.(withPace(job, pace.perSecond(performance.now())));
  };
  const asking: Asking = {
    model: modelOfRun(run),
    preset: run.preset,
    runId: run.id,
    seed: settings.seed,
    tokens: settings.tokens,
  };
  const ask = methodAsker(project, engine, asking, signal);
  const stopped = (): boolean => signal.aborted || wasCancelled(project, lease);
  report();
  try {
    for (let item = nextItem(db, lease.jobId); item && !stopped(); item = nextItem(db, lease.jobId)) {
      const { sampleId } = item;
      const failures: string[] = [];
      const sample = evaluatedSample(db, evaluationId, sampleId);
      if (!sample) failures.push('the sample was removed');
      else {
        const key = { evaluationId, imageId: sample.imageId, sampleId };
        if (retryOf !== null) await patiently(() => forgetFailures(db, key));
        const tried = methodsTried(db, key);
        for (const method of settings.methods) {
          if (tried.has(method)) continue;
          if (stopped()) break;
          const result = await ask(sampleId, sample.scorer, method);
          if (result.error !== null) failures.push(`${method}: ${result.error}`);
          await patiently(() =>
            transact(db, () => {
              requireLease(db, lease);
              putResult(db, key, result);
            }),
          );
        }
        // What was asked before a stop is kept; the sample waits for the rest.
        if (methodsTried(db, key).size < settings.methods.length) break;
      }
      const reason = failures.join('; ');
      await patiently(() =>
        reason === '' ? itemDone(db, lease, sampleId) : itemFailed(db, lease, sampleId, reason),
      );
      if (reason === '') counts.done++;
      else counts.failed++;
      pace.tick(performance.now());
      report();
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  }
  const left = nextItem(db, lease.jobId);
  if (!left) await patiently(() => keepTable(db, evaluationId));
  await patiently(() => (left ? letGo(project, lease, hooks) : finishJob(db, lease, 'done', null)));
  hooks.onProgress?.(getJob(db, lease.jobId));
  return {
    jobId: lease.jobId,
    evaluationId,
    ...counts,
    seconds: (performance.now() - started) / 1000,
    cancelled: left !== null,
    failures: failedItems(db, lease.jobId),
  };
}

function samplesOf({ db }: Project, evaluationId: number): number[] {
  const ids: number[] = [];
  for (let at: typeof PASS_START | null = PASS_START; at;) {
    const page: ReturnType<typeof passPage> = passPage(db, evaluationId, at, PAGE);
    ids.push(...page.samples.map(({ sample_id: id }) => id));
    at = page.next;
  }
  return ids;
}
const PAGE = 1000;

/** Asks about one sample by one method; why there is no answer is in the row. Throws what is wrong for every sample. */
function methodAsker(
  project: Project,
  engine: Engine,
  asking: Asking,
  signal: AbortSignal,
): (sampleId: number, scorer: string, method: Method) => Promise<MethodResult> {
  const bearing = bearingDeaths('sample', signal);
  return async (sampleId, scorer, method) => {
    const found = await bearing(async (answered) => {
      try {
        return await resultOf(project, engine, asking, { sampleId, scorer, method }, { signal, answered });
      } catch (thrown) {
        const error = FoveaError.from(thrown);
        // Wrong for this method alone: the model was loaded, and others can be asked.
        if (error.code === 'unsupported_model' && method !== 'alone') return error.toLine();
        throw error;
      }
    });
    if (typeof found !== 'string') return found;
    return {
      method,
      error: found,
      answer: null,
      score: null,
      variant: null,
      crops: [],
      ...NO_LOCALISATION,
      ...NO_NEEDS,
      times: null,
      visualTokens: null,
      memoryBytes: null,
    };
  };
}
