/** A project whose samples both the model's own RPN and a version of it have predicted, without asking a model. */
import { cpSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { baseModel, fingerprintOf } from '../../src-main/jobs/rpn/base.ts';
import type { Project } from '../../src-main/store/file/project.ts';
import { ensureModel } from '../../src-main/store/runs/model.ts';
import { ensurePreset } from '../../src-main/store/runs/preset.ts';
import { ensureRun, setActiveRun } from '../../src-main/store/runs/run.ts';
import { getRpn, rpnFolder } from '../../src-main/store/training/rpn.ts';
import { DEMO_CHECKPOINT } from './demo.ts';
import { predictMaps } from './map-prediction.ts';
import { twoRpns } from './other-rpn.ts';
import { testPreset } from './project.ts';
import { temporaryDir } from './temporary-dir.ts';
import { testRpn } from './training.ts';
import { scenes, trainingProject, type TrainingProject } from './training-project.ts';

/** Logits whose first two cells, the corrected ones, score highest; the second is wrong in one; the last is the first's opposite. */
export const GOOD = [3, 2, -3, -3, -3, -3];
export const HALF = [3, -3, 2, -3, -3, -3];
export const BAD = [-3, -3, 3, 3, 3, 3];

export interface ComparedProject extends TrainingProject {
  /** The version, `mine`, and the runs that speak for it and for the model's own RPN. */
  readonly rpnId: number;
  readonly own: number;
  readonly mine: number;
  /** Logits of both. */
  predictBoth(sampleId: number, own: readonly number[], mine: readonly number[]): void;
}

/** So many samples; none is predicted or decided on yet. */
export async function comparedProject(t: TestContext, samples: number): Promise<ComparedProject> {
  const made = await trainingProject(t, await scenes(samples));
  const { project } = made;
  const { db } = project;
  const base = await baseModel({ dir: DEMO_CHECKPOINT });
  const { other } = await twoRpns(DEMO_CHECKPOINT, temporaryDir(t));
  const rpnId = testRpn(db, 'mine', null, base.fingerprint);
  cpSync(other, rpnFolder(project.path, rpnId), { recursive: true });
  const own = runOf(project, base.fingerprint);
  const mine = runOf(project, await fingerprintOf(project, base, getRpn(db, rpnId)));
  setActiveRun(db, own);
  return {
    ...made,
    rpnId,
    own,
    mine,
    predictBoth(sampleId, ownMap, mineMap) {
      predictMaps(project, own, sampleId, { rpn: ownMap, denoised: HALF, box: [0, 0, 10, 10] });
      predictMaps(project, mine, sampleId, { rpn: mineMap, denoised: HALF, box: [0, 0, 20, 10] });
    },
  };
}

function runOf({ db }: Project, fingerprint: string): number {
  const modelId = ensureModel(db, { fingerprint, dir: DEMO_CHECKPOINT, name: 'demo', family: 'llava' });
  return ensureRun(db, { modelId, presetId: ensurePreset(db, testPreset), settings: {}, answerMode: 'self' });
}
