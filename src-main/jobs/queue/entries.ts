/** A project's jobs as a person sees them: what each works on, how it stands, who holds it, what can be asked of it. */
import type { Job } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { nameOf } from '../../checkpoint/checkpoint.ts';
import type { ModelRef } from '../../engine/protocol.ts';
import {
  NO_FILTER,
  sharedWorkSchema,
  type JobEntry,
  type LabelScope,
  type SampleFilter,
} from '../../../src-shared/contract/procedures.ts';
import type { ReadableDb } from '../../store/db.ts';
import { countStillFailed, retriedBy } from '../../store/jobs/failures.ts';
import { countQueued } from '../../store/jobs/item.ts';
import { getJob, getJobRecord, type JobRecord, jobIds } from '../../store/jobs/job.ts';
import { getRun } from '../../store/runs/run.ts';
import { trainingRunOfJob } from '../../store/training/training-run.ts';
import { embedParamsSchema } from '../embed/embed.ts';
import { evaluateParamsSchema } from '../evaluate/plan.ts';
import { isShared, labelParamsOfJobSchema } from '../label/run.ts';
import { asEnded } from '../lease/ending.ts';
import { isAlive, thisProcess } from '../lease/process-id.ts';
import { predictParamsSchema } from '../predict/plan.ts';
import { relabelParamsSchema } from '../relabel/relabel.ts';
import { trainJobParamsSchema } from '../train/params.ts';
import { lineOf, stepsOf, waits } from './steer.ts';

/** Up to `limit` jobs, the newest first, after `skip` newer ones. */
export function jobEntries(db: ReadableDb, skip: number, limit: number): JobEntry[] {
  return jobIds(db, skip, limit).map((id) => jobEntry(db, id));
}

/** @throws FoveaError `not_found` */
export function jobEntry(db: ReadableDb, id: number, now = Date.now()): JobEntry {
  const record = getJobRecord(db, id);
  const job = asEnded(db, getJob(db, id));
  return {
    ...job,
    ...stepsDone(db, job),
    startedAt: record.startedAt,
    finishedAt: record.finishedAt,
    left: countQueued(db, id),
    stillFailed: job.failed === 0 ? 0 : countStillFailed(db, id),
    cancelRequested: record.cancelRequested,
    holder: holderOf(record, now),
    turn: waits(record) ? lineOf(db, record).findIndex((other) => other.id === id) + 1 : null,
    retryOf: record.retryOf,
    retriedBy: retriedBy(db, id),
    about: aboutOf(db, record),
    shared: isShared(record.params) ? { seen: seenOf(record) } : null,
    can: stepsOf(db, record),
  };
}

/** A training job counts steps, as far as its run keeps them: it has no samples of its own. */
function stepsDone(db: ReadableDb, { id, type }: Job): Partial<Pick<Job, 'done' | 'total'>> {
  const run = type === 'train' ? trainingRunOfJob(db, id) : null;
  return run ? { done: run.step, total: run.settings.steps } : {};
}

/** Who works on it; null: nobody does, or who did is gone. */
function holderOf({ holder }: JobRecord, now: number): JobEntry['holder'] {
  if (!holder || !isAlive(holder, now)) return null;
  const self = thisProcess();
  const here = holder.machine === self.machine && holder.pid === self.pid && holder.started === self.started;
  return {
    where: here ? 'here' : holder.machine === self.machine ? 'this_machine' : 'elsewhere',
    pid: holder.pid,
    silentSeconds: Math.max(0, (now - holder.heartbeatMs) / 1000),
  };
}

function seenOf({ workers }: JobRecord): NonNullable<JobEntry['shared']>['seen'] {
  const seen = sharedWorkSchema.safeParse(workers);
  return seen.success ? seen.data : null;
}

type About = JobEntry['about'];

const NOTHING: About = {
  runId: null,
  fromRunId: null,
  model: null,
  rpn: null,
  preset: null,
  precision: null,
  answers: null,
  scope: null,
  limit: null,
  trainingRun: null,
};

/** What its parameters say, and its run where it has one. Parameters of another version of the app may say less. */
function aboutOf(db: ReadableDb, job: JobRecord): About {
  const own = ABOUT[job.type]?.(job.params) ?? null;
  const ofRun = runOf(db, job.runId ?? (job.retryOf === null ? null : getJobRecord(db, job.retryOf).runId));
  const trainingRun = job.type === 'train' ? (trainingRunOfJob(db, job.id)?.id ?? null) : null;
  // A run knows its model by the name that it has.
  return { ...NOTHING, ...own, ...ofRun, trainingRun };
}

function runOf(db: ReadableDb, runId: number | null): Partial<About> {
  if (runId === null) return {};
  try {
    const { modelName, preset, answerMode } = getRun(db, runId);
    return { runId, model: modelName, preset: preset.name, answers: answerMode };
  } catch (thrown) {
    if (FoveaError.from(thrown).code === 'not_found') return {};
    throw thrown;
  }
}

const ABOUT: Readonly<Partial<Record<Job['type'], (params: unknown) => Partial<About> | null>>> = {
  label(params) {
    const { data } = labelParamsOfJobSchema.safeParse(params);
    if (!data) return null;
    const { model, preset, answerMode, limit, scope } = data;
    return { ...modelOf(model), preset: preset.name, answers: answerMode, limit, scope: scopeOf(scope) };
  },
  predict(params) {
    const { data } = predictParamsSchema.safeParse(params);
    return data ? { rpn: nameOf(data.rpnDir), fromRunId: data.fromRunId } : null;
  },
  embed(params) {
    const { data } = embedParamsSchema.safeParse(params);
    return data ? { ...modelOf(data.model), preset: data.preset.name } : null;
  },
  relabel(params) {
    const { data } = relabelParamsSchema.safeParse(params);
    return data
      ? { preset: data.preset.name, fromRunId: data.fromRunId, scope: filterScope(data.filter) }
      : null;
  },
  evaluate(params) {
    const { data } = evaluateParamsSchema.safeParse(params);
    if (!data) return null;
    return { fromRunId: data.fromRunId, limit: data.limit, scope: filterScope(data.filter) };
  },
  train(params) {
    const { data } = trainJobParamsSchema.safeParse(params);
    return data ? { ...modelOf(data.model), preset: data.preset.name } : null;
  },
};

function modelOf({ dir, rpnDir, adapterDir, precision }: ModelRef): Partial<About> {
  const name = adapterDir === undefined ? nameOf(dir) : `${nameOf(dir)} + ${nameOf(adapterDir)}`;
  return { model: name, rpn: rpnDir === undefined ? null : nameOf(rpnDir), precision: precision ?? null };
}

function scopeOf(scope: LabelScope | null | undefined): About['scope'] {
  if (!scope) return null;
  return {
    filter: { ...NO_FILTER, ...scope.filter },
    chosen: scope.ids?.length ?? null,
    except: scope.except?.length ?? 0,
  };
}

function filterScope(filter: SampleFilter | null): About['scope'] {
  return filter && { filter, chosen: null, except: 0 };
}
