/** Fills in what a person left out of "train on this project": the model, the branch to go on from, sensible settings. */
import { availableParallelism, cpus, platform, release } from 'node:os';
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { MOST } from '../../../src-shared/contract/limits.ts';
import { defaultTrainingSettings, measureEvery } from '../../../src-shared/contract/training-defaults.ts';
import {
  type TrainingDataWish,
  trainingDataSchema,
  type TrainingEnvironment,
  type TrainingLabels,
  type TrainingRunSettings,
} from '../../../src-shared/contract/training.ts';
import type { Engine } from '../../engine/protocol.ts';
import { projectSummary } from '../../store/dashboard/summary.ts';
import type { Project } from '../../store/file/project.ts';
import { listRpns, rpnFolder } from '../../store/training/rpn.ts';
import { loaded } from '../asking/loaded.ts';
import { labelParams, type LabelWish } from '../label/params.ts';
import type { Resources } from '../presets/resources.ts';
import type { TrainJobParams } from './params.ts';

export interface TrainWish {
  readonly model: Omit<LabelWish, 'answerMode' | 'limit' | 'scope'>;
  readonly fresh: TrainJobParams['fresh'];
  readonly data: TrainingDataWish;
  /** What differs from the defaults for so many samples. */
  readonly settings: Partial<TrainingRunSettings>;
  readonly name: string | null;
  readonly truth: boolean;
}

/** Below so many parameters a matrix is too small to be worth waking a second thread (as loading a model has it). */
const SINGLE_THREAD_BELOW = 50e6;

/**
 * The full parameters of a training job. Loads the model. Throws `bad_input` where there is no branch to train, and what
 * the engine says of the model.
 * @param versions of the programs that compute, for the run to keep
 */
export async function trainParams(
  project: Project,
  engine: Engine,
  wish: TrainWish,
  resources: Resources,
  versions: Pick<TrainingEnvironment, 'fovea' | 'onnxruntime'>,
): Promise<TrainJobParams> {
  const asked = { ...wish.model, answerMode: 'self', limit: null } as const;
  const { model, preset, chosen } = await labelParams(project, engine, asked, resources);
  const info = await loaded(engine, model);
  if (info.rpn === null && wish.fresh === null) throw noBranch(model.dir);
  if (wish.fresh) refuseTooDeep(wish.fresh, info.layers);
  const cpuThreads =
    info.parameters < SINGLE_THREAD_BELOW ? 1 : Math.min(availableParallelism(), MOST.threads);
  return {
    model,
    preset,
    fresh: wish.fresh,
    parent: parentOf(project, model.rpnDir),
    data: trainingDataSchema.parse(wish.data),
    settings: { ...trainSettings(project, info.family, wish), cpuThreads, ...wish.settings },
    name: wish.name,
    truth: wish.truth,
    environment: environment(versions),
    ...(chosen === undefined ? {} : { chosen }),
  };
}

/**
 * The settings of a run: the defaults for so many samples, and what is wished otherwise. Throws `bad_input` for a warm-up that is
 * longer than the run.
 */
export function trainSettings(
  project: Project,
  family: string,
  { data: wished, settings: given }: Pick<TrainWish, 'data' | 'settings'>,
): TrainingRunSettings {
  const data = trainingDataSchema.parse(wished);
  const samples = Math.max(1, Math.round(about(project, data.labels) * (1 - data.heldOut)));
  const settings = {
    ...defaultTrainingSettings(family === 'llava' ? 'llava' : 'qwen2_5_vl', samples),
    ...given,
  };
  const { warmup, steps } = settings;
  if (warmup >= 1 && warmup > steps) {
    throw new FoveaError(
      'bad_input',
      `the warm-up of ${counted(warmup, 'step')} is longer than the run of ${counted(steps, 'step')}`,
      { next: 'Give a warm-up of fewer steps, or a share of them below 1' },
    );
  }
  return { ...settings, measureEvery: given.measureEvery ?? measureEvery(settings.steps) };
}

/** The version of the project in whose folder a branch lies; null: it is none of the project's. */
export function parentOf({ db, path }: Project, rpnDir: string | undefined): number | null {
  return listRpns(db).find(({ id }) => rpnFolder(path, id) === rpnDir)?.id ?? null;
}

/** Said of a model without a branch, where no new one was asked for. */
export function noBranch(dir: string): FoveaError {
  return new FoveaError('bad_input', 'the model has no RPN to train', {
    where: dir,
    next: 'Say from which layer a new one starts (--new-rpn K,T), or give one (--rpn)',
  });
}

/** Throws `bad_input` for a new branch that needs more layers than its base model has. */
export function refuseTooDeep({ k, t }: { readonly k: number; readonly t: number }, layers: number): void {
  if (k + t <= layers) return;
  throw new FoveaError(
    'bad_input',
    `an RPN of ${counted(t, 'layer')} cannot start from layer ${k} of ${layers}`,
    {
      next: 'Give K and T so that K + T is at most the number of layers: --new-rpn K,T',
    },
  );
}

/** How many samples there are to learn from, before pictures and rules take some of them away. */
function about(project: Project, labels: TrainingLabels): number {
  const { accepted, corrected, pending } = projectSummary(project.db, project.path).byState;
  return labels === 'reviewed' ? accepted + corrected : accepted + corrected + pending;
}

function environment(versions: Pick<TrainingEnvironment, 'fovea' | 'onnxruntime'>): TrainingEnvironment {
  const [first] = cpus();
  return {
    ...versions,
    node: process.versions.node,
    platform: `${platform()} ${release()} ${process.arch}`,
    cpu: `${first?.model.trim() ?? 'unknown'} × ${cpus().length}`,
  };
}
