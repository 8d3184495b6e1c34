/** What every training begins with: its data frozen, what its branch reads known, features computed where they can be kept. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { TrainingRun } from '../../../src-shared/contract/training.ts';
import type { Engine } from '../../engine/protocol.ts';
import type { Project } from '../../store/file/project.ts';
import { patiently } from '../../store/patience.ts';
import { addTrainingRun, getTrainingRun, type NewTrainingRun } from '../../store/training/training-run.ts';
import { trainingSampleIds } from '../../store/training/training-sample.ts';
import { loaded } from '../asking/loaded.ts';
import { modelFingerprint } from '../asking/model-fingerprint.ts';
import type { FeatureSource } from '../features/project-features.ts';
import { chooseTrainingData, freezeTrainingData } from '../training-data/choose.ts';
import { HeldOut } from './held-out.ts';
import type { TrainJobParams } from './params.ts';
import { RunFolder } from './run-folder.ts';
import { RunSamples } from './samples.ts';
import { noBranch } from './wish.ts';

/** A training run that can be worked on. */
export interface Prepared {
  readonly params: TrainJobParams;
  readonly run: TrainingRun;
  /** Samples to learn from. */
  readonly train: readonly number[];
  readonly samples: RunSamples;
  readonly heldOut: HeldOut;
  readonly folder: RunFolder;
}

export interface PrepareHooks {
  readonly signal: AbortSignal;
  /** Pictures are compared, features are computed: in whole pictures and samples. */
  readonly onStage?: ((stage: 'pictures' | 'features', done: number, total: number) => void) | undefined;
}

/** The row of a training run of no job. Throws as `modelFingerprint` */
export async function newRun({
  model,
  parent,
  data,
  settings,
  environment,
}: TrainJobParams): Promise<NewTrainingRun> {
  const { dir, adapterDir } = model;
  const baseFingerprint = await modelFingerprint({
    dir,
    ...(adapterDir === undefined ? {} : { adapterDir }),
  });
  const { seed } = data;
  return { jobId: null, parentRpnId: parent, baseFingerprint, data, settings, seed, environment };
}

/** Notes a training run of no job. @returns it, its data not chosen yet */
export async function beginRun({ db }: Project, params: TrainJobParams): Promise<TrainingRun> {
  const run = await newRun(params);
  return getTrainingRun(db, await patiently(() => addTrainingRun(db, run)));
}

/**
 * Chooses and freezes the data where that was not done, and computes features where they can be kept.
 * @throws FoveaError as `chooseTrainingData`, `ensureFeatures`, and `bad_input` where there is no branch to train
 */
export async function prepareRun(
  project: Project,
  engine: Engine,
  params: TrainJobParams,
  runId: number,
  { signal, onStage }: PrepareHooks,
): Promise<Prepared> {
  const { db, path } = project;
  const { data, preset, truth } = params;
  // What a death left half chosen is chosen again.
  if (getTrainingRun(db, runId).dataSha256 === null) {
    const choice = await chooseTrainingData(project, data, {
      signal,
      onProgress: (done, total) => onStage?.('pictures', done, total),
    });
    await freezeTrainingData(project, runId, choice);
  }
  const source = await featureSource(engine, params, signal);
  const samples = await RunSamples.open(project, engine, runId, source, signal);
  const train = trainingSampleIds(db, runId, 'train');
  const heldOut = new HeldOut(project, runId, samples, { roi: preset.roi, truth, seed: data.seed });
  await samples.prepare([...train, ...heldOut.ids], (done, total) => onStage?.('features', done, total));
  if (signal.aborted) throw new FoveaError('cancelled', 'training was stopped', { next: 'Begin it again' });
  const run = getTrainingRun(db, runId);
  return { params, run, train, samples, heldOut, folder: RunFolder.of(path, runId) };
}

async function featureSource(
  engine: Engine,
  { model, preset, fresh }: TrainJobParams,
  signal: AbortSignal,
): Promise<FeatureSource> {
  if (fresh) return { model, preset, layer: fresh.k };
  const { rpn, dir } = await loaded(engine, model, signal);
  if (rpn) return { model, preset, layer: rpn.k };
  throw noBranch(dir);
}
