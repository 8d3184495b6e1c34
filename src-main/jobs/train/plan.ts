/** What a training run would be, before it is begun: what it learns from, with which settings, or why it cannot be. */
import { basename } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { TrainingPlan } from '../../../src-shared/contract/procedures/training.ts';
import type { TrainingCounts } from '../../../src-shared/contract/training.ts';
import { branchFactsOf } from '../../checkpoint/reader/prompts.ts';
import type { Project } from '../../store/file/project.ts';
import { featureEstimate } from '../features/estimate.ts';
import { modelFolders } from '../label/params.ts';
import type { Resources } from '../presets/resources.ts';
import { chooseTrainingData } from '../training-data/choose.ts';
import { type TrainWish, noBranch, parentOf, refuseTooDeep, trainSettings } from './wish.ts';

export interface PlanHooks {
  readonly signal: AbortSignal;
  /** Pictures that were compared. */
  readonly onProgress: (done: number, total: number) => void;
}

/** Reads the small files of the model, looks at pictures and labels, loads nothing. Throws `cancelled`, and what the disk says */
export async function trainPlan(
  project: Project,
  wish: TrainWish,
  resources: Resources,
  hooks: PlanHooks,
): Promise<TrainingPlan> {
  const [branch, chosen] = [
    await orProblem(() => branchOf(project, wish, resources)),
    await orProblem(async () => (await chooseTrainingData(project, wish.data, hooks)).counts),
  ];
  const { model = null, from = null, family = null } = branch.value ?? {};
  const problem = chosen.problem ?? branch.problem ?? (model && !from ? noBranch(model.dir) : null);
  return {
    model,
    from,
    settings: family === null ? null : trainSettings(project, family, wish),
    counts: chosen.value,
    features: model && chosen.value && (await sizeOf(project, model)),
    problem: problem?.toWire() ?? null,
  };
}

async function branchOf(project: Project, wish: TrainWish, resources: Resources) {
  const folders = await modelFolders(project, { ...wish.model, answerMode: 'self', limit: null }, resources);
  const { dir, rpnDir, adapterDir = null } = folders;
  const { rpn, family, layers } = await branchFactsOf(folders);
  if (wish.fresh) refuseTooDeep(wish.fresh, layers);
  const branch = wish.fresh ?? rpn;
  const rpnId = wish.fresh ? null : parentOf(project, rpnDir);
  return {
    model: { name: basename(dir), dir, adapterDir },
    family,
    from: branch && { rpnId, k: branch.k, t: branch.t },
  };
}

/** What it says of a model that cannot be read is said once, as the problem. */
async function sizeOf(project: Project, model: NonNullable<TrainingPlan['model']>) {
  const { dir, adapterDir } = model;
  const base = adapterDir === null ? { dir } : { dir, adapterDir };
  return (await orProblem(() => featureEstimate(project, base, null))).value;
}

interface Tried<T> {
  readonly value: T | null;
  readonly problem: FoveaError | null;
}

async function orProblem<T extends object | TrainingCounts>(work: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { value: await work(), problem: null };
  } catch (thrown) {
    const problem = FoveaError.from(thrown);
    if (problem.code === 'cancelled' || problem.code === 'internal') throw problem;
    return { value: null, problem };
  }
}
