/**
 * The relabel job: other thresholds on maps that are stored already, as a new run. It needs no model, a batch of samples
 * is one commit, and what was decided by a person is left out: those samples go on showing what was decided on.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { Job } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type Preset, presetSchema } from '../../../src-shared/contract/preset.ts';
import { sampleFilterSchema } from '../../../src-shared/contract/procedures.ts';
import { transact } from '../../store/db.ts';
import { itemDone, itemFailed, nextItems, planItems } from '../../store/jobs/item.ts';
import {
  type Lease,
  addJob,
  finishJob,
  getJob,
  getJobRecord,
  noteJob,
  setJobRun,
} from '../../store/jobs/job.ts';
import { putMaps } from '../../store/scores/maps.ts';
import { isLabelled, putPrediction } from '../../store/predictions/prediction.ts';
import { ensurePreset } from '../../store/runs/preset.ts';
import { patiently } from '../../store/patience.ts';
import type { Project } from '../../store/file/project.ts';
import {
  type Candidate,
  candidateOf,
  candidatesAfter,
  countScope,
  mapRecipe,
  runMaking,
  runsOfSameMaps,
} from '../../store/predictions/relabel.ts';
import { ensureRun, getRun, setRunDevice } from '../../store/runs/run.ts';
import { settleOnRun, showRun } from '../../store/shown/sample-run.ts';
import { type HeldHooks, type JobHooks, letGo, wasCancelled, whileHeld } from '../lease/held-job.ts';
import { takeOverOthers, withPace } from '../label/run.ts';
import { rateMeter } from '../lease/rate.ts';
import { askAgain } from '../asking/again.ts';
import { lookAt, secondAnswer } from '../asking/second-answer.ts';
import type { Engine } from '../../engine/protocol.ts';
import type { SecondStage } from '../../../src-shared/contract/outcome.ts';
import { relabelled, type Relabelled } from './item.ts';

/** Small enough that a commit and what else the process has to do never wait long. */
const BATCH = 16;

export const relabelParamsSchema = z.object({
  /** Whose maps. */
  fromRunId: z.number().int().positive(),
  preset: presetSchema,
  /** Null: the project, which then shows the new run. */
  filter: sampleFilterSchema.nullable(),
  /** Where the crop changes, look at it again; the model is needed for it. */
  answerAgain: z.boolean().optional(),
});
export type RelabelParams = z.infer<typeof relabelParamsSchema>;

/**
 * Makes the run, queues the job and gives the ids of both. Throws `bad_input` when the preset asks for other maps than
 * the run has.
 */
export function addRelabelJob(project: Project, params: RelabelParams): { jobId: number; runId: number } {
  const { db } = project;
  return transact(db, () => {
    const runId = targetRun(project, params);
    return { jobId: addJob(db, 'relabel', runId, params), runId };
  });
}

/** Works on a claimed relabel job until it is over; called again after a crash it goes on with what is left. */
export async function workOnRelabelJob(
  project: Project,
  lease: Lease,
  hooks: JobHooks,
  engine: Engine | null = null,
): Promise<Job> {
  return whileHeld(project, lease, hooks, (held) => work(project, lease, held, engine));
}

async function work(project: Project, lease: Lease, hooks: HeldHooks, engine: Engine | null): Promise<Job> {
  const { db } = project;
  const params = relabelParamsSchema.parse(getJobRecord(db, lease.jobId).params);
  const runId = await patiently(() => plan(project, lease, params));
  const sources = sourcesOf(project, params, runId);
  const before = getJob(db, lease.jobId);
  const pace = rateMeter(performance.now());
  let done = 0;
  let failed = 0;
  const report = (): void => {
    const job = { ...before, done: before.done + done, failed: before.failed + failed };
    hooks.onProgress?.(withPace(job, pace.perSecond(performance.now())));
  };
  report();
  // A second look takes its time: each is stored when it is there.
  const size = params.answerAgain ? 1 : BATCH;
  const look = params.answerAgain ? needed(engine) : null;
  let left = nextItems(db, lease.jobId, size);
  while (left.length > 0 && !hooks.signal.aborted && !wasCancelled(project, lease)) {
    const target = { runId, sources, look, signal: hooks.signal };
    const failures = await doBatch(project, lease, params, target, left);
    if (failures === null) break;
    failed += failures;
    done += left.length - failures;
    for (const _ of left) pace.tick(performance.now());
    hooks.onSamples?.();
    report();
    await nextTurn();
    left = nextItems(db, lease.jobId, size);
  }
  await patiently(() => {
    if (left.length > 0) return letGo(project, lease, hooks);
    transact(db, () => {
      if (params.filter === null) settleOnRun(db, runId);
      finishJob(db, lease, 'done', null);
    });
  });
  const job = getJob(db, lease.jobId);
  hooks.onSamples?.();
  hooks.onProgress?.(job);
  return job;
}

/** The run that the job fills; the plan is made once. */
function plan(project: Project, lease: Lease, params: RelabelParams): number {
  const { db } = project;
  return transact(db, () => {
    const runId = targetRun(project, params);
    setJobRun(db, lease, runId);
    takeOverOthers(project, lease.jobId, runId);
    if (getJob(db, lease.jobId).total > 0) return runId;
    const scope = { filter: params.filter, runIds: sourcesOf(project, params, runId) };
    const items = candidatesAfter(db, scope, 0, -1).map(({ sampleId }) => sampleId);
    noteJob(db, lease.jobId, { skipped: countScope(db, scope).samples - items.length });
    planItems(db, lease, items);
    return runId;
  });
}

/** Runs whose predictions the new one may replace on screen. */
function sourcesOf({ db }: Project, { fromRunId }: RelabelParams, runId: number): number[] {
  return runsOfSameMaps(db, fromRunId)
    .map(({ id }) => id)
    .filter((id) => id !== runId);
}

function targetRun({ db }: Project, { fromRunId, preset }: RelabelParams): number {
  const making = runMaking(db, fromRunId);
  if (mapRecipe(making.preset) !== mapRecipe(preset)) {
    throw new FoveaError('bad_input', `preset ${preset.id} needs other maps than run ${fromRunId} has`, {
      next: 'Label with it instead: the model has to look again',
    });
  }
  const runId = ensureRun(db, { ...making, presetId: ensurePreset(db, preset) });
  const { device } = getRun(db, fromRunId);
  if (device !== null && getRun(db, runId).device === null) setRunDevice(db, runId, device);
  return runId;
}

interface Target {
  readonly runId: number;
  /** Runs whose predictions may be replaced on screen. */
  readonly sources: readonly number[];
  /** Who answers again; null: nobody. */
  readonly look: Engine | null;
  readonly signal: AbortSignal;
}

function needed(engine: Engine | null): Engine {
  if (engine) return engine;
  throw new FoveaError('internal', 'answering again needs the engine');
}

/** @returns how many failed; null: it was stopped, nothing is written. Maps first, then predictions, items and what the samples show in one commit (see the store's README). */
async function doBatch(
  project: Project,
  lease: Lease,
  { preset }: RelabelParams,
  { runId, sources, look, signal }: Target,
  sampleIds: readonly number[],
): Promise<number | null> {
  const { db } = project;
  const made = new Map<number, Relabelled>();
  const reasons = new Map<number, string>();
  for (const sampleId of sampleIds) {
    // Decided on meanwhile, or done before a crash: nothing to compute.
    const candidate = candidateOf(db, sources, sampleId);
    if (!candidate || isLabelled(db, runId, sampleId)) continue;
    try {
      const done = relabelled(db, candidate, preset);
      const secondStage = look && (await answeredAgain(project, look, candidate, done, preset, signal));
      made.set(sampleId, secondStage ? { ...done, found: { ...done.found, secondStage } } : done);
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (error.code === 'cancelled') return null;
      if (error.code !== 'bad_input' && error.code !== 'not_found') throw error;
      reasons.set(sampleId, error.toLine());
    }
  }
  const keys = await patiently(() =>
    transact(db, () => new Map([...made].map(([id, { maps }]) => [id, putMaps(db, maps)]))),
  );
  const store = (): void => {
    for (const sampleId of sampleIds) {
      const reason = reasons.get(sampleId);
      if (reason !== undefined) {
        itemFailed(db, lease, sampleId, reason);
        continue;
      }
      const result = made.get(sampleId);
      if (result) putPrediction(db, runId, sampleId, keys.get(sampleId)!, result.found);
      itemDone(db, lease, sampleId);
      if (candidateOf(db, sources, sampleId)) showRun(db, sampleId, runId);
    }
  };
  await patiently(() => transact(db, store));
  return reasons.size;
}

/** The answer to a crop that the thresholds changed; null when it stands, or the run never looked again. */
async function answeredAgain(
  project: Project,
  engine: Engine,
  { predictionId }: Candidate,
  { maps, found }: Relabelled,
  preset: Preset,
  signal: AbortSignal,
): Promise<SecondStage | null> {
  if (found.secondStage !== null || (!maps.rpn && !maps.denoised)) return null;
  const again = await patiently(() => askAgain(project, predictionId));
  if (!again.source.want.secondStage) return null;
  return secondAnswer(engine, again, preset, lookAt(maps), signal);
}
