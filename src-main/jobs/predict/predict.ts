/**
 * The job: asks an RPN about the features of every sample a run labelled, and stores what it says under a run of its own.
 * Killed or stopped, it goes on with what is left.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Engine, PredictOutcome } from '../../engine/protocol.ts';
import { transact } from '../../store/db.ts';
import type { Project } from '../../store/file/project.ts';
import { failedItems, itemFailed, nextItems } from '../../store/jobs/item.ts';
import { type Lease, addJob, claimJob, finishJob, getJob, getJobRecord } from '../../store/jobs/job.ts';
import { patiently } from '../../store/patience.ts';
import { showWhereLabelled } from '../../store/shown/run-shown.ts';
import { settleOnRun } from '../../store/shown/sample-run.ts';
import { ensureFeatures, type FeatureWindow } from '../features/ensure.ts';
import { withPace } from '../label/run.ts';
import { bearingDeaths } from '../lease/bearing-deaths.ts';
import { type HeldHooks, type JobHooks, letGo, wasCancelled, whileHeld } from '../lease/held-job.ts';
import { isAlive, thisProcess } from '../lease/process-id.ts';
import { rateMeter } from '../lease/rate.ts';
import { storePrediction } from './item.ts';
import { type PlannedPrediction, type PredictParams, planPrediction, predictParamsSchema } from './plan.ts';

export interface PredictReport {
  readonly jobId: number;
  readonly runId: number;
  readonly done: number;
  readonly failed: number;
  /** Samples that had the prediction already, or whose picture or answer is another by now. */
  readonly skipped: number;
  /** Of those done: their features had to be computed, by the base model. */
  readonly computed: number;
  readonly seconds: number;
  readonly cancelled: boolean;
  readonly failures: readonly { readonly sampleId: number; readonly reason: string }[];
}

/** Queues it for the backend's worker and gives its id. */
export function addPredictJob(project: Project, params: PredictParams): number {
  return addJob(project.db, 'predict', null, params);
}

/** Does it inline, as `fovea rpn predict` does. Errors as {@link workOnPredictJob}, and `project_busy` */
export async function runPredictJob(
  project: Project,
  engine: Engine,
  params: PredictParams,
  hooks: JobHooks = {},
): Promise<PredictReport> {
  // At once, so that nobody's queue takes it up meanwhile.
  const lease = transact(project.db, () =>
    claimJob(project.db, addPredictJob(project, params), thisProcess(), isAlive),
  );
  if (!lease) throw new FoveaError('project_busy', 'another process took the job', { where: project.path });
  return workOnPredictJob(project, engine, lease, hooks);
}

/** Works on a claimed job until it is over. @throws FoveaError as `planPrediction`, and what is wrong for every sample */
export function workOnPredictJob(
  project: Project,
  engine: Engine,
  lease: Lease,
  hooks: JobHooks,
): Promise<PredictReport> {
  return whileHeld(project, lease, hooks, (held) => work(project, engine, lease, held));
}

async function work(
  project: Project,
  engine: Engine,
  lease: Lease,
  hooks: HeldHooks,
): Promise<PredictReport> {
  const { db } = project;
  const { signal } = hooks;
  const started = performance.now();
  const params = predictParamsSchema.parse(getJobRecord(db, lease.jobId).params);
  const planned = await planPrediction(project, lease, params);
  const before = getJob(db, lease.jobId);
  const pace = rateMeter(performance.now());
  const counts = { done: 0, failed: 0, computed: 0 };
  const report = (): void => {
    const job = { ...before, done: before.done + counts.done, failed: before.failed + counts.failed };
    hooks.onProgress?.(withPace(job, pace.perSecond(performance.now())));
  };
  const failing = async (sampleId: number, reason: string): Promise<void> => {
    await patiently(() => itemFailed(db, lease, sampleId, reason));
    counts.failed++;
  };
  report();
  const items = nextItems(db, lease.jobId, -1);
  const { model, preset, layer, runId } = planned;
  const features = ensureFeatures(project, engine, { model, preset, layer }, items, {
    signal,
    budgetBytes: params.budgetBytes ?? undefined,
    onProgress: ({ computed }) => {
      counts.computed = computed;
      // Computing is most of the work where nothing is kept: people see that it goes on.
      report();
    },
  });
  const stopped = (): boolean => signal.aborted || wasCancelled(project, lease);
  const asker = rpnAsker(engine, planned, signal);
  try {
    for await (const window of features) {
      for (const { sampleId, reason } of window.failed) await failing(sampleId, reason);
      for (const sampleId of window.samples) {
        if (stopped()) break;
        const said = await asker(window, sampleId);
        if (typeof said === 'string') await failing(sampleId, said);
        else {
          const stored = await patiently(() =>
            storePrediction(project, lease, { runId, fromRunId: params.fromRunId, sampleId }, said),
          );
          if (stored === null) counts.done++;
          else counts.failed++;
        }
        pace.tick(performance.now());
        report();
      }
      if (stopped()) break;
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  }
  const left = nextItems(db, lease.jobId, 1);
  await patiently(() => {
    if (left.length > 0) return letGo(project, lease, hooks);
    transact(db, () => {
      if (params.show) {
        settleOnRun(db, runId);
        showWhereLabelled(db, runId, null);
      }
      finishJob(db, lease, 'done', null);
    });
  });
  if (params.show) hooks.onSamples?.();
  hooks.onProgress?.(getJob(db, lease.jobId));
  return {
    jobId: lease.jobId,
    runId,
    ...counts,
    skipped: before.skipped,
    seconds: (performance.now() - started) / 1000,
    cancelled: left.length > 0,
    failures: failedItems(db, lease.jobId),
  };
}

/** Asks about one sample of a window; a text is why it failed. Throws what is wrong for every sample. */
function rpnAsker(
  engine: Engine,
  { model, preset }: PlannedPrediction,
  signal: AbortSignal,
): (window: FeatureWindow, sampleId: number) => Promise<PredictOutcome | string> {
  const bearing = bearingDeaths('sample', signal);
  return (window, sampleId) =>
    bearing(async (answered) => {
      const features = await window.encoded(sampleId);
      const outcome = await engine.predict({ model, preset, features }, signal);
      answered();
      return outcome;
    });
}
