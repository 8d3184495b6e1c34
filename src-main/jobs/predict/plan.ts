/** From "ask this RPN about what that run labelled" to a run of its own and its samples. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type Preset } from '../../../src-shared/contract/preset.ts';
import { settledPreset } from '../../../src-shared/contract/rules.ts';
import type { BranchFacts } from '../../checkpoint/branch-facts.ts';
import { branchFactsOf } from '../../checkpoint/reader/prompts.ts';
import type { ModelRef } from '../../engine/protocol.ts';
import { transact } from '../../store/db.ts';
import type { Project } from '../../store/file/project.ts';
import { planItems } from '../../store/jobs/item.ts';
import { type Lease, getJob, noteJob, setJobRun } from '../../store/jobs/job.ts';
import { patiently } from '../../store/patience.ts';
import { AGAIN_OF } from '../../store/pictures/change.ts';
import { countPredicted, samplesToPredict } from '../../store/predictions/anew.ts';
import { runMaking } from '../../store/predictions/relabel.ts';
import { ensureModel, takeUpModel } from '../../store/runs/model.ts';
import { ensurePreset } from '../../store/runs/preset.ts';
import { type MadeRun, madeRuns } from '../../store/runs/prompt.ts';
import { activeRunId, ensureRun, setRunDevice } from '../../store/runs/run.ts';
import { formerFingerprint, isModelOf, modelFingerprint } from '../asking/model-fingerprint.ts';
import { takeOverOthers } from '../label/run.ts';

export const predictParamsSchema = z.object({
  /** Folder of the RPN, absolute. */
  rpnDir: z.string().min(1),
  /** Whose answers, maps and labels are taken up. */
  fromRunId: z.number().int().positive(),
  /** Undecided samples show the new run at the end. */
  show: z.boolean(),
  /** Room for features that have to be computed; null: what was said last, or 20 GB. */
  budgetBytes: z.number().positive().nullable(),
});
export type PredictParams = z.infer<typeof predictParamsSchema>;

/** @throws FoveaError `bad_input` where no run is named and the project was not labelled yet */
export function predictParams(
  { db, path }: Project,
  wish: {
    readonly rpnDir: string;
    readonly runId: number | null;
    readonly show: boolean;
    readonly budgetBytes: number | null;
  },
): PredictParams {
  const fromRunId = wish.runId ?? activeRunId(db);
  if (fromRunId === null) {
    throw new FoveaError('bad_input', 'there are no labels yet to ask an RPN about', {
      where: path,
      next: `Label the project first: fovea label ${path} --rpn ${wish.rpnDir}`,
    });
  }
  const { show, budgetBytes } = wish;
  return { rpnDir: resolve(wish.rpnDir), fromRunId, show, budgetBytes };
}

/** A job that is ready to be worked on. */
export interface PlannedPrediction {
  readonly runId: number;
  /** The base with the RPN over it. */
  readonly model: ModelRef;
  readonly preset: Preset;
  /** K of the RPN. */
  readonly layer: number;
}

/**
 * Finds or makes the run and plans the items (an interrupted job keeps the plan it had).
 * @throws FoveaError `not_found` without such a run or folder; `bad_checkpoint` where the RPN does not fit the run's model, or that
 *   model's folder holds another one by now; `bad_input` where the run was made with this very RPN; `project_busy`
 */
export async function planPrediction(
  project: Project,
  lease: Lease,
  { rpnDir, fromRunId }: PredictParams,
): Promise<PlannedPrediction> {
  const { db } = project;
  const from = madeRuns(db).find(({ id }) => id === fromRunId);
  if (!from) {
    throw new FoveaError('not_found', `there is no run ${fromRunId}`, {
      next: 'List the runs of the project',
    });
  }
  if (from.imported) {
    throw new FoveaError(
      'bad_input',
      `the labels of run ${fromRunId} came with an import: no model made them`,
      {
        where: from.model.dir,
        next: 'Name a run of a model (--run), or label the project first',
      },
    );
  }
  const { dir, adapterDir, precision } = from.model;
  const folders = { dir, rpnDir, ...(adapterDir === undefined ? {} : { adapterDir }) };
  await requireSameModel(from);
  const facts = await branchFactsOf(folders);
  const fingerprint = await modelFingerprint(folders);
  const former = await formerFingerprint(folders);
  if (await isModelOf(folders, from.model)) {
    throw new FoveaError('bad_input', `run ${fromRunId} was made with this RPN already`, {
      where: rpnDir,
      next: 'Name the run whose samples it is to be asked about (--run), or another RPN',
    });
  }
  const preset = settledPreset(from.preset, facts.rules);
  const model: ModelRef = {
    ...folders,
    device: 'auto',
    ...(precision === 'as-stored' ? {} : { precision }),
  };
  const make = (): number => {
    const { [AGAIN_OF]: _, pictureVersion: __, ...settings } = runMaking(db, fromRunId).settings;
    takeUpModel(db, { fingerprint, former, rpnDir });
    const modelId = ensureModel(db, { fingerprint, dir, name: facts.name, family: facts.family });
    const runId = ensureRun(db, {
      modelId,
      presetId: ensurePreset(db, preset),
      settings: { ...settings, rpnDir, predictedFrom: fromRunId },
      answerMode: from.answerMode,
    });
    // Only the RPN runs, and that on the CPU.
    setRunDevice(db, runId, 'cpu');
    setJobRun(db, lease, runId);
    takeOverOthers(project, lease.jobId, runId);
    if (getJob(db, lease.jobId).total === 0) {
      const open = samplesToPredict(db, fromRunId, runId);
      noteJob(db, lease.jobId, { skipped: countPredicted(db, fromRunId) - open.length });
      planItems(db, lease, open);
    }
    return runId;
  };
  return { runId: await patiently(() => transact(db, make)), model, preset, layer: layerOf(facts, rpnDir) };
}

function layerOf({ rpn }: BranchFacts, rpnDir: string): number {
  if (rpn) return rpn.k;
  throw new FoveaError('bad_checkpoint', 'the folder has no RPN', { where: rpnDir });
}

/** What is taken up was made by the model that the folder held then. */
async function requireSameModel({ id, model }: MadeRun): Promise<void> {
  const { dir, rpnDir, adapterDir, fingerprint } = model;
  // An RPN's folder that is gone says nothing about the base.
  if (rpnDir !== undefined && !existsSync(rpnDir)) return;
  const over = {
    ...(rpnDir === undefined ? {} : { rpnDir }),
    ...(adapterDir === undefined ? {} : { adapterDir }),
  };
  if (await isModelOf({ dir, ...over }, { ...over, fingerprint })) return;
  throw new FoveaError(
    'bad_checkpoint',
    `the folder no longer holds the model that run ${id} was made with`,
    {
      where: dir,
      next: 'Put the old files back, or label again with the new ones',
    },
  );
}
