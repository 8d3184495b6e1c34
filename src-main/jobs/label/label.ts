/**
 * The label job: asks the engine about every sample that lacks a prediction under the run, several at a time, and stores
 * each result at once, so that whatever dies, at most the samples in flight are done again. The command line runs it
 * inline, the backend from its queue; both only hold a lease.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Engine } from '../../engine/protocol.ts';
import { failedItems, nextItem, nextItems } from '../../store/jobs/item.ts';
import {
  type Lease,
  addJob,
  claimJob,
  finishJob,
  getJob,
  getJobRecord,
  noteJob,
} from '../../store/jobs/job.ts';
import { countGated, countUnanswered } from '../../store/predictions/prediction.ts';
import { transact } from '../../store/db.ts';
import { patiently } from '../../store/patience.ts';
import type { Project } from '../../store/file/project.ts';
import { type HeldHooks, type JobHooks, letGo, wasCancelled, whileHeld } from '../lease/held-job.ts';
import { type Kept, troubleWords } from '../features/keeping.ts';
import { workThrough } from './in-flight.ts';
import { labelItem } from './item.ts';
import type { ItemOutcome } from './item.ts';
import { inFlightOf, type LabelJobParams, labelParamsOfJobSchema, planLabelJob, withPace } from './run.ts';
import { Patience } from '../lease/patience.ts';
import { isAlive, thisProcess } from '../lease/process-id.ts';
import { rateMeter } from '../lease/rate.ts';

export interface LabelReport {
  readonly jobId: number;
  /** Null when it was cancelled while the model was still loading. */
  readonly runId: number | null;
  readonly done: number;
  readonly failed: number;
  /** Samples that were not worked on: labelled already, or `unanswered`. */
  readonly skipped: number;
  /** Samples that came without an answer, where the answers of the data are fed; else 0. */
  readonly unanswered: number;
  /** Samples of the run whose crop its gate left out; null: it has no gate. */
  readonly gated: number | null;
  readonly seconds: number;
  readonly cancelled: boolean;
  /** Why samples ran one at a time; null: they were in flight together. */
  readonly oneAtATime: string | null;
  /** Features kept with these labels; null: they were not to be. */
  readonly features: Kept | null;
  readonly failures: readonly { readonly sampleId: number; readonly reason: string }[];
}

/** Queues a label job for the backend's worker (or another process) and gives its id. */
export function addLabelJob(project: Project, params: LabelJobParams): number {
  return addJob(project.db, 'label', null, params);
}

/**
 * Labels inline, as `fovea label` does. Calling it again after a crash goes on where it stopped. Throws `project_busy`
 * when another process works on the same run, and what is wrong with model, device, disk; the job is then `failed`.
 */
export async function runLabelJob(
  project: Project,
  engine: Engine,
  params: LabelJobParams,
  hooks: JobHooks = {},
): Promise<LabelReport> {
  // At once, so that nobody's queue takes it up meanwhile.
  const lease = transact(project.db, () =>
    claimJob(project.db, addLabelJob(project, params), thisProcess(), isAlive),
  );
  if (!lease) throw new FoveaError('project_busy', 'another process took the job', { where: project.path });
  return workOnLabelJob(project, engine, lease, hooks);
}

/** Works on a claimed label job until it is over. Errors as `runLabelJob`. */
export async function workOnLabelJob(
  project: Project,
  engine: Engine,
  lease: Lease,
  hooks: JobHooks,
): Promise<LabelReport> {
  return whileHeld(project, lease, hooks, (held) => work(project, engine, lease, held));
}

async function work(project: Project, engine: Engine, lease: Lease, hooks: HeldHooks): Promise<LabelReport> {
  const { db } = project;
  const { signal } = hooks;
  const started = performance.now();
  const params = labelParamsOfJobSchema.parse(getJobRecord(db, lease.jobId).params);
  const run = await planLabelJob(project, engine, lease, params, signal).catch((error) => {
    if (signal.aborted) return null;
    throw error;
  });
  const alone = run?.oneAtATime ? [`One sample at a time: ${run.oneAtATime}`] : [];
  for (const message of alone) await patiently(() => noteJob(db, lease.jobId, { message }));
  const before = getJob(db, lease.jobId);
  const pace = rateMeter(performance.now());
  let done = 0;
  let failed = 0;
  const report = (): void => {
    const job = { ...before, done: before.done + done, failed: before.failed + failed };
    hooks.onProgress?.(withPace(job, pace.perSecond(performance.now())));
  };
  report();

  if (run) {
    const { width, together } = inFlightOf(params, run.engines);
    const patience = new Patience();
    const items = {
      width,
      next: (inFlight: ReadonlySet<number>): number | null => {
        if (wasCancelled(project, lease)) return null;
        const queued = nextItems(db, lease.jobId, inFlight.size + 1);
        return queued.find((sampleId) => !inFlight.has(sampleId)) ?? null;
      },
      label: (sampleId: number, alone: boolean, stop: AbortSignal) =>
        labelItem(project, engine, lease, run, { sampleId, alone, together, patience }, stop),
      onEnd: (sampleId: number, outcome: Exclude<ItemOutcome, { kind: 'retry' }>): void => {
        if (outcome.kind === 'failed') failed++;
        else {
          done++;
          if (outcome.predictionId !== null) hooks.onSample?.(sampleId, outcome.predictionId);
        }
        pace.tick(performance.now());
        report();
      },
    };
    await workThrough(items, signal);
  }

  const cancelled = !run || nextItem(db, lease.jobId) !== null;
  const words = troubleWords(run?.keeping?.kept ?? null);
  if (words !== null) {
    const message = [...alone, words].join('. ');
    await patiently(() => noteJob(db, lease.jobId, { message }));
  }
  await patiently(() => {
    if (!cancelled) finishJob(db, lease, 'done', null);
    else letGo(project, lease, hooks);
  });
  hooks.onProgress?.(getJob(db, lease.jobId));
  return {
    jobId: lease.jobId,
    runId: run?.runId ?? null,
    done,
    failed,
    skipped: before.skipped,
    gated: run?.preset.gate ? countGated(db, run.runId) : null,
    unanswered: params.answerMode === 'teacher' ? countUnanswered(db).unanswered : 0,
    seconds: (performance.now() - started) / 1000,
    cancelled,
    oneAtATime: run?.oneAtATime ?? null,
    features: run?.keeping?.kept ?? null,
    failures: failedItems(db, lease.jobId),
  };
}
