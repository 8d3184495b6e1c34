/**
 * From what a label job was asked (model folder, preset, answer mode) to its run and its items. One run is worked on
 * by one process at a time; an interrupted job of the same run is taken over by the newer one.
 */
import { counted } from '../../../src-shared/contract/counts.ts';
import { z } from 'zod';
import { answerModeSchema, type Job } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { answersAreGiven, asksAnswer } from '../../../src-shared/contract/gate.ts';
import { MOST } from '../../../src-shared/contract/limits.ts';
import { modelRefSchema } from '../../../src-shared/contract/models.ts';
import { type Preset, presetSchema } from '../../../src-shared/contract/preset.ts';
import { keepFeaturesSchema, labelScopeSchema, NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { gatedPreset, settledPreset } from '../../../src-shared/contract/rules.ts';
import { promptOf } from '../../checkpoint/reader/prompts.ts';
import { QUESTIONS_AHEAD } from '../../engine/protocol.ts';
import type { Engine, LabelRequest, ModelInfo, ModelRef } from '../../engine/protocol.ts';
import { transact } from '../../store/db.ts';
import { planItems } from '../../store/jobs/item.ts';
import {
  type Lease,
  getJob,
  noteJob,
  setJobRun,
  supersedeJob,
  unfinishedJobs,
} from '../../store/jobs/job.ts';
import { ensureModel, takeUpModel } from '../../store/runs/model.ts';
import { countUnanswered, samplesToLabel } from '../../store/predictions/prediction.ts';
import { ensurePreset } from '../../store/runs/preset.ts';
import { patiently } from '../../store/patience.ts';
import type { Project } from '../../store/file/project.ts';
import { notePrompt } from '../../store/runs/prompt.ts';
import { countInScope, countWithoutAnswer } from '../../store/predictions/label-scope.ts';
import { canonicalJson } from '../../store/json.ts';
import { showWhereLabelled } from '../../store/shown/run-shown.ts';
import { activeRunId, ensureRun, setRunDevice } from '../../store/runs/run.ts';
import { settleOnRun } from '../../store/shown/sample-run.ts';
import { projectSummary } from '../../store/dashboard/summary.ts';
import { loaded } from '../asking/loaded.ts';
import { formerFingerprint, modelFingerprint } from '../asking/model-fingerprint.ts';
import { type PictureEncoder, pictureEncoder } from '../embeddings/keep.ts';
import { Keeping } from '../features/keeping.ts';
import { layerOf, ProjectFeatures } from '../features/project-features.ts';
import { isAlive } from '../lease/process-id.ts';
import { chosenWords } from './settle-precision.ts';

/**
 * Samples in flight at once where nobody says. Where the model answers itself each weight is read once for the decoding steps
 * of all; with eight that is nearly all there is to gain, and their keys and values are some GB for a 7B. A given answer is
 * fed, not decoded: what is left to gain is the second look's, and was less than nothing on the demo (0.94 ×).
 */
export const IN_FLIGHT = { self: 8, teacher: 1 } as const;

/** What a label job is asked, and all it needs to be continued by another process. */
export const labelParamsOfJobSchema = z.object({
  model: modelRefSchema,
  preset: presetSchema,
  answerMode: answerModeSchema,
  /** Label at most so many samples; null: all that lack a prediction. */
  limit: z.number().int().positive().nullable(),
  /** Just the undecided samples of this; without it all, of which the decided ones go on showing what was decided on. */
  scope: labelScopeSchema.nullable().optional(),
  /** Keep what an RPN reads of each sample; absent: do not. */
  keepFeatures: keepFeaturesSchema.optional(),
  /** Workers of this key's run in a shared queue label it (src-main/workers); absent: the process that holds the job does. */
  shared: z.object({ key: z.uuid() }).optional(),
  /** Samples in flight at once memory permitting; absent: {@link IN_FLIGHT} of the answer mode. */
  inFlight: z.number().int().positive().max(MOST.inFlight).optional(),
  /** Why the model has its precision, where nobody said which; a person's choice has no reason here. */
  chosen: z.string().optional(),
});
export type LabelJobParams = z.infer<typeof labelParamsOfJobSchema>;

/** Whether a job is worked on by the workers of a shared queue: only `fovea label --queue` goes on with it. */
export function isShared(params: unknown): boolean {
  return typeof params === 'object' && params !== null && 'shared' in params;
}

/** A job that is ready to be worked on. */
export interface PlannedRun {
  readonly runId: number;
  readonly model: ModelRef;
  readonly preset: Preset;
  readonly answerMode: 'self' | 'teacher';
  readonly want: LabelRequest['want'];
  /** Null: features are not kept. */
  readonly keeping: Keeping | null;
  /** What its pictures are encoded by. */
  readonly encoder: PictureEncoder;
  /** Processes of the engine that its samples are spread over. */
  readonly engines: number;
  /** Why its samples run one at a time, which is slower than it might be; null: they are in flight together. */
  readonly oneAtATime: string | null;
}

/** How many samples are asked about at once, and whether a process of the engine takes more than one of them at a time. */
export function inFlightOf(
  { inFlight, answerMode }: Pick<LabelJobParams, 'inFlight' | 'answerMode'>,
  engines: number,
): { readonly width: number; readonly together: boolean } {
  const each = inFlight ?? IN_FLIGHT[answerMode];
  const together = each > 1;
  // Who says a number gets it; else each process has as much before it as it is sent of one picture.
  const width = engines === 1 || inFlight !== undefined ? each : engines * Math.max(each, QUESTIONS_AHEAD);
  return { width, together };
}

/**
 * Loads the model, finds or makes the run and plans the items (an interrupted job keeps the plan it had). A job for the whole
 * project makes the run the active one; every sample goes on showing what it shows until its new label is there, but those
 * that have one of this run already. Throws what the engine says of the model, `cancelled` by the signal while it loads, `project_busy` when
 * another process works on the run, and `bad_input` where answers of the data are to be fed and no sample has one.
 */
export async function planLabelJob(
  project: Project,
  engine: Engine,
  lease: Lease,
  params: LabelJobParams,
  signal: AbortSignal,
): Promise<PlannedRun> {
  const { db } = project;
  const { answerMode, model } = params;
  if (answerMode === 'teacher') refuseWithoutAnswers(project);
  const info = await loaded(engine, model, signal);
  const [fingerprint, former] = [await modelFingerprint(model), await formerFingerprint(model)];
  const preset = gatedPreset(settledPreset(params.preset, info.rules), info.gateThreshold);
  if (answerMode === 'teacher' && asksAnswer(preset.gate)) throw answersAreGiven();
  const { identity: prompt, asBefore } = await promptOf(model, preset.teacher?.prompt ?? null);
  const want = {
    questionMap: true,
    rpn: info.rpn !== null,
    secondStage: true,
    allHeadsOf: [],
  };
  const make = (): number => {
    takeUpModel(db, { fingerprint, former, rpnDir: model.rpnDir });
    const modelId = ensureModel(db, { fingerprint, dir: model.dir, name: info.name, family: info.family });
    // Other weights give other numbers: a run of its own.
    const { precision, rpnDir, adapterDir } = model;
    const made = {
      want,
      ...(precision === undefined || precision === 'as-stored' ? {} : { precision }),
      ...(rpnDir === undefined ? {} : { rpnDir }),
      ...(adapterDir === undefined ? {} : { adapterDir }),
    };
    // Another prompt gives other numbers too. A run of an older version that asked the very same goes on.
    if (asBefore) notePrompt(db, { modelId, settings: made, answerMode }, preset.teacher, prompt);
    const settings = { ...made, prompt };
    const id = ensureRun(db, { modelId, presetId: ensurePreset(db, preset), settings, answerMode });
    setRunDevice(db, id, info.device);
    setJobRun(db, lease, id);
    takeOverOthers(project, lease.jobId, id);
    if (activeRunId(db) === null || isWhole(params.scope)) settleOnRun(db, id);
    if (getJob(db, lease.jobId).total === 0) plan(project, lease, id, params);
    return id;
  };
  const keeping = await keepingOf(project, params, info, preset);
  const encoder = await pictureEncoder(model, preset);
  const runId = await patiently(() => transact(db, make));
  const { engines = 1, oneAtATime = null } = info;
  return { runId, model, preset, answerMode, want, keeping, encoder, engines, oneAtATime };
}

async function keepingOf(
  project: Project,
  { model, keepFeatures }: LabelJobParams,
  info: ModelInfo,
  preset: Preset,
): Promise<Keeping | null> {
  if (!keepFeatures) return null;
  const source = { model, preset, layer: layerOf(info, preset) };
  return new Keeping(await ProjectFeatures.open(project, source, keepFeatures.budgetBytes ?? undefined));
}

function refuseWithoutAnswers({ db, path }: Project): void {
  const { unanswered, samples } = countUnanswered(db);
  if (samples === 0 || unanswered < samples) return;
  throw new FoveaError('bad_input', 'no sample has a given answer', {
    where: path,
    next: 'Import the questions again with their answers, or let the model answer itself (--answers self)',
  });
}

function plan(
  project: Project,
  lease: Lease,
  runId: number,
  { answerMode, limit, scope = null, model: { precision }, chosen }: LabelJobParams,
): void {
  const { db, path } = project;
  const open = samplesToLabel(db, runId, { withAnswer: answerMode === 'teacher', limit: null, scope });
  const samples = scope === null ? projectSummary(db, path).samples : countInScope(db, scope).samples;
  const unanswered = scope === null ? countUnanswered(db).unanswered : countWithoutAnswer(db, scope, []);
  const notes = [
    ...(chosen === undefined ? [] : [chosenWords({ precision, chosen })]),
    ...(answerMode === 'teacher' ? [unansweredWords(unanswered) ?? []].flat() : []),
  ];
  noteJob(db, lease.jobId, {
    skipped: samples - open.length,
    ...(notes.length === 0 ? {} : { message: notes.join('. ') }),
  });
  planItems(db, lease, limit === null ? open : open.slice(0, limit));
  showWhereLabelled(db, runId, scope);
}

/** Whether a job is about every undecided sample there is. */
function isWhole(scope: LabelJobParams['scope']): boolean {
  if (!scope) return true;
  const { filter, ids, except } = scope;
  return ids === null && except.length === 0 && canonicalJson(filter) === canonicalJson(NO_FILTER);
}

/** What a run that feeds the answers of the data leaves out, in words; null when every sample has one. */
export function unansweredWords(unanswered: number): string | null {
  if (unanswered === 0) return null;
  const who = counted(unanswered, 'sample has', 'samples have');
  return `${who} no answer of the data and ${unanswered === 1 ? 'was' : 'were'} left out: the model can answer them itself`;
}

/**
 * Ends other unfinished jobs of the run, or throws `project_busy` when one is being worked on. One that somebody paused rests on: what
 * is labelled by the time it goes on is not labelled twice.
 */
export function takeOverOthers(project: Project, jobId: number, runId: number): void {
  for (const other of unfinishedJobs(project.db)) {
    if (other.id === jobId || other.runId !== runId) continue;
    if (other.holder && isAlive(other.holder)) {
      throw new FoveaError('project_busy', `process ${other.holder.pid} is labelling this already`, {
        where: project.path,
        next: 'Let it finish or cancel it there; if it is gone, try again in half a minute',
      });
    }
    if (other.asked === 'pause') continue;
    supersedeJob(project.db, other.id, `interrupted; job ${jobId} went on with it`);
  }
}

/** The state of a job with the numbers only its worker knows. */
export function withPace(job: Job, perSecond: number | null): Job {
  const left = job.total - job.done - job.failed;
  return { ...job, rate: perSecond, etaSeconds: perSecond ? left / perSecond : null };
}
